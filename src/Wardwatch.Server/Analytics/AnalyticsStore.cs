using Npgsql;
using NpgsqlTypes;

namespace Wardwatch.Server.Analytics;

/// <summary>Writes stays, waiting patients and changes within a transaction of the caller.</summary>
internal static class AnalyticsStore
{
    /// <summary>A stay, or null.</summary>
    public static async Task<Stay?> FindStayAsync(NpgsqlConnection connection, int tenantId, string encounter, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(AnalyticsSql.FindStay, connection) { Parameters = { new() { Value = tenantId }, new() { Value = encounter } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? ReadStay(reader) : null;
    }

    /// <summary>Since when a patient waits, or null.</summary>
    public static async Task<DateTimeOffset?> FindWaitingAsync(NpgsqlConnection connection, int tenantId, int patientNumber, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(AnalyticsSql.FindWaiting, connection) { Parameters = { new() { Value = tenantId }, new() { Value = patientNumber } } };
        return await command.ExecuteScalarAsync(cancellation) is DateTime since ? new DateTimeOffset(since) : null;
    }

    /// <summary>Reads a stay from a row of <see cref="AnalyticsSql.FindStay"/>'s columns.</summary>
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

    /// <summary>Adds or replaces patients who wait.</summary>
    public static NpgsqlBatchCommand PutWaiting(int tenantId, IReadOnlyCollection<KeyValuePair<int, DateTimeOffset>> waiting) => Command(
        AnalyticsSql.PutWaiting, tenantId,
        Many(waiting.Select(one => one.Key).ToArray(), NpgsqlDbType.Integer),
        Many(waiting.Select(one => one.Value.UtcDateTime).ToArray(), NpgsqlDbType.TimestampTz));

    /// <summary>A patient no longer waits.</summary>
    public static NpgsqlBatchCommand EndWaiting(int tenantId, int patientNumber) => Command(AnalyticsSql.EndWaiting, tenantId, new NpgsqlParameter { Value = patientNumber });

    /// <summary>Adds to sums.</summary>
    public static NpgsqlBatchCommand AddChanges(int tenantId, IReadOnlyCollection<Change> changes) => Command(
        AnalyticsSql.AddChanges, tenantId,
        Many(changes.Select(change => change.Ward).ToArray(), NpgsqlDbType.Text),
        Many(changes.Select(change => change.Hour.UtcDateTime).ToArray(), NpgsqlDbType.TimestampTz),
        Many(changes.Select(change => change.Measure).ToArray(), NpgsqlDbType.Text),
        Many(changes.Select(change => change.Amount).ToArray(), NpgsqlDbType.Double));

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
