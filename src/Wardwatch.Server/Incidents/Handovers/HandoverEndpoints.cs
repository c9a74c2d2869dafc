using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Incidents.Handovers;

/// <summary>What is said when a ward is handed over, at most 2000 characters, or absent.</summary>
internal sealed record HandoverRequest(string? Notes = null);

/// <summary>Somebody who gave or took a ward.</summary>
internal sealed record HandoverPerson(Guid Id, string Name);

/// <summary>How the ward stood when it was handed over.</summary>
/// <param name="Incidents">Incidents that were open.</param>
/// <param name="Limits">Limits that differed from the catalogue's.</param>
/// <param name="Silences">Alerts that were silenced, and the ward's sound if it was paused.</param>
/// <param name="Holes">Times and roles of the next hours for which nobody was on duty.</param>
internal sealed record HandoverSummary(int Incidents, int Limits, int Silences, int Holes);

/// <summary>A ward handed over.</summary>
internal sealed record HandoverDocument(
    Guid Id, string Ward, HandoverPerson GivenBy, DateTimeOffset GivenAt, HandoverPerson? TakenBy, DateTimeOffset? TakenAt, string? Notes, HandoverSummary Summary);

/// <summary>A page of handovers, newest first.</summary>
internal sealed record HandoverPage(IReadOnlyList<HandoverDocument> Items, string? Next);

/// <summary>Handing a ward over: whoever gives it signs, then whoever takes it. How the ward stood is counted when it is given, and does not change afterwards.</summary>
internal static class HandoverEndpoints
{
    private const int DefaultLimit = 20, MaxLimit = 100, MostNotes = 2000;

    private const string Columns =
        "handover_no, handover_id, ward_id, given_by, giver_name, given_at, taken_by, taker_name, taken_at, notes, incidents, limits, silences, holes";

    private const string Insert =
        $"""
        insert into handovers (tenant_id, handover_id, ward_id, given_by, giver_name, given_at, notes, incidents, limits, silences, holes)
        select $1, $2, $3, $4, $5, $6, $7, (select count(*) from incidents where tenant_id = $1 and ward_id = $3 and resolved_at is null and not canary), $8, $9, $10
        returning {Columns}
        """;

