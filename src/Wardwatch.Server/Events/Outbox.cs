using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>
/// Takes events into the transaction that causes them, in two round trips: one that locks the patients' order, draws numbers and reads keys, one that stores.
/// Whoever waits to publish is woken by the commit.
/// </summary>
/// <param name="keyring">Seals what events carry.</param>
/// <param name="time">The clock.</param>
/// <param name="opened">Patients' keys that were opened a moment ago; null: a tool, which opens each for its own use.</param>
internal sealed class Outbox(IKeyring keyring, TimeProvider time, OpenedKeys? opened = null) : IOutbox
{
    /// <summary>The topic of <see cref="DirectoryChanges"/> under which the dispatcher is woken.</summary>
    public const string Topic = "events";

    // Content beyond this is a defect: events carry ids, codes and times.
    private const int MaxContentBytes = 64 * 1024;
    private const int MostAtOnce = 1000;

    private const string Begin = "select event_no, recorded_at from begin_events($1, $2)";

    private const string Store =
        """
        with stored as (
            insert into events (tenant_id, event_no, event_id, patient_no, name, version, at, recorded_at, account_id, trace, content)
            select e.tenant_id, e.event_no, e.event_id, e.patient_no, e.name, e.version, e.at, $11, e.account_id, $12, e.content
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) as e (tenant_id, event_no, event_id, patient_no, name, version, at, account_id, content)
        )
        insert into event_outbox (tenant_id, partition, event_no, event_id, patient_no, name, version, at, recorded_at, account_id, trace, content)
        select e.tenant_id, e.partition, e.event_no, e.event_id, e.patient_no, e.name, e.version, e.at, $11, e.account_id, $12, e.content
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as e (tenant_id, event_no, event_id, patient_no, name, version, at, account_id, content, partition)
        """;

    private const string Wake = $"select pg_notify('{DirectoryChanges.Channel}', '{Topic}')";

    /// <inheritdoc />
    public Task AddAsync<T>(NpgsqlConnection connection, EventKind<T> kind, EventOrigin origin, T content, CancellationToken cancellation) =>
        AddAsync(connection, [NewEvent.Of(kind, origin, content)], cancellation);

    /// <inheritdoc />
    public async Task AddAsync(NpgsqlConnection connection, IReadOnlyList<NewEvent> events, CancellationToken cancellation)
    {
        if (events.FirstOrDefault(added => added.Content.Length > MaxContentBytes) is { } large)
        {
            throw new ArgumentException($"An event carries at most {MaxContentBytes} bytes; this {large.Kind.Name} has {large.Content.Length}.", nameof(events));
        }

        // All locks before the first number, in one order; then as many events at once as a statement takes well.
        int[] buckets = [.. events.Select(added => EventPartitions.BucketOf(added.Origin.TenantId, added.Origin.PatientNumber)).Distinct().Order()];
        foreach (var part in events.Chunk(MostAtOnce))
        {
            await AddPartAsync(connection, part, buckets, cancellation);
            buckets = [];
        }
    }

    private async Task AddPartAsync(NpgsqlConnection connection, NewEvent[] events, int[] buckets, CancellationToken cancellation)
    {
        var numbers = new long[events.Length];
        DateTime recordedAt = default;
        EventKeys keys;
        var patients = EventKeys.Different(events.Select(added => added.Origin.PatientNumber));
        await using (var begin = new NpgsqlBatch(connection))
        {
            begin.BatchCommands.Add(new(Begin) { Parameters = { new() { Value = buckets }, new() { Value = events.Length } } });
            begin.BatchCommands.Add(EventKeys.Command(patients));
            await using var reader = await begin.ExecuteReaderAsync(cancellation);
            for (var i = 0; await reader.ReadAsync(cancellation); i++)
            {
                numbers[i] = reader.GetInt64(0);
                recordedAt = reader.GetDateTime(1);
            }

            await reader.NextResultAsync(cancellation);
            keys = await EventKeys.ReadAsync(reader, keyring, opened, patients, cancellation);
        }

        using (keys)
        {
            await StoreAsync(connection, events, numbers, recordedAt, keys, cancellation);
        }
    }

    private async Task StoreAsync(NpgsqlConnection connection, NewEvent[] events, long[] numbers, DateTime recordedAt, EventKeys keys, CancellationToken cancellation)
    {
        var ids = Array.ConvertAll(events, _ => Guid.CreateVersion7(time.GetUtcNow()));
        var contents = new byte[events.Length][];
        for (var i = 0; i < events.Length; i++)
        {
            var (kind, origin, content) = events[i];
            var key = keys.Find(origin.TenantId, origin.PatientNumber)
                ?? throw new InvalidOperationException($"Patient {origin.PatientNumber} has no key (any more), so that nothing can be told of them.");
            contents[i] = SealedEvent.Seal(key, ids[i], numbers[i], kind, origin, recordedAt, content.Span);
        }

        await using var store = new NpgsqlBatch(connection);
        var command = new NpgsqlBatchCommand(Store);
        Add(Array.ConvertAll(events, added => added.Origin.TenantId), NpgsqlDbType.Array | NpgsqlDbType.Integer);
        Add(numbers, NpgsqlDbType.Array | NpgsqlDbType.Bigint);
        Add(ids, NpgsqlDbType.Array | NpgsqlDbType.Uuid);
        Add(Array.ConvertAll(events, added => added.Origin.PatientNumber), NpgsqlDbType.Array | NpgsqlDbType.Integer);
        Add(Array.ConvertAll(events, added => added.Kind.Name), NpgsqlDbType.Array | NpgsqlDbType.Text);
        Add(Array.ConvertAll(events, added => added.Kind.Version), NpgsqlDbType.Array | NpgsqlDbType.Integer);
        Add(Array.ConvertAll(events, added => UnixTime.ToDateTime(UnixTime.FromDateTimeOffset(added.Origin.At))), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz);
        Add(Array.ConvertAll(events, added => added.Origin.Actor), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
        Add(contents, NpgsqlDbType.Array | NpgsqlDbType.Bytea);
        Add(Array.ConvertAll(events, added => EventPartitions.PartitionOf(added.Origin.TenantId, added.Origin.PatientNumber)), NpgsqlDbType.Array | NpgsqlDbType.Smallint);
        Add(recordedAt, NpgsqlDbType.TimestampTz);
        Add((object?)(Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null) ?? DBNull.Value, NpgsqlDbType.Text);
        store.BatchCommands.Add(command);
        store.BatchCommands.Add(new(Wake));
        await store.ExecuteNonQueryAsync(cancellation);

        void Add(object value, NpgsqlDbType type) => command.Parameters.Add(new() { Value = value, NpgsqlDbType = type });
    }
}
