using Npgsql;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Alerts;

/// <summary>What lanes need of alerts.</summary>
internal sealed class AlertBook(AlertLimits limits, AlertsMetrics metrics, IPatientDirectory directory, NpgsqlDataSource database) : IAlertBook
{
    /// <inheritdoc />
    public AlertSettings SettingsOf(PatientEntry patient) => limits.Of(patient);

    /// <inheritdoc />
    public IAlertBatch Begin() => new AlertBatch(metrics);

    /// <inheritdoc />
    public async Task<IReadOnlyList<OpenAlert>> ReadOpenAsync(IReadOnlyCollection<int> patients, CancellationToken cancellation)
    {
        var open = new List<OpenAlert>();
        await using var command = database.CreateCommand(AlertSql.Open);
        command.Parameters.Add(new() { Value = patients.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (AlertCatalogue.Find(reader.GetString(2)) is { } type)
            {
                var (number, id) = (reader.GetInt32(0), reader.GetGuid(1));
                var cause = directory.Find(number) is { } patient ? AlertCauses.Open(patient.Key, id, reader.GetFieldValue<byte[]>(7)) : null;
                open.Add(new(
                    number, id, type, (AlertPriority)reader.GetInt16(3), UnixTime.FromDateTime(reader.GetDateTime(4)), UnixTime.FromDateTime(reader.GetDateTime(5)), reader.GetInt32(6))
                {
                    Vital = VitalCatalogue.TryFind(cause?.Vital, out var vital) ? vital : null,
                    KnownVitals = cause?.Values.Keys.Aggregate(0, (known, key) => VitalCatalogue.TryFind(key, out var one) ? known | (1 << (int)one) : known),
                });
            }
        }

        return open;
    }
}
