using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Timers;

/// <summary>
/// Looks for due timers, at the time of the next one and at least once a second, and has them act. Waits by the monotonic clock: setting the clock of a machine neither
/// hurries nor delays a look; what is due is the database's to say, whose clock all nodes share.
/// </summary>
internal sealed partial class TimerPoller(
    NpgsqlDataSource database, TimerFiring firing, TimersState state, DirectoryChanges changes, IOptions<TimersOptions> options, TimeProvider time, ILogger<TimerPoller> log) : BackgroundService
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(5);

    // While timers fall due all the time, those of a moment share what a transaction costs.
    private static readonly TimeSpan BetweenFirings = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BetweenCounts = TimeSpan.FromSeconds(2);

    private readonly ILogger<TimerPoller> _log = log;
    private readonly Channel<bool> _due = Channel.CreateBounded<bool>(new BoundedChannelOptions(options.Value.Workers) { FullMode = BoundedChannelFullMode.Wait });
    private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _countedAt;

    /// <inheritdoc />
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        changes.Subscribe(TimerSql.Topic, (_, _) =>
        {
            Volatile.Read(ref _woken).TrySetResult();
            return Task.CompletedTask;
        });
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, options.Value.Workers).Select(_ => UntilStoppedAsync(WorkAsync, stoppingToken)).Append(UntilStoppedAsync(ScoutAsync, stoppingToken)));

    // One look: wakes the workers if something is due, and waits until something may be.
    private async Task ScoutAsync(CancellationToken stop)
    {
        // Whoever wakes from here on has set something that the look below may not see.
        var woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _woken, woken);
        var wait = TimeSpan.FromSeconds(options.Value.PollSeconds);
        var isDue = false;
        await using (var connection = await database.OpenConnectionAsync(stop))
        {
            if (await NextAsync(connection, stop) is { } seconds)
            {
                isDue = seconds <= 0;
                wait = TimeSpan.FromSeconds(Math.Min(seconds, wait.TotalSeconds));
            }

            await CountAsync(connection, stop);
        }

        if (isDue)
        {
            // What is due and taken by nobody yet is looked for again soon, though this process's workers may be busy with it.
            _due.Writer.TryWrite(true);
            await Task.Delay(BetweenFirings, time, stop);
            return;
        }

        await woken.Task.WaitAsync(wait < Shortest ? Shortest : wait, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.ThrowIfCancellationRequested();
    }

    // What falls due from now on is the next look's. If there is more that should have been done before, another worker helps.
    private async Task WorkAsync(CancellationToken stop)
    {
        await _due.Reader.ReadAsync(stop);
        if (!await firing.FireNextAsync(TimeSpan.Zero, stop))
        {
            return;
        }

        while (await firing.FireNextAsync(BetweenFirings, stop))
        {
            _due.Writer.TryWrite(true);
        }
    }

    private async Task<double?> NextAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(TimerSql.Next, connection) { Parameters = { new() { Value = firing.Kinds } } };
        return await command.ExecuteScalarAsync(stop) as double?;
    }

    private async Task CountAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        if (_countedAt != 0 && time.GetElapsedTime(_countedAt) < BetweenCounts)
        {
            return;
        }

        _countedAt = time.GetTimestamp();
        await using var command = new NpgsqlCommand(TimerSql.Look, connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        if (await reader.ReadAsync(stop))
        {
            state.Seen(reader.GetInt64(0), reader.GetDouble(1), reader.GetInt64(2));
        }
    }

    // The database may be away: then everything waits, and goes on when it is back.
    private async Task UntilStoppedAsync(Func<CancellationToken, Task> workAsync, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await workAsync(stop);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                LogAway(failure.GetType().Name, failure.Message);
                await Task.Delay(AfterFailure, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(8402, LogLevel.Warning, "Timers cannot be looked at at the moment ({Fault}: {Reason}); tried again")]
    private partial void LogAway(string fault, string reason);
}
