using NpgsqlTypes;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Alerts;

/// <summary>Limits that somebody sets.</summary>
/// <param name="TenantId">The hospital.</param>
/// <param name="Ward">Of this ward,</param>
/// <param name="Patient">or of this patient.</param>
/// <param name="Overrides">What differs; nothing: as the catalogue has it.</param>
/// <param name="Reason">Why.</param>
/// <param name="ExpiresAt">Until when.</param>
/// <param name="By">Who.</param>
/// <param name="Entry">How it is recorded.</param>
/// <param name="Match">The version that was seen.</param>
internal sealed record NewLimits(
    int TenantId, string? Ward, PatientEntry? Patient, IReadOnlyList<AlertOverride> Overrides, string Reason, DateTimeOffset? ExpiresAt, Caller By, AuditEntry Entry, IfMatch Match);

/// <summary>Keeps overrides of limits. Those that are replaced stay on record.</summary>
internal sealed class LimitStore(TenantDatabase database, IKeyring keyring, IAuditTrail audit, AlertLimits limits, TimeProvider time)
{
    // Whoever looks at the version finds it unchanged when they are done: those who set limits of one hospital come one after another.
    private const string Order = "select pg_advisory_xact_lock(hashtext('limits'), $1)";

    // Overrides are replaced and never removed: each change of a place leaves a newer last one, or ends that.
    private const string Version =
        """
        select coalesce((
            select 2 * override_no + (ended_at is not null)::int from alert_overrides where tenant_id = $1 and (ward_id = $2 or patient_no = $3) order by override_no desc limit 1), 0)
        """;

    private const string InForce =
        """
        select ward_id is not null, type, limit_value, delay_seconds, is_on, owner_name, reason, set_at, expires_at
        from alert_overrides
        where tenant_id = $1 and (ward_id = $2 or patient_no = $3) and ended_at is null and expires_at > $4
        order by ward_id nulls last, override_no
        """;

    private const string End =
        "update alert_overrides set ended_at = $4, ended_by = $5 where tenant_id = $1 and (ward_id = $2 or patient_no = $3) and ended_at is null";

    private const string Insert =
        """
        insert into alert_overrides (tenant_id, ward_id, patient_no, type, limit_value, delay_seconds, is_on, reason, owner_id, owner_name, set_at, expires_at)
        select $1, $2, $3, o.type, o.limit_value, o.delay_seconds, o.is_on, $8, $9, $10, $11, $12 from unnest($4, $5, $6, $7) as o (type, limit_value, delay_seconds, is_on)
        """;

    /// <summary>The limits in force for a patient.</summary>
    public Task<LimitsPage> OfPatientAsync(PatientEntry patient, CancellationToken cancellation) =>
        ReadAsync(patient.TenantId, patient.Ward, patient, cancellation);

    /// <summary>The limits in force for a ward.</summary>
    public Task<LimitsPage> OfWardAsync(int tenantId, string ward, CancellationToken cancellation) => ReadAsync(tenantId, ward, null, cancellation);

    /// <summary>Replaces the overrides of a patient or a ward; known to every process as soon as it commits, and to this one when it ends.</summary>
    /// <returns>False: somebody changed them since the version that was seen, and nothing is done.</returns>
    public async Task<bool> SetAsync(NewLimits wanted, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().UtcDateTime;
        await using (var transaction = await database.BeginAsync(wanted.TenantId, cancellation))
        {
            await using (var order = transaction.Command(Order, wanted.TenantId))
            {
                await order.ExecuteNonQueryAsync(cancellation);
            }

            if (!wanted.Match.Admits(await VersionAsync(transaction, wanted.TenantId, wanted.Ward, wanted.Patient, cancellation)))
            {
                return false;
            }

            await using var end = transaction.Command(End, wanted.TenantId);
            AddPlace(end, wanted.Ward, wanted.Patient?.Number);
            end.Parameters.Add(new() { Value = now });
            end.Parameters.Add(new() { Value = wanted.By.AccountId });
            await end.ExecuteNonQueryAsync(cancellation);
            if (wanted.Overrides.Count > 0)
            {
                var all = wanted.Overrides.ToList();
                await using var insert = transaction.Command(Insert, wanted.TenantId);
                AddPlace(insert, wanted.Ward, wanted.Patient?.Number);
                insert.Add(NpgsqlDbType.Text, all, one => AlertCatalogue.Of(one.TypeIndex).Code);
                insert.Add(NpgsqlDbType.Double, all, one => one.Limit);
                insert.Add(NpgsqlDbType.Double, all, one => one.DelaySeconds);
                insert.Add(NpgsqlDbType.Boolean, all, one => one.IsOn);
                insert.Parameters.Add(new() { Value = KeyOf(wanted.TenantId, wanted.Patient).SealText(PlaceOf(wanted.TenantId, wanted.Ward, wanted.Patient), wanted.Reason) });
                insert.Parameters.Add(new() { Value = wanted.By.AccountId });
                insert.Parameters.Add(new() { Value = wanted.By.Name });
                insert.Parameters.Add(new() { Value = now });
                insert.Parameters.Add(new() { Value = wanted.ExpiresAt!.Value.UtcDateTime });
                await insert.ExecuteNonQueryAsync(cancellation);
            }

            await audit.RecordAsync(transaction.Connection, wanted.Entry, cancellation);
            await DirectoryChanges.NotifyAsync(transaction.Connection, AlertLimits.Topic, null, cancellation);
            await transaction.CommitAsync(cancellation);
        }

        await limits.ReloadAsync(CancellationToken.None);
        return true;
    }

