using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>How a review ended.</summary>
internal enum ReviewOutcome
{
    /// <summary>It is judged.</summary>
    Reviewed,

    /// <summary>There is none of this number within the caller's reach.</summary>
    NotFound,

    /// <summary>Somebody was faster.</summary>
    AlreadyReviewed,

    /// <summary>The caller opened it.</summary>
    OwnAccess,
}

/// <summary>Opens records in emergencies and keeps what is judged about it.</summary>
internal sealed class EmergencyAccesses(
    TenantDatabase database, IKeyring keyring, PatientDirectory directory, IAuditTrail trail, EmergencyNotices notices, IAccessChanges changes, TimeProvider time)
{
    private const string Insert =
        "insert into emergency_accesses (tenant_id, account_id, patient_no, ward_id, reason, opened_at, until) values ($1, $2, $3, $4, $5, $6, $7) returning access_id";

    private const string List =
        """
        select e.access_id, e.opened_at, e.until, e.account_id, a.user_name, a.name, e.patient_no, e.reason, r.name, e.reviewed_at, e.verdict, e.note
        from emergency_accesses e left join staff_accounts a using (account_id) left join staff_accounts r on r.account_id = e.reviewed_by
        where ($1 = false or e.reviewed_at is null) and ($2::bigint is null or e.access_id < $2) and ($3 or e.ward_id = any($4))
        order by e.access_id desc limit $5
        """;

    private const string Lock = "select account_id, patient_no, ward_id, reviewed_at is not null from emergency_accesses where access_id = $1 for update";
    private const string Judge = "update emergency_accesses set reviewed_by = $2, reviewed_at = $3, verdict = $4, note = $5 where access_id = $1";

    private static readonly TimeSpan Lasts = TimeSpan.FromHours(4);

    /// <summary>Opens a record; answers until when. The ward knows before the caller does.</summary>
    public async Task<DateTimeOffset> OpenAsync(HttpContext context, PatientEntry patient, string reason, CancellationToken cancellation)
    {
        var (caller, now) = (context.User.Caller(), time.GetUtcNow());
        var until = now + Lasts;
        long number;
        await using (var transaction = await database.BeginAsync(caller.TenantId, cancellation))
        {
            await using var insert = transaction.Command(
                Insert, caller.TenantId, caller.AccountId, patient.Number, patient.Ward, Seal(caller.TenantId, reason), now.UtcDateTime, until.UtcDateTime);
            insert.Parameters[3].NpgsqlDbType = NpgsqlDbType.Text;
            number = (long)(await insert.ExecuteScalarAsync(cancellation))!;
            await changes.NotifyAsync(transaction.Connection, cancellation);
            await EmergencyNotices.NotifyAsync(transaction.Connection, number, cancellation);
            await trail.RecordAsync(transaction.Connection, AuditEntry.Of(context, AuditActions.OpenInEmergency) with { Patients = [patient.Number], Purpose = reason }, cancellation);
            await transaction.CommitAsync(cancellation);
        }

        await changes.ReloadAsync(cancellation);
        notices.Tell(number, new(patient, caller.Name, now));
        return until;
    }

    /// <summary>Keeps on record that somebody looked for a patient outside their care.</summary>
    public Task RecordSearchAsync(HttpContext context, PatientEntry? found, CancellationToken cancellation) => trail.RecordAsync(
        AuditEntry.Of(context, AuditActions.SearchInEmergency) with { Patients = found is null ? [] : [found.Number], Done = found is not null }, cancellation);

    /// <summary>Accesses within the caller's reach, newest first.</summary>
    public async Task<List<EmergencyAccessResponse>> ListAsync(Caller caller, bool open, long? before, int limit, CancellationToken cancellation)
    {
        var scope = caller.ScopeOf(Permissions.ReviewEmergencyAccess);
        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        await using var command = transaction.Command(List, open, before, scope.WholeHospital, scope.Wards.ToArray(), limit);
        command.Parameters[1].NpgsqlDbType = NpgsqlDbType.Bigint;
        var items = new List<(EmergencyAccessResponse Access, int Patient)>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                items.Add((Read(reader, caller.TenantId), reader.GetInt32(6)));
            }
        }

        var patients = await directory.FindAllAsync(caller.TenantId, [.. items.Select(item => item.Patient)], cancellation);
        return items.ConvertAll(item => patients.GetValueOrDefault(item.Patient) is { } patient ? item.Access with { Patient = EmergencyEndpoints.Short(patient) } : item.Access);
    }

    /// <summary>Judges an access.</summary>
    public async Task<ReviewOutcome> ReviewAsync(HttpContext context, long id, string verdict, string? note, CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        var scope = caller.ScopeOf(Permissions.ReviewEmergencyAccess);
        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        int patient;
        await using (var lookUp = transaction.Command(Lock, id))
        await using (var reader = await lookUp.ExecuteReaderAsync(cancellation))
        {
            if (!await reader.ReadAsync(cancellation) || !(scope.WholeHospital || (!reader.IsDBNull(2) && scope.Wards.Contains(reader.GetString(2)))))
            {
                return ReviewOutcome.NotFound;
            }

            if (reader.GetGuid(0) == caller.AccountId)
            {
                return ReviewOutcome.OwnAccess;
            }

            if (reader.GetBoolean(3))
            {
                return ReviewOutcome.AlreadyReviewed;
            }

            patient = reader.GetInt32(1);
        }

        await using var judge = transaction.Command(Judge, id, caller.AccountId, time.GetUtcNow().UtcDateTime, verdict, string.IsNullOrWhiteSpace(note) ? null : Seal(caller.TenantId, note));
        judge.Parameters[4].NpgsqlDbType = NpgsqlDbType.Bytea;
        await judge.ExecuteNonQueryAsync(cancellation);
        await trail.RecordAsync(transaction.Connection, AuditEntry.Of(context, AuditActions.ReviewEmergency) with { Patients = [patient], Detail = $"{id}: {verdict}", Purpose = note }, cancellation);
        await transaction.CommitAsync(cancellation);
        return ReviewOutcome.Reviewed;
    }

    private EmergencyAccessResponse Read(NpgsqlDataReader reader, int tenantId) => new(
        reader.GetInt64(0).ToString(CultureInfo.InvariantCulture), new(reader.GetDateTime(1)), new(reader.GetDateTime(2)),
        new(reader.GetGuid(3).ToString(), Text(reader, 4), Text(reader, 5)),
        Patient: null, Open(tenantId, reader.GetFieldValue<byte[]>(7)) ?? "", Text(reader, 8), reader.IsDBNull(9) ? null : new DateTimeOffset(reader.GetDateTime(9)), Text(reader, 10),
        reader.IsDBNull(11) ? null : Open(tenantId, reader.GetFieldValue<byte[]>(11)));

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private byte[] Seal(int tenantId, string text) => keyring.Tenant(tenantId).SealText(Place(tenantId), text);

    private string? Open(int tenantId, byte[] content) => keyring.Tenant(tenantId).OpenText(Place(tenantId), content);

    private static string Place(int tenantId) => $"wardwatch/emergency-accesses/1/{tenantId}";
}