    private const string List = $"select {Columns} from handovers where tenant_id = $1 and ward_id = $2 and ($3::bigint is null or handover_no < $3) order by handover_no desc limit $4";
    private const string Lock = $"select {Columns} from handovers where tenant_id = $1 and handover_id = $2 for update";
    private const string Sign = $"update handovers set taken_by = $3, taker_name = $4, taken_at = $5 where tenant_id = $1 and handover_id = $2 returning {Columns}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/wards/{id}/handovers", ListAsync).RequireAuthorization(Permissions.ActOnAlerts).WithTags("Handovers").WithName("listHandovers").WithSummary("Handovers of a ward, newest first.");
        routes.MapPost("/api/wards/{id}/handovers", GiveAsync).RequireAuthorization(Permissions.ActOnAlerts).WithTags("Handovers").WithName("giveWard").WithSummary("I hand the ward over, as it stands.");
        routes.MapPost("/api/handovers/{id}/sign", TakeAsync).RequireAuthorization(Permissions.ActOnAlerts).WithTags("Handovers").WithName("takeWard").WithSummary("I take the ward over.");
    }

    private static async Task<Results<Ok<HandoverPage>, ProblemHttpResult>> ListAsync(
        string id, HttpContext context, IPatientDirectory patients, TenantDatabase database, IKeyring keyring, int limit = DefaultLimit, string? after = null, CancellationToken cancellation = default)
    {
        var caller = context.User.Caller();
        if (!IsReached(patients, caller, id))
        {
            return Problems.WardNotFound();
        }

        if (limit is < 1 or > MaxLimit)
        {
            return Problems.InvalidParameter($"limit must be between 1 and {MaxLimit}.");
        }

        if (!Paging.TryReadCursor(after, out var before))
        {
            return Problems.InvalidParameter("after must be the next of an earlier answer.");
        }

        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        await using var command = transaction.Command(List, caller.TenantId, id);
        command.Parameters.Add(new() { Value = (object?)before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new() { Value = limit + 1 });
        var items = await ReadAsync(command, keyring.Tenant(caller.TenantId), cancellation);
        var next = Paging.Cut(items, limit, item => $"{item.Number}");
        return TypedResults.Ok(new HandoverPage([.. items.Select(item => item.Document)], next));
    }

    private static async Task<Results<Created<HandoverDocument>, ProblemHttpResult>> GiveAsync(
        string id, HandoverRequest request, HttpContext context, IPatientDirectory patients, TenantDatabase database, IAlerts alerts, Coverage.CoverageCheck coverage, IKeyring keyring, IAuditTrail audit,
        TimeProvider time, CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        if (!IsReached(patients, caller, id))
        {
            return Problems.WardNotFound();
        }

        var notes = request.Notes?.Trim();
        if (notes?.Length > MostNotes)
        {
            return Problems.InvalidParameter($"notes must have at most {MostNotes} characters.");
        }

        var handover = Guid.CreateVersion7(time.GetUtcNow());
        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        var stand = await alerts.StandOfWardAsync(transaction.Connection, caller.TenantId, id, time.GetUtcNow(), cancellation);
        var holes = await coverage.CountHolesAsync(transaction.Connection, caller.TenantId, id, cancellation);
        await using var command = transaction.Command(Insert, caller.TenantId, handover, id, caller.AccountId, caller.Name, time.GetUtcNow().UtcDateTime);
        var key = keyring.Tenant(caller.TenantId);
        command.Parameters.Add(new() { Value = string.IsNullOrEmpty(notes) ? DBNull.Value : key.SealText(PlaceOf(handover), notes), NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = stand.ChangedLimits });
        command.Parameters.Add(new() { Value = stand.Silences });
        command.Parameters.Add(new() { Value = holes });
        var (_, document) = (await ReadAsync(command, key, cancellation))[0];
        await audit.RecordAsync(transaction.Connection, AuditEntry.Of(context, AuditActions.GiveWard) with { Detail = $"ward {id}" }, cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.Created($"/api/wards/{id}/handovers", document);
    }

    private static async Task<Results<Ok<HandoverDocument>, ProblemHttpResult>> TakeAsync(
        string id, HttpContext context, IPatientDirectory patients, TenantDatabase database, IKeyring keyring, IAuditTrail audit, TimeProvider time, CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        if (!Guid.TryParse(id, out var handover))
        {
            return NotFound();
        }

        var key = keyring.Tenant(caller.TenantId);
        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        await using var find = transaction.Command(Lock, caller.TenantId, handover);
        if (await ReadAsync(find, key, cancellation) is not [var (_, given)] || !IsReached(patients, caller, given.Ward))
        {
            return NotFound();
        }

        if (given.TakenBy is { } taker)
        {
            return Refused($"{taker.Name} has taken the ward over.");
        }

        if (given.GivenBy.Id == caller.AccountId)
        {
            return Refused("Somebody else takes the ward over than who gives it.");
        }

        await using var sign = transaction.Command(Sign, caller.TenantId, handover, caller.AccountId, caller.Name, time.GetUtcNow().UtcDateTime);
        var (_, document) = (await ReadAsync(sign, key, cancellation))[0];
        await audit.RecordAsync(transaction.Connection, AuditEntry.Of(context, AuditActions.TakeWard) with { Detail = $"ward {given.Ward}" }, cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.Ok(document);
    }

    private static async Task<List<(long Number, HandoverDocument Document)>> ReadAsync(NpgsqlCommand command, DataKey key, CancellationToken cancellation)
    {
        var handovers = new List<(long, HandoverDocument)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var id = reader.GetGuid(1);
            var taker = reader.IsDBNull(6) ? null : new HandoverPerson(reader.GetGuid(6), reader.GetString(7));
            var notes = reader.IsDBNull(9) ? null : key.OpenText(PlaceOf(id), reader.GetFieldValue<byte[]>(9));
            handovers.Add((reader.GetInt64(0), new(
                id, reader.GetString(2), new(reader.GetGuid(3), reader.GetString(4)), reader.GetFieldValue<DateTimeOffset>(5), taker,
                reader.IsDBNull(8) ? null : reader.GetFieldValue<DateTimeOffset>(8), notes, new(reader.GetInt32(10), reader.GetInt32(11), reader.GetInt32(12), reader.GetInt32(13)))));
        }

        return handovers;
    }

    private static bool IsReached(IPatientDirectory patients, Caller caller, string ward) =>
        patients.Wards.Any(known => known.TenantId == caller.TenantId && known.Id == ward) && caller.ScopeOf(Permissions.ActOnAlerts).CoversWard(caller.TenantId, ward);

    private static string PlaceOf(Guid handover) => $"wardwatch/handover/{handover}";

    private static ProblemHttpResult NotFound() =>
        TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, type: "urn:wardwatch:handover-not-found", title: "There is no such handover");

    private static ProblemHttpResult Refused(string detail) =>
        TypedResults.Problem(statusCode: StatusCodes.Status409Conflict, type: "urn:wardwatch:handover-refused", title: "The ward cannot be taken over", detail: detail);
}
