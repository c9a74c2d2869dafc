using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Analytics;

/// <summary>By what some events' stays, waiting patients, alerts and incidents are found; each once.</summary>
internal sealed record StoredKeys(string[] Encounters, int[] Patients, string[] Alerts, Guid[] Incidents)
{
    /// <summary>Whether nothing is to be read.</summary>
    public bool IsEmpty => Encounters.Length + Patients.Length + Alerts.Length + Incidents.Length == 0;

    /// <summary>The keys of what events need.</summary>
    public static StoredKeys Of(IReadOnlyCollection<(DeliveredEvent Event, Needed Needed)> events) => new(
        [.. events.Select(one => one.Needed.Encounter).OfType<string>().Distinct(StringComparer.Ordinal)],
        [.. events.Where(one => one.Needed.Waiting).Select(one => one.Event.Origin.PatientNumber).OfType<int>().Distinct()],
        [.. events.Select(one => one.Needed.Alert).OfType<string>().Distinct(StringComparer.Ordinal)],
        [.. events.Select(one => one.Needed.Incident).OfType<Guid>().Distinct()]);
}

/// <summary>Reads and writes stays, waiting patients, alerts, incidents and changes within a transaction of the caller.</summary>
internal static class AnalyticsStore
{
    /// <summary>Takes part among the handlers, until the transaction ends.</summary>
    public static NpgsqlBatchCommand Share(int tenantId) => Command(AnalyticsSql.Share, tenantId);

