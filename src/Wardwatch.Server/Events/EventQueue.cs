using Npgsql;
using NpgsqlTypes;

namespace Wardwatch.Server.Events;

/// <summary>An event that waits for a consumer.</summary>
/// <param name="Event">The event.</param>
/// <param name="Attempts">How often it failed.</param>
internal readonly record struct QueuedEvent(SealedEvent Event, int Attempts);

/// <summary>What waits for consumers in the database, and who works on which partition.</summary>
internal sealed class EventQueue(NpgsqlDataSource database)
{
    private const string EnsureClaims =
        "insert into event_claims (name, partition) select n, p from unnest($1::text[]) as n, generate_series(0, $2 - 1) as p on conflict do nothing";

    private const string Claim = "select partition from event_claims where name = $1 and partition = any($2) for update skip locked";

    private const string FindReady =
        """
        select p from generate_series(0, $2 - 1) as p
        where exists (select from event_queue q where q.consumer = $1 and q.partition = p and (q.not_before is null or q.not_before <= $3))
        """;

    // Behind an event that waits for its next attempt, the same patient's wait as well.
    private const string Take =
        $"""
        select taken.* from unnest($2) as claimed (number) cross join lateral (
            select {EventRows.Columns}, attempts from event_queue
            where consumer = $1 and partition = claimed.number
              and {EventRows.OrderKey} not in (select {EventRows.OrderKey} from event_queue where consumer = $1 and partition = any($2) and attempts > 0 and not_before > $3)
            order by event_no limit $4) as taken
        """;

    private const string FindWaiting = $"select distinct {EventRows.OrderKey} from event_queue where consumer = $1 and partition = any($2)";

    // Not "exists": PostgreSQL would read all that the consumer ever handled into memory for it, and every batch would take longer than the one before.
    private const string Insert =
        $"""
        insert into event_queue (consumer, partition, {EventRows.Columns}, attempts, not_before)
        select $1, partition, {EventRows.Columns}, $14, $15 from {EventRows.FromParameters}
        where (select true from event_inbox i where i.consumer = $1 and i.event_id = e.event_id and i.recorded_at = e.recorded_at limit 1) is null
        on conflict do nothing
        """;

    // The same for everybody who wants them, each event sent once: $1 and $14 are who wants which name.
    private const string InsertForAll =
        $"""
        insert into event_queue (consumer, partition, {EventRows.Columns}, attempts, not_before)
        select wants.consumer, partition, {EventRows.Columns}, 0, null from {EventRows.FromParameters} join unnest($1::text[], $14::text[]) as wants (consumer, name) using (name)
        where (select true from event_inbox i where i.consumer = wants.consumer and i.event_id = e.event_id and i.recorded_at = e.recorded_at limit 1) is null
        on conflict do nothing
        """;

    private const string Remove =
        "delete from event_queue q using unnest($2, $3) as done (partition, event_no) where q.consumer = $1 and q.partition = done.partition and q.event_no = done.event_no";

    private const string Lock = "select from event_queue where consumer = $1 and partition = $2 and event_no = $3 for update";
    private const string Hold = "update event_queue set attempts = $4, not_before = $5 where consumer = $1 and partition = $2 and event_no = $3";

