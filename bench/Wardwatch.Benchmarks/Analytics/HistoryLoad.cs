using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Analytics;
using Wardwatch.Server.Events;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Benchmarks.Analytics;

/// <summary>
/// Puts a past into the table of events as it would lie there: numbered, sealed under the patients' keys, in partitions of months, and noted in the inbox as far back as that is
/// remembered. Nothing goes through the outbox, so that no consumer sees it.
/// </summary>
internal sealed class HistoryLoad(NpgsqlDataSource database, IKeyring keyring)
{
    private const int AtOnce = 20_000;
    private const int RememberedDays = 31;

    // A place in the order of numbers before anything else is told; the sequence is the owner's.
    private const string Reserve = "select setval('event_numbers', nextval('event_numbers') + $1) - $1";
    private const string Copy = "copy events (tenant_id, event_no, event_id, patient_no, name, version, at, recorded_at, content) from stdin (format binary)";

    // What the hospital's setting up told of itself may have been handled already.
    private const string Remember =
        """
        insert into event_inbox (consumer, event_id, recorded_at, tenant_id)
        select $1, event_id, recorded_at, tenant_id from events where recorded_at >= $2 on conflict do nothing
        """;

    /// <summary>Loads it.</summary>
    /// <param name="past">What happened, in the order of times.</param>
    /// <param name="most">No more than so many.</param>
    /// <param name="first">When it began.</param>
    /// <param name="until">Its end: now.</param>
    /// <param name="progress">Told how many there are so far.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>How many there were.</returns>
    public async Task<long> RunAsync(IEnumerable<NewEvent> past, int most, DateTimeOffset first, DateTimeOffset until, Action<long> progress, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var keys = await KeysAsync(connection, cancellation);
        for (var month = first; month < until.AddMonths(1); month = month.AddMonths(1))
            await ExecuteAsync(connection, "select ensure_event_partitions($1)", cancellation, DateOnly.FromDateTime(month.UtcDateTime));
        var number = (long)(await ScalarAsync(connection, Reserve, cancellation, (long)most))!;
        var loaded = 0L;
        foreach (var part in past.Take(most).Chunk(AtOnce))
        {
            var start = number + loaded;
            var rows = part.Select((told, place) => (Told: told, Number: start + place)).AsParallel().AsOrdered().WithCancellation(cancellation).Select(row => Seal(row.Told, row.Number, keys)).ToList();
            await CopyAsync(connection, rows, cancellation);
            loaded += part.Length;
            progress(loaded);
        }

        await ExecuteAsync(connection, Remember, cancellation, AnalyticsConsumer.ConsumerName, until.AddDays(-RememberedDays).UtcDateTime);
        foreach (var table in new[] { "events", "event_inbox" }) await ExecuteAsync(connection, $"analyze {table}", cancellation);
        return loaded;
    }

    private async Task<Dictionary<int, DataKey>> KeysAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var keys = new Dictionary<int, DataKey>();
        await using var command = Command(connection, "select patient_no, tenant_id, wrapped_key from patient_keys", []);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) keys.Add(reader.GetInt32(0), keyring.OpenPatientKey(reader.GetInt32(1), reader.GetFieldValue<byte[]>(2)));
        return keys;
    }

    private SealedEvent Seal(NewEvent told, long number, Dictionary<int, DataKey> keys)
    {
        var (kind, origin, content) = told;
        var (id, recordedAt) = (Guid.CreateVersion7(origin.At), origin.At.UtcDateTime);
        var key = origin.PatientNumber is { } patient ? keys[patient] : keyring.Tenant(origin.TenantId);
        return new(id, number, kind.Name, kind.Version, origin, recordedAt, null, SealedEvent.Seal(key, id, number, kind, origin, recordedAt, content.Span));
    }

    private static async Task CopyAsync(NpgsqlConnection connection, List<SealedEvent> rows, CancellationToken cancellation)
    {
        await using var copy = await connection.BeginBinaryImportAsync(Copy, cancellation);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(row.Origin.TenantId, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(row.Number, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(row.Id, NpgsqlDbType.Uuid, cancellation);
            if (row.Origin.PatientNumber is { } patient) await copy.WriteAsync(patient, NpgsqlDbType.Integer, cancellation);
            else await copy.WriteNullAsync(cancellation);
            await copy.WriteAsync(row.Name, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(row.Version, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(row.Origin.At.UtcDateTime, NpgsqlDbType.TimestampTz, cancellation);
            await copy.WriteAsync(row.RecordedAt, NpgsqlDbType.TimestampTz, cancellation);
            await copy.WriteAsync(row.Content, NpgsqlDbType.Bytea, cancellation);
        }

        await copy.CompleteAsync(cancellation);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        return await command.ExecuteScalarAsync(cancellation);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] values)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }
}
