using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Audit;

/// <summary>A security event as it is shown.</summary>
internal sealed record SecurityEventResponse(
    string Id, DateTimeOffset At, string Kind, string Severity, AuditActor? Actor, string Text, string? AcknowledgedBy, DateTimeOffset? AcknowledgedAt, string? Note);

/// <summary>A page of security events, newest first.</summary>
internal sealed record SecurityEventPage(IReadOnlyList<SecurityEventResponse> Items, string? Next);

/// <summary>What was done about a security event.</summary>
internal sealed record SettleSecurityEventRequest(string? Note);

/// <summary>What looked unusual, and what was done about it.</summary>
internal static class SecurityEventEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;
    private const int MaxNote = 2000;

    private const string Find =
        """
        select e.event_id, e.at, e.kind, e.severity, e.account_id, a.user_name, a.name, e.description, b.name, e.acknowledged_at, e.note
        from security_events e left join staff_accounts a using (account_id) left join staff_accounts b on b.account_id = e.acknowledged_by
        where ($1 = false or e.acknowledged_at is null) and ($2::bigint is null or e.event_id < $2)
        order by e.event_id desc limit $3
        """;

    private const string Settle = "update security_events set acknowledged_by = $2, acknowledged_at = $3, note = $4 where event_id = $1 and acknowledged_at is null";
    private const string Exists = "select exists (select from security_events where event_id = $1)";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/security-events").RequireAuthorization(Permissions.ReviewSecurity).WithTags("Audit");
        group.MapGet("/", ListAsync).WithName("listSecurityEvents").WithSummary("What looked unusual, newest first; ?open=true for what nobody has settled.");
        group.MapPost("/{id:long}/acknowledge", SettleAsync).WithName("acknowledgeSecurityEvent").WithSummary("Say what was done about an event.");
    }

    private static async Task<Results<Ok<SecurityEventPage>, ProblemHttpResult>> ListAsync(
        ClaimsPrincipal user, TenantDatabase database, AuditSeals seals, bool open = false, int limit = DefaultLimit, string? after = null, CancellationToken cancellation = default)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return Problems.InvalidParameter($"limit must be between 1 and {MaxLimit}.");
        }

        if (!Paging.TryReadCursor(after, out var before))
        {
            return Problems.InvalidParameter("after must be the next of an earlier answer.");
        }

        var tenantId = user.TenantId();
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using var command = transaction.Command(Find, open, before, limit + 1);
        command.Parameters[1].NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint;
        var items = new List<SecurityEventResponse>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                items.Add(Read(reader, tenantId, seals));
            }
        }

        var next = Paging.Cut(items, limit, item => item.Id);

        return TypedResults.Ok(new SecurityEventPage(items, next));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> SettleAsync(
        long id, SettleSecurityEventRequest request, HttpContext context, TenantDatabase database, AuditSeals seals, IAuditTrail trail, TimeProvider time, CancellationToken cancellation)
    {
        if (request.Note is not { Length: > 0 and <= MaxNote } note)
        {
            return Problems.InvalidParameter($"note must say what was done, in at most {MaxNote} characters.");
        }

        var caller = context.User.Caller();
        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        await using var settle = transaction.Command(Settle, id, caller.AccountId, time.GetUtcNow().UtcDateTime, seals.SealText(caller.TenantId, note));
        if (await settle.ExecuteNonQueryAsync(cancellation) == 0)
        {
            await using var exists = transaction.Command(Exists, id);
            return (bool)(await exists.ExecuteScalarAsync(cancellation))!
                ? TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:already-acknowledged", title: "Somebody else has settled it")
                : TypedResults.Problem(statusCode: 404, type: "urn:wardwatch:security-event-not-found", title: "There is no such security event");
        }

        await trail.RecordAsync(transaction.Connection, AuditEntry.Of(context, AuditActions.SettleSecurityEvent) with { Detail = id.ToString(CultureInfo.InvariantCulture), Purpose = note }, cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.NoContent();
    }

    private static SecurityEventResponse Read(NpgsqlDataReader reader, int tenantId, AuditSeals seals) => new(
        reader.GetInt64(0).ToString(CultureInfo.InvariantCulture), new(reader.GetDateTime(1)), reader.GetString(2), reader.GetString(3),
        reader.IsDBNull(4) ? null : new(reader.GetGuid(4).ToString(), Text(reader, 5), Text(reader, 6)),
        seals.OpenText(tenantId, reader.GetFieldValue<byte[]>(7)) ?? "", Text(reader, 8), reader.IsDBNull(9) ? null : new DateTimeOffset(reader.GetDateTime(9)),
        reader.IsDBNull(10) ? null : seals.OpenText(tenantId, reader.GetFieldValue<byte[]>(10)));

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