    /// <summary>Makes the rows that are locked by whoever works on a partition.</summary>
    public async Task EnsureClaimsAsync(string[] names, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = Command(connection, EnsureClaims, names, EventPartitions.Count);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Claims partitions until the transaction ends; answers those that nobody else has.</summary>
    public static async Task<short[]> ClaimAsync(NpgsqlConnection connection, string name, short[] partitions, CancellationToken cancellation)
    {
        await using var command = Command(connection, Claim, name, partitions);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var claimed = new List<short>(partitions.Length);
        while (await reader.ReadAsync(cancellation))
        {
            claimed.Add(reader.GetInt16(0));
        }

        return [.. claimed];
    }

    /// <summary>How many events each of some partitions may add to a batch.</summary>
    public static int ShareOf(int batch, int partitions) => Math.Max(1, batch / partitions);

    /// <summary>Which partitions gave their whole share, so that there may be more in them.</summary>
    public static IReadOnlyCollection<short> WithMore(IEnumerable<SealedEvent> taken, int share) =>
        [.. taken.CountBy(one => one.Partition).Where(partition => partition.Value >= share).Select(partition => partition.Key)];

    /// <summary>The partitions in which something waits for a consumer that may be tried now.</summary>
    public async Task<List<short>> FindReadyAsync(string consumer, DateTime now, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = Command(connection, FindReady, consumer, EventPartitions.Count, now);
        return await ReadPartitionsAsync(command, cancellation);
    }

    /// <summary>What may be handled now, in order: so many of each partition at most.</summary>
    public static async Task<List<QueuedEvent>> TakeAsync(NpgsqlConnection connection, string consumer, short[] partitions, DateTime now, int each, CancellationToken cancellation)
    {
        await using var command = Command(connection, Take, consumer, partitions, now, each);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var taken = new List<QueuedEvent>();
        while (await reader.ReadAsync(cancellation))
        {
            taken.Add(new(EventRows.Read(reader), reader.GetInt32(EventRows.ColumnCount)));
        }

        taken.Sort(static (one, other) => one.Event.Number.CompareTo(other.Event.Number));
        return taken;
    }

    /// <summary>Whose events wait already, so that later ones must wait behind them.</summary>
    public static async Task<HashSet<long>> FindWaitingAsync(NpgsqlConnection connection, string consumer, short[] partitions, CancellationToken cancellation)
    {
        await using var command = Command(connection, FindWaiting, consumer, partitions);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var waiting = new HashSet<long>();
        while (await reader.ReadAsync(cancellation))
        {
            waiting.Add(reader.GetInt64(0));
        }

        return waiting;
    }

    /// <summary>Adds events that the consumer has not handled and that do not wait yet.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, string consumer, IReadOnlyList<SealedEvent> events, CancellationToken cancellation, int attempts = 0, DateTime? notBefore = null)
    {
        if (events.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(Insert, connection);
        command.Parameters.Add(new() { Value = consumer });
        EventRows.Add(command.Parameters, events);
        command.Parameters.Add(new() { Value = attempts });
        command.Parameters.Add(new() { Value = notBefore ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Adds events to the queues of all who want them, but for those that were handled or wait already.</summary>
    /// <param name="connection">Within a transaction.</param>
    /// <param name="events">The events.</param>
    /// <param name="consumersOf">Who wants events of a name.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task AddForAllAsync(NpgsqlConnection connection, IReadOnlyList<SealedEvent> events, Func<string, IEnumerable<string>> consumersOf, CancellationToken cancellation)
    {
        (string Consumer, string Name)[] wants = [.. events.Select(one => one.Name).Distinct(StringComparer.Ordinal).SelectMany(consumersOf, (name, consumer) => (consumer, name))];
        SealedEvent[] wanted = [.. events.Where(one => Array.Exists(wants, want => want.Name == one.Name))];
        if (wanted.Length == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(InsertForAll, connection);
        command.Parameters.Add(new() { Value = Array.ConvertAll(wants, want => want.Consumer) });
        EventRows.Add(command.Parameters, wanted);
        command.Parameters.Add(new() { Value = Array.ConvertAll(wants, want => want.Name) });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Takes events out.</summary>
    public static async Task RemoveAsync(NpgsqlConnection connection, string consumer, IReadOnlyList<SealedEvent> done, CancellationToken cancellation)
    {
        await using var command = Command(connection, Remove, consumer, done.Select(one => one.Partition).ToArray(), done.Select(one => one.Number).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Locks an event; false if it does not wait any more.</summary>
    public static async Task<bool> TryLockAsync(NpgsqlConnection connection, string consumer, SealedEvent waiting, CancellationToken cancellation)
    {
        await using var command = Command(connection, Lock, consumer, waiting.Partition, waiting.Number);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation);
    }

    /// <summary>Notes that an event failed and when it is tried again.</summary>
    public static async Task HoldAsync(NpgsqlConnection connection, string consumer, SealedEvent failed, int attempts, DateTime notBefore, CancellationToken cancellation)
    {
        await using var command = Command(connection, Hold, consumer, failed.Partition, failed.Number, attempts, notBefore);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Reads partitions' numbers.</summary>
    public static async Task<List<short>> ReadPartitionsAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var partitions = new List<short>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            partitions.Add((short)reader.GetInt32(0));
        }

        return partitions;
    }

    /// <summary>A statement with its parameters in order.</summary>
    public static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}
