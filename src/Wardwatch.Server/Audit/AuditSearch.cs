using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Audit;

/// <summary>Who acted.</summary>
internal sealed record AuditActor(string? Id, string? User, string? Name);

/// <summary>An entry as it is shown.</summary>
/// <param name="No">Its number in the hospital's chain.</param>
/// <param name="At">When.</param>
/// <param name="Actor">Who; null where nobody was signed in.</param>
/// <param name="Role">In which role.</param>
/// <param name="Action">What, as <c>thing.verb</c>.</param>
/// <param name="Patients">Whose data it was about.</param>
/// <param name="Outcome">done or refused.</param>
/// <param name="Purpose">The reason that was given.</param>
/// <param name="Address">From where.</param>
/// <param name="RequestId">The request, as in logs and errors.</param>
/// <param name="Detail">What exactly.</param>
internal sealed record AuditItem(
    long No, DateTimeOffset At, AuditActor? Actor, string? Role, string Action, IReadOnlyList<string> Patients, string Outcome, string? Purpose, string? Address, string? RequestId, string? Detail);

/// <summary>What is looked for. Everything that is null does not matter.</summary>
internal sealed record AuditQuery(DateTimeOffset? From, DateTimeOffset? To, string? Actor, string? Patient, string? Action, bool? Done, long? Before, int Limit);

/// <summary>Reads the trail, newest first, as the hospital itself sees it.</summary>
internal sealed class AuditSearch(TenantDatabase database, AuditSeals seals) : IRecordLooks
{
    // A page is found by the audit alone, and its names are joined afterwards: beside a trail that has just grown, the planner would rather join all of it first.
    private const string Named =
        """
        select e.audit_no, e.at, e.account_id, e.user_name, a.name, e.role, e.action,
               e.patients, e.done, e.address, e.request_id, e.content
        from page e left join staff_accounts a using (account_id)
        order by e.audit_no desc
        """;

    // Each condition stands or falls with its parameter; the planner sees the values and drops the others.
    private const string Find =
        $"""
        with page as materialized (
            select * from audit_entries e
            where e.tenant_id = current_hospital()
              and ($1::timestamptz is null or e.at >= $1) and ($2::timestamptz is null or e.at < $2)
              and ($3::text is null or e.user_name = $3 or e.account_id::text = $3)
              and ($4::text is null or e.patients @> array(select patient_no from patients where patient_id = $4) and exists (select from patients where patient_id = $4))
              and ($5::text is null or e.action = $5) and ($6::boolean is null or e.done = $6) and ($7::bigint is null or e.audit_no < $7)
            order by e.audit_no desc limit $8)
        {Named}
        """;

    // A plan for any values would do for none: which of the conditions stand is what decides.
    private const string PlannedAnew = "set local plan_cache_mode = force_custom_plan";

    // Those of a whole page at once: looked for entry by entry, a page of dashboards takes twenty times as long.
    private const string Ids = "select patient_no, patient_id from patients where patient_no = any($1)";

    private const string Looks =
        $"""
        with page as materialized (
            select * from audit_entries e
            where e.tenant_id = current_hospital() and e.patients @> array[$1::int] and e.done and e.account_id is not null and ($2::bigint is null or e.audit_no < $2)
            order by e.audit_no desc limit $3)
        {Named}
        """;

    /// <summary>Entries that fit.</summary>
    public async Task<List<AuditItem>> FindAsync(int tenantId, AuditQuery query, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using (var planned = transaction.Command(PlannedAnew))
        {
            await planned.ExecuteNonQueryAsync(cancellation);
        }

        await using var command = new NpgsqlCommand(Find, transaction.Connection);
        Add(command, NpgsqlDbType.TimestampTz, query.From?.UtcDateTime);
        Add(command, NpgsqlDbType.TimestampTz, query.To?.UtcDateTime);
        Add(command, NpgsqlDbType.Text, query.Actor);
        Add(command, NpgsqlDbType.Text, query.Patient);
        Add(command, NpgsqlDbType.Text, query.Action);
        Add(command, NpgsqlDbType.Boolean, query.Done);
        Add(command, NpgsqlDbType.Bigint, query.Before);
        Add(command, NpgsqlDbType.Integer, query.Limit);
        return await ReadAsync(command, tenantId, cancellation);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<RecordLook>> OfPatientAsync(int tenantId, int patientNumber, long? before, int limit, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using var command = new NpgsqlCommand(Looks, transaction.Connection);
        Add(command, NpgsqlDbType.Integer, patientNumber);
        Add(command, NpgsqlDbType.Bigint, before);
        Add(command, NpgsqlDbType.Integer, limit);
        return (await ReadAsync(command, tenantId, cancellation)).ConvertAll(item => new RecordLook(item.No, item.At, item.Actor?.Name, item.Role, item.Action, item.Purpose));
    }

    private async Task<List<AuditItem>> ReadAsync(NpgsqlCommand command, int tenantId, CancellationToken cancellation)
    {
        var found = await ReadEntriesAsync(command, tenantId, cancellation);
        var ids = await IdsAsync(command.Connection!, [.. found.SelectMany(entry => entry.Patients).Distinct()], cancellation);

        // Another hospital's patient, or one who is no longer in the database, has no id here.
        return found.ConvertAll(entry => entry.Item with { Patients = [.. entry.Patients.Select(ids.GetValueOrDefault).OfType<string>().Order(StringComparer.Ordinal)] });
    }

    private static async Task<Dictionary<int, string>> IdsAsync(NpgsqlConnection connection, int[] patients, CancellationToken cancellation)
    {
        var ids = new Dictionary<int, string>();
        if (patients.Length == 0)
        {
            return ids;
        }

        await using var command = new NpgsqlCommand(Ids, connection) { Parameters = { new() { Value = patients } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            ids.Add(reader.GetInt32(0), reader.GetString(1));
        }

        return ids;
    }

    private async Task<List<(AuditItem Item, int[] Patients)>> ReadEntriesAsync(NpgsqlCommand command, int tenantId, CancellationToken cancellation)
    {
        var items = new List<(AuditItem, int[])>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var content = seals.Open(tenantId, reader.IsDBNull(11) ? null : reader.GetFieldValue<byte[]>(11));
            var (id, user, name) = (reader.IsDBNull(2) ? (Guid?)null : reader.GetGuid(2), Text(reader, 3), Text(reader, 4));
            var item = new AuditItem(
                reader.GetInt64(0), new(reader.GetDateTime(1)), id is null && user is null ? null : new(id?.ToString(), user, name ?? user), Text(reader, 5), reader.GetString(6),
                [], reader.GetBoolean(8) ? "done" : "refused", content.Purpose,
                reader.IsDBNull(9) ? null : new System.Net.IPAddress(reader.GetFieldValue<byte[]>(9)).ToString(), Text(reader, 10), content.Detail);
            items.Add((item, reader.GetFieldValue<int[]>(7)));
        }

        return items;
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static void Add(NpgsqlCommand command, NpgsqlDbType type, object? value) => command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = type });
}
