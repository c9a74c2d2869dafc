using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>
/// Publishes what stands in the outbox: several partitions in one transaction, each claimed by one process for the length of a batch, so that a patient's events go out in order.
/// Rows are taken as they are there, never from a number on: a transaction with a smaller number may commit later than one with a greater one.
/// </summary>
internal sealed partial class Dispatcher(
    NpgsqlDataSource database, EventQueue queue, IEventTransport transport, EventObservers observers, EventsMetrics metrics, DirectoryChanges changes,
    IOptions<EventsOptions> options, TimeProvider time, ILogger<Dispatcher> log) : BackgroundService
{
    /// <summary>The name under which partitions of the outbox are claimed.</summary>
    public const string ClaimName = "outbox";

    private const string FindReady = "select p from generate_series(0, $1 - 1) as p where exists (select from event_outbox o where o.partition = p)";
    // They are there again if they are not published.
    private const string Take =
        $"""
        with due as materialized (
            select claimed.number, first.no from unnest($1) as claimed (number)
                cross join lateral (select event_no from event_outbox where partition = claimed.number order by event_no limit $2) as first (no)
        )
        delete from event_outbox o using due where o.partition = due.number and o.event_no = due.no returning {EventRows.Columns}
        """;

    private readonly ILogger<Dispatcher> _log = log;
    private PartitionPool? _pool;

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await queue.EnsureClaimsAsync([ClaimName], cancellationToken);
        _pool = new(options.Value.Publishers, options.Value.Batch, TimeSpan.FromSeconds(options.Value.PollSeconds), FindReadyAsync, PublishAsync, Failed, time);
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

    private async Task<IReadOnlyCollection<short>> PublishAsync(short[] partitions, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var claimed = await EventQueue.ClaimAsync(connection, ClaimName, partitions, cancellation);
        if (claimed.Length == 0)
        {
            return [];
        }

        var each = EventQueue.ShareOf(options.Value.Batch, claimed.Length);
        var events = await TakeAsync(connection, claimed, each, cancellation);
        if (events.Count == 0)
        {
            return [];
        }

        var began = time.GetUtcNow();
        await transport.PublishAsync(connection, events, cancellation);
        EventTraces.Published(events, began);
        await transaction.CommitAsync(cancellation);
        metrics.Published(events.Count);
        transport.Published(events);
        if (!transport.TellsObservers)
        {
            await observers.TellAsync(connection, events, cancellation);
        }

        return EventQueue.WithMore(events, each);
    }

    // In the order of numbers, whatever the order of partitions.
    private static async Task<List<SealedEvent>> TakeAsync(NpgsqlConnection connection, short[] partitions, int each, CancellationToken cancellation)
    {
        await using var command = EventQueue.Command(connection, Take, partitions, each);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var events = new List<SealedEvent>();
        while (await reader.ReadAsync(cancellation))
        {
            events.Add(EventRows.Read(reader));
        }

        events.Sort(static (one, other) => one.Number.CompareTo(other.Number));
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
