using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Operations;

/// <summary>A page of dead letters, newest first.</summary>
internal sealed record DeadLetterPage(IReadOnlyList<DeadLetterResponse> Items, string? Next);

/// <summary>
/// A dead letter with what it carries, if that can be opened here and the caller may read every patient of the hospital: an event's content. A device's message stays as it
/// came, under the device's key.
/// </summary>
internal sealed record DeadLetterDetail(DeadLetterResponse DeadLetter, string? Topic, JsonElement? Payload);

/// <summary>How a replay ended.</summary>
/// <param name="Outcome">handled (an event), stored (a reading), or refused: it stays.</param>
/// <param name="Reason">Why it was refused: a stable code.</param>
internal sealed record ReplayResponse(string Outcome, string? Reason);

/// <summary>Why a dead letter is dropped.</summary>
internal sealed record DropDeadLetterRequest(string? Reason);

/// <summary>What could not be believed or handled: look, replay, drop.</summary>
internal static class DeadLetterEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;
    private const int MaxReason = 2000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/dead-letters").WithTags("Operation");
        group.MapGet("/", ListAsync).RequireAuthorization(Permissions.ReadOperations).WithName("listDeadLetters")
            .WithSummary("What could not be believed (of devices) or handled (events), newest first; ?source=, ?reason=, ?settled=false.");
        group.MapGet("/{id:long}", GetAsync).RequireAuthorization(Permissions.ReadOperations).WithName("getDeadLetter").WithSummary("One dead letter, and what it carries for those who may read every patient; on record.");
        group.MapPost("/{id:long}/replay", ReplayAsync).RequireAuthorization(Permissions.ManageOperations).WithName("replayDeadLetter")
            .WithSummary("Have it handled, or stored, after all; it stays if that fails again.");
        group.MapPost("/{id:long}/drop", DropAsync).RequireAuthorization(Permissions.ManageOperations).WithName("dropDeadLetter").WithSummary("Settle it without handling it, with a reason.");
    }

    private static async Task<Results<Ok<DeadLetterPage>, ProblemHttpResult>> ListAsync(
        ClaimsPrincipal user, TenantDatabase database, DeadLetterList list, string? source = null, string? reason = null, bool? settled = null, int limit = DefaultLimit, string? after = null,
        CancellationToken cancellation = default)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return Problems.InvalidParameter($"limit must be between 1 and {MaxLimit}.");
        }

        if (source is not (null or "device" or "event"))
        {
            return Problems.InvalidParameter("source must be device or event.");
        }

        if (!Paging.TryReadCursor(after, out var before))
        {
            return Problems.InvalidParameter("after must be the next of an earlier answer.");
        }

        var tenantId = user.TenantId();
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        var items = (await list.FindAsync(transaction, tenantId, new(source, reason, settled, before, null, limit + 1), cancellation)).ConvertAll(found => found.Shown);
        var next = Paging.Cut(items, limit, item => item.Id);
        return TypedResults.Ok(new DeadLetterPage(items, next));
    }

    private static async Task<Results<Ok<DeadLetterDetail>, ProblemHttpResult>> GetAsync(
        long id, HttpContext context, TenantDatabase database, DeadLetterList list, IEventDeadLetters events, IAuditTrail trail, CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        if (await FindAsync(transaction, caller.TenantId, list, id, cancellation) is not { } found)
        {
            return NotFound();
        }

        // Whoever looks after machines needs to know what went wrong, not with whom.
        var payload = found.IsDevices || !caller.ScopeOf(Permissions.ReadPatients).WholeHospital ? null : await events.OpenAsync(transaction.Connection, id, cancellation);
        await trail.RecordAsync(Entry(context, AuditActions.OpenDeadLetter, found), cancellation);
        return TypedResults.Ok(new DeadLetterDetail(found.Shown, found.Topic, payload));
    }

    private static async Task<Results<Ok<ReplayResponse>, ProblemHttpResult>> ReplayAsync(
        long id, HttpContext context, TenantDatabase database, DeadLetterList list, DeviceReplays replays, IEventDeadLetters events, IAuditTrail trail, TimeProvider time, CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        if (await FindAsync(transaction, caller.TenantId, list, id, cancellation) is not { } found)
        {
            return NotFound();
        }

        if (found.Shown.Settled is not null)
        {
            return AlreadySettled();
        }

        var entry = Entry(context, AuditActions.ReplayDeadLetter, found);
        if (!found.IsDevices)
        {
            return await events.ReplayAsync(caller.TenantId, id, caller.AccountId, connection => trail.RecordAsync(connection, entry, cancellation), cancellation) switch
            {
                EventReplay.NotFound => NotFound(),
                EventReplay.Settled => AlreadySettled(),
                EventReplay.Handled => TypedResults.Ok(new ReplayResponse("handled", null)),
                EventReplay.Unknown => TypedResults.Ok(new ReplayResponse("refused", DeadReasons.UnknownVersion)),
                EventReplay.Unreadable => TypedResults.Ok(new ReplayResponse("refused", DeadReasons.Unreadable)),
                _ => TypedResults.Ok(new ReplayResponse("refused", DeadReasons.HandlerFailed)),
            };
        }

        var envelope = await DeadLetterList.EnvelopeAsync(transaction, id, cancellation);
        var refused = await replays.ReplayAsync(found.DeviceNumber!.Value, found.Topic!, envelope!, cancellation);
        if (refused != RefusalReason.None)
        {
            return TypedResults.Ok(new ReplayResponse("refused", refused?.Name() ?? "unknown-device"));
        }

        if (!await DeadLetterList.SettleAsync(transaction, found, "replayed", time.GetUtcNow().UtcDateTime, caller.AccountId, null, cancellation))
        {
            return AlreadySettled();
        }

        await trail.RecordAsync(transaction.Connection, entry, cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.Ok(new ReplayResponse("stored", null));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DropAsync(
        long id, DropDeadLetterRequest request, HttpContext context, TenantDatabase database, DeadLetterList list, IKeyring keyring, IAuditTrail trail, TimeProvider time, CancellationToken cancellation)
    {
        if (request.Reason is not { Length: > 0 and <= MaxReason } reason)
        {
            return Problems.InvalidParameter($"reason must say why, in at most {MaxReason} characters.");
        }

        var caller = context.User.Caller();
        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        if (await FindAsync(transaction, caller.TenantId, list, id, cancellation) is not { } found)
        {
            return NotFound();
        }

        var note = keyring.Tenant(caller.TenantId).SealText($"wardwatch/dead-letter/{caller.TenantId}/{id}", reason);
        if (!await DeadLetterList.SettleAsync(transaction, found, "dropped", time.GetUtcNow().UtcDateTime, caller.AccountId, note, cancellation))
        {
            return AlreadySettled();
        }

        await trail.RecordAsync(transaction.Connection, Entry(context, AuditActions.DropDeadLetter, found) with { Purpose = reason }, cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.NoContent();
    }

    private static async Task<FoundDeadLetter?> FindAsync(TenantTransaction transaction, int tenantId, DeadLetterList list, long id, CancellationToken cancellation) =>
        (await list.FindAsync(transaction, tenantId, new(null, null, null, null, id, 1), cancellation)).FirstOrDefault();

    private static AuditEntry Entry(HttpContext context, string action, FoundDeadLetter found) =>
        AuditEntry.Of(context, action) with { Detail = found.Shown.Id, Patients = found.PatientNumber is { } patient ? [patient] : [] };

    private static ProblemHttpResult NotFound() => TypedResults.Problem(statusCode: 404, type: "urn:wardwatch:dead-letter-not-found", title: "There is no such dead letter");

    private static ProblemHttpResult AlreadySettled() => TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:already-settled", title: "It was replayed or dropped before");
}