    private static async Task<long> VersionAsync(TenantTransaction transaction, int tenantId, string? ward, PatientEntry? patient, CancellationToken cancellation)
    {
        await using var command = transaction.Command(Version, tenantId);
        AddPlace(command, patient is null ? ward : null, patient?.Number);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task<LimitsPage> ReadAsync(int tenantId, string? ward, PatientEntry? patient, CancellationToken cancellation)
    {
        var catalogue = AlertSettings.DefaultFor(patient?.SpO2Scale == 2 ? SpO2Scale.Two : SpO2Scale.One);
        var inForce = AlertCatalogue.All.ToArray().Select(type => Default(type, catalogue.Of(type.Index))).ToList();
        await using var transaction = await database.BeginAsync(tenantId, cancellation);

        // Before the limits: should somebody change them in between, the version is too old for them and not too new.
        var version = await VersionAsync(transaction, tenantId, ward, patient, cancellation);
        await using var command = transaction.Command(InForce, tenantId);
        AddPlace(command, ward, patient?.Number);
        command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            // A ward's come first: a patient's own stand over them.
            if (AlertCatalogue.Find(reader.GetString(1)) is not { } type)
            {
                continue;
            }

            var (ofWard, known) = (reader.GetBoolean(0), inForce[type.Index]);
            var reason = ofWard ? keyring.Tenant(tenantId).OpenText(PlaceOf(tenantId, ward, null), reader.GetFieldValue<byte[]>(6)) : patient!.Key.OpenText(PlaceOf(tenantId, null, patient), reader.GetFieldValue<byte[]>(6));
            var changed = known with
            {
                Limit = reader.GetFieldValue<double?>(2) ?? known.Limit,
                DelaySeconds = reader.GetFieldValue<double?>(3) ?? known.DelaySeconds,
                On = reader.GetFieldValue<bool?>(4) ?? known.On,
                From = ofWard ? "ward" : "patient",
                Owner = reader.GetString(5),
                Reason = reason,
                ExpiresAt = new DateTimeOffset(DateTime.SpecifyKind(reader.GetDateTime(8), DateTimeKind.Utc)),
            };
            inForce[type.Index] = ofWard && patient is not null ? changed with { Otherwise = OtherLimit.Of(changed) } : changed;
        }

        return new(inForce, version);
    }

    private static LimitInForce Default(AlertType type, AlertSetting setting)
    {
        double? limit = double.IsNaN(setting.Limit) ? null : setting.Limit;
        return new(
            type.Code, type.Name, type.Vital is { } vital ? VitalCatalogue.Of(vital).WireKey : null, limit, setting.DelaySeconds, true, new(limit, setting.DelaySeconds),
            new(limit, setting.DelaySeconds, true, "default"), "default", null, null, null);
    }

    private static void AddPlace(Npgsql.NpgsqlCommand command, string? ward, int? patient)
    {
        command.Parameters.Add(new() { Value = (object?)ward ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)patient ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
    }

    private DataKey KeyOf(int tenantId, PatientEntry? patient) => patient?.Key ?? keyring.Tenant(tenantId);

    private static string PlaceOf(int tenantId, string? ward, PatientEntry? patient) => patient is not null ? $"wardwatch/limits/patient/{patient.Number}" : $"wardwatch/limits/{tenantId}/ward/{ward}";
}
