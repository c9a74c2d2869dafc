using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>Keeps partitions ahead of time, drops those past their retention, cleans dead letters that were settled long ago, and measures how long the outbox waits.</summary>
internal sealed partial class EventKeeper(NpgsqlDataSource database, EventsState state, IOptions<EventsOptions> options, TimeProvider time, ILogger<EventKeeper> log) : BackgroundService
{
    private const string Ensure = "select ensure_event_partitions($1), ensure_event_partitions($1 + 31)";
    private const string Drop = "select drop_event_partitions($1, $2)";

    // Both kinds: people see one list.
    private const string Clean =
        """
        with device as (delete from dead_letters where settled_at < $1 returning 1), event as (delete from event_dead_letters where settled_at < $1 returning 1)
        select (select count(*) from device) + (select count(*) from event)
        """;

    // The first of each partition is its oldest but for the order of commits.
    private const string Lag =
        """
        select coalesce(extract(epoch from clock_timestamp() - min(first.recorded_at)), 0)::float8
        from generate_series(0, $1 - 1) as p, lateral (select recorded_at from event_outbox o where o.partition = p order by event_no limit 1) as first
        """;

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenPartitions = TimeSpan.FromHours(1);

    // Who has handled what is remembered for longer than anybody relies on it.
    private const int SpareDays = 2;

    private readonly ILogger<EventKeeper> _log = log;

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await KeepPartitionsAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var kept = time.GetTimestamp();
        using var timer = new PeriodicTimer(Between, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await MeasureAsync(stoppingToken);
                if (time.GetElapsedTime(kept) >= BetweenPartitions)
                {
                    await KeepPartitionsAsync(stoppingToken);
                    kept = time.GetTimestamp();
                }
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                // Nothing is published meanwhile, so it grows.
                state.LagSeconds += Between.TotalSeconds;
                LogTrouble(e.Message);
            }
        }
    }

    private async Task MeasureAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Lag);
        command.Parameters.Add(new() { Value = EventPartitions.Count });
        state.LagSeconds = Math.Max(0, (double)(await command.ExecuteScalarAsync(cancellation))!);
    }

    private async Task KeepPartitionsAsync(CancellationToken cancellation)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using (var ensure = EventQueue.Command(connection, Ensure, today))
        {
            await ensure.ExecuteNonQueryAsync(cancellation);
        }

        await OneProcess.DoAsync(connection, "event-partitions", async () =>
        {
            await DropAsync(connection, "event_inbox", today.AddDays(-options.Value.InboxDays - SpareDays), cancellation);
            if (options.Value.RetentionDays > 0)
            {
                await DropAsync(connection, "events", today.AddDays(-options.Value.RetentionDays), cancellation);
            }

            if (options.Value.DeadLetterDays > 0)
            {
                await CleanAsync(connection, time.GetUtcNow().UtcDateTime.AddDays(-options.Value.DeadLetterDays), cancellation);
            }
        }, cancellation);
    }

    private async Task DropAsync(NpgsqlConnection connection, string table, DateOnly before, CancellationToken cancellation)
    {
        await using var command = EventQueue.Command(connection, Drop, table, before);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            LogDropped(reader.GetString(0));
        }
    }

    private async Task CleanAsync(NpgsqlConnection connection, DateTime before, CancellationToken cancellation)
    {
        await using var command = EventQueue.Command(connection, Clean, before);
        if ((long)(await command.ExecuteScalarAsync(cancellation))! is > 0 and var cleaned)
        {
            LogCleaned(cleaned);
        }
    }

    [LoggerMessage(6020, LogLevel.Warning, "Events could not be looked after, tried again: {Reason}")]
    private partial void LogTrouble(string reason);

    [LoggerMessage(6021, LogLevel.Information, "{Partition} is past retention and was dropped")]
    private partial void LogDropped(string partition);

    [LoggerMessage(6022, LogLevel.Information, "{Count} dead letters that were settled long ago were removed")]
    private partial void LogCleaned(long count);
}
