using Npgsql;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Alerts;

/// <summary>An alert as it was read, with what only the server knows of it.</summary>
/// <param name="Number">Its database key.</param>
/// <param name="TenantId">The hospital.</param>
/// <param name="PatientNumber">The patient's database key, or null.</param>
/// <param name="IncidentId">The incident, or null.</param>
/// <param name="Canary">Of the synthetic patient that proves the alert path.</param>
/// <param name="Document">What everybody sees.</param>
internal sealed record ReadAlert(long Number, int TenantId, int? PatientNumber, Guid? IncidentId, bool Canary, AlertDocument Document);

/// <summary>Reads alerts: opens their causes and says how their signals stand now.</summary>
internal sealed class AlertRows(IPatientDirectory patients, IKeyring keyring, TimeProvider time)
{
    // Of a patient who was erased, or whose alert was changed in the database: that there was one is all that can be said.
    private const string Unreadable = "The cause cannot be read any more";

    /// <summary>Reads what a statement with <see cref="AlertSql.Columns"/> answers.</summary>
    public async Task<List<ReadAlert>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var rows = new List<Row>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                rows.Add(new(reader));
            }
        }

        var now = time.GetUtcNow().UtcDateTime;
        var alerts = new List<ReadAlert>(rows.Count);
        foreach (var row in rows)
        {
            alerts.Add(ToAlert(row, await KeyOfAsync(row, cancellation), now));
        }

        return alerts;
    }

    private static ReadAlert ToAlert(Row row, DataKey? key, DateTime now)
    {
        var type = AlertCatalogue.Find(row.Type) ?? throw new InvalidOperationException($"The catalogue does not know the type {row.Type} any more.");
        var cause = (key is null ? null : AlertCauses.Open(key, row.Id, row.Cause)) ?? AlertCauses.Of(Unreadable);
        var isSilenced = row.EndedAt is null && row.SilencedUntil > now;
        var document = new AlertDocument(
            $"{row.Id}", type.Code, type.Name, type.Category.Word(), ((AlertPriority)row.Priority).Word(), row.Technical, row.Patient, row.Ward, row.Bed,
            row.EndedAt is null ? AlertWords.Active : AlertWords.Ended, AlertWords.SignalOf(type, row.EndedAt is null, row.Acknowledged, isSilenced), row.Acknowledged, cause,
            Utc(row.OnsetAt), Utc(row.RaisedAt), row.EndedAt is { } ended ? Utc(ended) : null)
        {
            SilencedUntil = isSilenced ? Utc(row.SilencedUntil!.Value) : null,
            SilencedBy = isSilenced ? row.SilencerName : null,
            SilenceReason = isSilenced && row.SilenceReason is { } reason && key is not null ? key.OpenText(PlaceOfReason(row.Id), reason) : null,
            Incident = row.IncidentId?.ToString(),
            Judgement = row.Judgement,
        };
        return new(row.Number, row.TenantId, row.PatientNumber, row.IncidentId, row.Canary, document);
    }

    /// <summary>Where the reason of a silence stands.</summary>
    public static string PlaceOfReason(Guid alert) => $"wardwatch/alert-silence/{alert}";

    private async ValueTask<DataKey?> KeyOfAsync(Row row, CancellationToken cancellation)
    {
        if (row.PatientNumber is not { } number)
        {
            return keyring.Tenant(row.TenantId);
        }

        return (patients.Find(number) ?? (row.Patient is { } id ? await patients.FindAsync(row.TenantId, id, cancellation) : null))?.Key;
    }

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    private sealed record Row(
        long Number, int TenantId, Guid Id, string Type, short Priority, bool Technical, int? PatientNumber, string? Patient, string? Ward, string? Bed, DateTime OnsetAt, DateTime RaisedAt,
        DateTime? EndedAt, byte[] Cause, bool Acknowledged, DateTime? SilencedUntil, string? SilencerName, byte[]? SilenceReason, string? Judgement, Guid? IncidentId, bool Canary)
    {
        public Row(NpgsqlDataReader reader)
            : this(
                reader.GetInt64(0), reader.GetInt32(1), reader.GetGuid(2), reader.GetString(3), reader.GetInt16(4), reader.GetBoolean(5), reader.GetFieldValue<int?>(6), reader.TextOrNull(7),
                reader.TextOrNull(8), reader.TextOrNull(9), reader.GetDateTime(10), reader.GetDateTime(11), reader.GetFieldValue<DateTime?>(12), reader.GetFieldValue<byte[]>(13),
                reader.GetBoolean(14), reader.GetFieldValue<DateTime?>(15), reader.TextOrNull(16), reader.BytesOrNull(17), reader.TextOrNull(18),
                reader.GetFieldValue<Guid?>(19), reader.GetBoolean(20))
        {
        }
    }
}