    /// <summary>Takes part among the handlers and then reads what events need, in one round trip.</summary>
    public static async Task<StoredFigures> ShareAndReadAsync(NpgsqlConnection connection, int tenantId, StoredKeys keys, CancellationToken cancellation)
    {
        var (stays, waiting) = (new Dictionary<string, Stay>(StringComparer.Ordinal), new Dictionary<int, DateTimeOffset>());
        var (alerts, responses) = (new Dictionary<string, AlertFact>(StringComparer.Ordinal), new Dictionary<Guid, ResponseFact>());
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Share(tenantId));
        var reads = new List<Action<NpgsqlDataReader>>();
        Ask(AnalyticsSql.FindStays, keys.Encounters, NpgsqlDbType.Text, reader => Add(stays, ReadStay(reader), static stay => stay.Encounter));
        Ask(AnalyticsSql.FindWaiting, keys.Patients, NpgsqlDbType.Integer, reader => waiting.Add(reader.GetInt32(0), new DateTimeOffset(reader.GetDateTime(1))));
        Ask(AnalyticsSql.FindAlerts, keys.Alerts, NpgsqlDbType.Text, reader => Add(alerts, ReadAlert(reader), static alert => alert.Alert));
        Ask(AnalyticsSql.FindResponses, keys.Incidents, NpgsqlDbType.Uuid, reader => Add(responses, ReadResponse(reader), static response => response.Incident));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        foreach (var read in reads)
        {
            await reader.NextResultAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                read(reader);
            }
        }

        return new(stays, waiting, alerts, responses);

        void Ask(string sql, Array wanted, NpgsqlDbType type, Action<NpgsqlDataReader> read)
        {
            if (wanted.Length > 0)
            {
                batch.BatchCommands.Add(Command(sql, tenantId, Many(wanted, type)));
                reads.Add(read);
            }
        }

        static void Add<TKey, TRow>(Dictionary<TKey, TRow> rows, TRow row, Func<TRow, TKey> keyOf) where TKey : notnull => rows.Add(keyOf(row), row);
    }

    /// <summary>Reads a stay from a row of <see cref="AnalyticsSql.FindStays"/>'s columns.</summary>
    public static Stay ReadStay(NpgsqlDataReader reader) => new(
        reader.GetString(0), reader.GetString(1), reader.GetString(2), new DateTimeOffset(reader.GetDateTime(3)), reader.IsDBNull(4) ? null : reader.GetDouble(4),
        new DateTimeOffset(reader.GetDateTime(5)), reader.IsDBNull(6) ? null : new DateTimeOffset(reader.GetDateTime(6)));

    /// <summary>Adds or replaces stays.</summary>
    public static NpgsqlBatchCommand PutStays(int tenantId, IReadOnlyCollection<Stay> stays) => Command(
        AnalyticsSql.PutStays, tenantId,
        Many(stays.Select(stay => stay.Encounter).ToArray(), NpgsqlDbType.Text),
        Many(stays.Select(stay => stay.Ward).ToArray(), NpgsqlDbType.Text),
        Many(stays.Select(stay => stay.FirstWard).ToArray(), NpgsqlDbType.Text),
        Many(stays.Select(stay => stay.AdmittedAt.UtcDateTime).ToArray(), NpgsqlDbType.TimestampTz),
        Many(stays.Select(stay => stay.WaitedSeconds).ToArray(), NpgsqlDbType.Double),
        Many(stays.Select(stay => stay.WardSince.UtcDateTime).ToArray(), NpgsqlDbType.TimestampTz),
        Many(stays.Select(stay => stay.DischargedAt?.UtcDateTime).ToArray(), NpgsqlDbType.TimestampTz));

    /// <summary>Adds or replaces alerts.</summary>
    public static NpgsqlBatchCommand PutAlerts(int tenantId, IReadOnlyCollection<AlertFact> alerts) => Command(
        AnalyticsSql.PutAlerts, tenantId,
        Many(alerts.Select(alert => alert.Alert).ToArray(), NpgsqlDbType.Text),
        Many(alerts.Select(alert => alert.Ward).ToArray(), NpgsqlDbType.Text),
        Many(alerts.Select(alert => alert.Type).ToArray(), NpgsqlDbType.Text),
        Many(alerts.Select(alert => alert.Priority).ToArray(), NpgsqlDbType.Text),
        Many(alerts.Select(alert => alert.RaisedAt?.UtcDateTime).ToArray(), NpgsqlDbType.TimestampTz),
        Many(alerts.Select(alert => alert.Judgement).ToArray(), NpgsqlDbType.Text),
        Many(alerts.Select(alert => alert.JudgedAt?.UtcDateTime).ToArray(), NpgsqlDbType.TimestampTz));

    /// <summary>Adds or replaces incidents.</summary>
    public static NpgsqlBatchCommand PutResponses(int tenantId, IReadOnlyCollection<ResponseFact> responses) => Command(
        AnalyticsSql.PutResponses, tenantId,
        Many(responses.Select(response => response.Incident).ToArray(), NpgsqlDbType.Uuid),
        Many(responses.Select(response => response.Ward).ToArray(), NpgsqlDbType.Text),
        Many(responses.Select(response => response.Type).ToArray(), NpgsqlDbType.Text),
        Many(responses.Select(response => response.Priority).ToArray(), NpgsqlDbType.Text),
        Many(responses.Select(response => response.OnsetAt.UtcDateTime).ToArray(), NpgsqlDbType.TimestampTz),
        Many(responses.Select(response => response.OpenedAt.UtcDateTime).ToArray(), NpgsqlDbType.TimestampTz),
        Many(responses.Select(response => response.DeliveredAt?.UtcDateTime).ToArray(), NpgsqlDbType.TimestampTz),
        Many(responses.Select(response => response.AcknowledgedAt?.UtcDateTime).ToArray(), NpgsqlDbType.TimestampTz),
        Many(responses.Select(response => response.ReviewedAt?.UtcDateTime).ToArray(), NpgsqlDbType.TimestampTz),
        Many(responses.Select(response => response.ResolvedAt?.UtcDateTime).ToArray(), NpgsqlDbType.TimestampTz),
        Many(responses.Select(response => response.Outcome).ToArray(), NpgsqlDbType.Text));

    /// <summary>Adds or replaces patients who wait.</summary>
    public static NpgsqlBatchCommand PutWaiting(int tenantId, IReadOnlyCollection<KeyValuePair<int, DateTimeOffset>> waiting) => Command(
        AnalyticsSql.PutWaiting, tenantId,
        Many(waiting.Select(one => one.Key).ToArray(), NpgsqlDbType.Integer),
        Many(waiting.Select(one => one.Value.UtcDateTime).ToArray(), NpgsqlDbType.TimestampTz));

    /// <summary>Patients no longer wait.</summary>
    public static NpgsqlBatchCommand EndWaiting(int tenantId, IReadOnlyCollection<int> patientNumbers) => Command(AnalyticsSql.EndWaiting, tenantId, Many(patientNumbers.ToArray(), NpgsqlDbType.Integer));

    /// <summary>Adds to sums.</summary>
    public static NpgsqlBatchCommand AddChanges(int tenantId, IReadOnlyCollection<Change> changes) => Command(
        AnalyticsSql.AddChanges, tenantId,
        Many(changes.Select(change => change.Ward).ToArray(), NpgsqlDbType.Text),
        Many(changes.Select(change => change.Hour.UtcDateTime).ToArray(), NpgsqlDbType.TimestampTz),
        Many(changes.Select(change => change.Measure).ToArray(), NpgsqlDbType.Text),
        Many(changes.Select(change => change.Amount).ToArray(), NpgsqlDbType.Double));

    private static AlertFact ReadAlert(NpgsqlDataReader reader) => new(
        reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), Time(reader, 4), reader.IsDBNull(5) ? null : reader.GetString(5), Time(reader, 6));

    private static ResponseFact ReadResponse(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), Time(reader, 4)!.Value, Time(reader, 5)!.Value, Time(reader, 6), Time(reader, 7), Time(reader, 8), Time(reader, 9),
        reader.IsDBNull(10) ? null : reader.GetString(10));

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : new DateTimeOffset(reader.GetDateTime(column));

    private static NpgsqlParameter Many(Array values, NpgsqlDbType type) => new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type };

    private static NpgsqlBatchCommand Command(string sql, int tenantId, params ReadOnlySpan<NpgsqlParameter> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new() { Value = tenantId });
        foreach (var value in values)
        {
            command.Parameters.Add(value);
        }

        return command;
    }
}
