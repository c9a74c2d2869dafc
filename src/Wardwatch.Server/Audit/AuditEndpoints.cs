using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Audit;

/// <summary>A page of the trail, newest first; <see cref="Next"/> goes into <c>?after=</c>.</summary>
internal sealed record AuditPage(IReadOnlyList<AuditItem> Items, string? Next);

/// <summary>Where a chain does not fit.</summary>
internal sealed record AuditFaultResponse(long No, string What);

/// <summary>The newest signed checkpoint.</summary>
internal sealed record AuditCheckpointResponse(long No, DateTimeOffset At);

/// <summary>What a verification found.</summary>
/// <param name="Rows">Entries read.</param>
/// <param name="Whole">True if every one of them is as it was written, and none is missing.</param>
/// <param name="Fault">The first that is not.</param>
/// <param name="Checkpoint">The newest signed checkpoint.</param>
internal sealed record AuditVerificationResponse(long Rows, bool Whole, AuditFaultResponse? Fault, AuditCheckpointResponse? Checkpoint);

/// <summary>The trail over HTTP. Reading it is recorded as well.</summary>
internal static class AuditEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/audit").RequireAuthorization(Permissions.ReadAudit).WithTags("Audit");
        group.MapGet("/", ListAsync).WithName("listAudit").WithSummary("Who did what, newest first; by time, account, patient, action and outcome.");
        group.MapPost("/verify", VerifyAsync).WithName("verifyAudit").WithSummary("Read the whole chain and tell whether it is unbroken.").DisableRequestTimeout();
    }

    private static async Task<Results<Ok<AuditPage>, ProblemHttpResult>> ListAsync(
        HttpContext context, ClaimsPrincipal user, AuditSearch search, IAuditTrail trail, string? from = null, string? to = null, string? actor = null, string? patient = null,
        string? action = null, string? outcome = null, int limit = DefaultLimit, string? after = null, CancellationToken cancellation = default)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return Problems.InvalidParameter($"limit must be between 1 and {MaxLimit}.");
        }

        if (!TryTime(from, out var begin) || !TryTime(to, out var end))
        {
            return Problems.InvalidParameter("from and to must be times in ISO 8601.");
        }

        if (outcome is not (null or "" or "done" or "refused"))
        {
            return Problems.InvalidParameter("outcome must be done or refused.");
        }

        if (!Paging.TryReadCursor(after, out var before))
        {
            return Problems.InvalidParameter("after must be the next of an earlier answer.");
        }

        var tenantId = user.TenantId();
        var query = new AuditQuery(begin, end, Given(actor), Given(patient), Given(action), string.IsNullOrEmpty(outcome) ? null : outcome == "done", before, limit + 1);
        var items = await search.FindAsync(tenantId, query, cancellation);
        await trail.RecordAsync(AuditEntry.Of(context, AuditActions.ReadAudit), cancellation);
        var next = Paging.Cut(items, limit, item => item.No.ToString(CultureInfo.InvariantCulture));
        return TypedResults.Ok(new AuditPage(items, next));
    }

    private static async Task<Ok<AuditVerificationResponse>> VerifyAsync(
        HttpContext context, ClaimsPrincipal user, AuditVerifier verifier, IAuditTrail trail, CancellationToken cancellation)
    {
        await trail.RecordAsync(AuditEntry.Of(context, AuditActions.VerifyAudit), cancellation);
        var verdict = await verifier.VerifyAsync(user.TenantId(), progress: null, cancellation);
        return TypedResults.Ok(new AuditVerificationResponse(
            verdict.Rows, verdict.Fault is null, verdict.Fault is { } fault ? new(fault.Number, fault.What) : null,
            verdict.Checkpoint is { } checkpoint ? new(checkpoint.Number, checkpoint.At) : null));
    }

    private static bool TryTime(string? text, out DateTimeOffset? time)
    {
        time = null;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var parsed))
        {
            return false;
        }

        time = parsed;
        return true;
    }

    // PostgreSQL takes no zero in a text; nothing stored has one.
    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim().Replace('\0', '?');
}
