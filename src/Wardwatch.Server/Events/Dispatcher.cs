using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>
/// Publishes what stands in the outbox: partition by partition, each claimed by one process for the length of a batch, so that a patient's events go out in order.
/// Rows are taken as they are there, never from a number on: a transaction with a smaller number may commit later than one with a greater one.
/// </summary>
internal sealed partial class Dispatcher(
    NpgsqlDataSource database, EventQueue queue, IEventTransport transport, EventObservers observers, EventsMetrics metrics, DirectoryChanges changes,
    IOptions<EventsOptions> options, TimeProvider time, ILogger<Dispatcher> log) : BackgroundService
{
    /// <summary>The name under which partitions of the outbox are claimed.</summary>
    public const string ClaimName = "outbox";

    private const string FindReady = "select p from generate_series(0, $1 - 1) as p where exists (select from event_outbox o where o.partition = p)";
    private const string Take = $"select {EventRows.Columns} from event_outbox where partition = $1 order by event_no limit $2";
    private const string Remove = "delete from event_outbox where partition = $1 and event_no = any($2)";

    private readonly ILogger<Dispatcher> _log = log;
    private PartitionPool? _pool;

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await queue.EnsureClaimsAsync([ClaimName], cancellationToken);
        _pool = new(options.Value.Publishers, TimeSpan.FromSeconds(options.Value.PollSeconds), FindReadyAsync, PublishAsync, Failed, time);
        changes.Subscribe(Outbox.Topic, (_, _) =>
        {
            _pool.Wake();
            return Task.CompletedTask;
        });
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _pool!.RunAsync(stoppingToken);

    private async Task<List<short>> FindReadyAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = EventQueue.Command(connection, FindReady, EventPartitions.Count);
        return await EventQueue.ReadPartitionsAsync(command, cancellation);
    }

    private async Task<bool> PublishAsync(short partition, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (!await EventQueue.TryClaimAsync(connection, ClaimName, partition, cancellation))
        {
            return false;
        }

        var events = await TakeAsync(connection, partition, cancellation);
        if (events.Count == 0)
        {
            return false;
        }

        var began = time.GetUtcNow();
        await transport.PublishAsync(connection, events, cancellation);
        EventTraces.Published(events, began);
        await using (var remove = EventQueue.Command(connection, Remove, partition, events.Select(published => published.Number).ToArray()))
        {
            await remove.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        metrics.Published(events.Count);
        transport.Published(events);
        if (!transport.TellsObservers)
        {
            await observers.TellAsync(connection, events, cancellation);
        }

        return events.Count == options.Value.Batch;
    }

    private async Task<List<SealedEvent>> TakeAsync(NpgsqlConnection connection, short partition, CancellationToken cancellation)
    {
        await using var command = EventQueue.Command(connection, Take, partition, options.Value.Batch);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var events = new List<SealedEvent>();
        while (await reader.ReadAsync(cancellation))
        {
            events.Add(EventRows.Read(reader));
        }

        return events;
    }

    private void Failed(Exception failure)
    {
        metrics.PublishFailed();
        LogFailed(failure.GetType().Name, failure.Message);
    }

    [LoggerMessage(6001, LogLevel.Warning, "Events cannot be published at the moment and stay in the outbox ({Fault}: {Reason}); tried again")]
    private partial void LogFailed(string fault, string reason);
}
