using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>How many events wait: to be published, and for each consumer in the database. What waits in a broker's queues is the broker's to tell.</summary>
internal sealed class EventBacklog(NpgsqlDataSource database, EventConsumers consumers) : ISharedQueues
{
    private const int AnswersWithinSeconds = 5;

    private const string Outbox = "select count(*), (extract(epoch from clock_timestamp() - min(recorded_at)))::float8 from event_outbox";
    private const string Queues = "select consumer, count(*), (extract(epoch from clock_timestamp() - min(recorded_at)))::float8 from event_queue group by consumer";

    /// <inheritdoc />
    public async Task<IReadOnlyList<QueueFigure>> ReadAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection) { Timeout = AnswersWithinSeconds, BatchCommands = { new(Outbox), new(Queues) } };
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var queues = new List<QueueFigure> { new("outbox", reader.GetInt64(0), null, Age(reader, 1)) };
        await reader.NextResultAsync(cancellation);
        var waiting = new SortedDictionary<string, QueueFigure>(StringComparer.Ordinal);
        foreach (var consumer in consumers.All)
        {
            waiting[consumer.Name] = new($"consumer:{consumer.Name}", 0, null, null);
        }

        // A consumer that this program does not have any more may have left something behind.
        while (await reader.ReadAsync(cancellation))
        {
            var name = reader.GetString(0);
            waiting[name] = new($"consumer:{name}", reader.GetInt64(1), null, Age(reader, 2));
        }

        queues.AddRange(waiting.Values);
        return queues;
    }

    private static double? Age(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : Math.Round(Math.Max(0, reader.GetDouble(column)), 1);
}
