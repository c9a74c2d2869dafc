using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Notifications.Channels;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications.Sending;

/// <summary>
/// Sends what is queued, high priority before the rest. One loop claims what is due, as much of each receiver as there is room for; attempts run outside of any transaction, and
/// how they ended is noted in batches. Any number of processes may do this: a row is claimed by one.
/// </summary>
internal sealed partial class NotificationSender(
    AttemptStore store, Destinations destinations, IEnumerable<IChannelSender> senders, NotificationsState state, NotificationsMetrics metrics, DirectoryChanges changes,
    IOptions<NotificationsOptions> options, TimeProvider time, ILogger<NotificationSender> log) : BackgroundService
{
    private const int MostNotes = 500;
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly ILogger<NotificationSender> _log = log;
    private readonly NotificationsOptions _options = options.Value;
    private readonly Dictionary<string, IChannelSender> _senders = senders.ToDictionary(sender => sender.Channel, StringComparer.Ordinal);
    private readonly Channel<AttemptNote> _notes = Channel.CreateUnbounded<AttemptNote>(new() { SingleReader = true });
    private readonly HashSet<Task> _underWay = [];
    private volatile TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc />
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        changes.Subscribe(Notifier.Topic, (_, _) =>
        {
            _woken.TrySetResult();
            return Task.CompletedTask;
        });
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var giveUp = new CancellationTokenSource();
        var noting = NoteAllAsync(giveUp.Token);
        try
        {
            await LoopAsync(giveUp.Token, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped: what is under way may come to its end.
        }

        giveUp.CancelAfter(StopWithin);
        await Task.WhenAll(_underWay);
        _notes.Writer.Complete();
        await noting;
    }

    private async Task LoopAsync(CancellationToken giveUp, CancellationToken stop)
    {
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            // Whoever wakes from here on has something that the look below may not see.
            _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
            var begun = 0;
            try
            {
                begun = await BeginDueAsync(giveUp, stop);
                failures = 0;
            }
            catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
            {
                failures = Math.Min(failures + 1, 10);
                LogTrouble(failure.Message);
            }

            if (begun == 0)
            {
                var pause = failures == 0 ? TimeSpan.FromSeconds(_options.PollSeconds) : Shorter(TimeSpan.FromMilliseconds(100 * Math.Pow(2, failures)), LongestPause);
                await WaitAsync(failures == 0 ? _woken.Task : Task.Delay(pause, time, stop), pause, stop);
            }
        }
    }

    // The urgent first, into all the room that there is; then the others, into what is not kept for the urgent.
    private async Task<int> BeginDueAsync(CancellationToken giveUp, CancellationToken stop)
    {
        _underWay.RemoveWhere(static task => task.IsCompleted);
        var begun = 0;
        if (_options.MostParallel > _underWay.Count && await store.FindDestinationsAsync(stop) is { Count: > 0 } waiting)
        {
            begun += await BeginAsync(waiting, AlertPriority.High, AlertPriority.High, giveUp, stop);
            begun += await BeginAsync(waiting, AlertPriority.Low, AlertPriority.Medium, giveUp, stop);
        }

        state.Resting = destinations.Resting();
        return begun;
    }

    private async Task<int> BeginAsync(List<string> waiting, AlertPriority from, AlertPriority until, CancellationToken giveUp, CancellationToken stop)
    {
        // Where there are more receivers than room for all, each has its part.
        var share = Math.Max(1, (_options.MostParallel - _underWay.Count) / waiting.Count);
        var left = _options.MostParallel - _underWay.Count;
        var rooms = new List<(string Destination, int Free)>();
        foreach (var name in waiting)
        {
            var free = Math.Min(Math.Min(destinations.Of(name).Room(high: until == AlertPriority.High), share), left);
            if (free > 0)
            {
                rooms.Add((name, free));
                left -= free;
            }
        }

        if (rooms.Count == 0)
        {
            return 0;
        }

        var claimed = await store.ClaimAsync(rooms, from, until, TimeSpan.FromSeconds(_options.LeaseSeconds), stop);
        foreach (var attempt in claimed)
        {
            var destination = destinations.Of(attempt.Destination);
            destination.Begin();
            _underWay.Add(SendAsync(destination, attempt, giveUp));
        }

        return claimed.Count;
    }

    private async Task SendAsync(Destination destination, ClaimedAttempt attempt, CancellationToken giveUp)
    {
        await Task.Yield();
        SendResult result;
        try
        {
            result = await destination.SendAsync(_senders[attempt.Channel], attempt, giveUp);
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            result = SendResult.NotTried;
        }
        catch (Exception defect)
        {
            // One that meets a defect is tried again and then set aside; the others go on.
            LogDefect(attempt.Id, attempt.Channel, defect);
            result = SendResult.Again("defect");
        }
        finally
        {
            destination.End();
        }

        if (result.Outcome == SendOutcome.Again && attempt.Attempt >= _options.Attempts)
        {
            result = result with { Outcome = SendOutcome.Failed };
        }

        var pause = result.Outcome == SendOutcome.NotTried ? TimeSpan.FromSeconds(Math.Min(1, _options.BreakSeconds)) : Backoff.After(attempt.Attempt, _options, result.RetryAfter);
        Count(attempt, result);
        _notes.Writer.TryWrite(new(attempt, result, pause));
        _woken.TrySetResult();
    }

    private void Count(ClaimedAttempt attempt, SendResult result)
    {
        switch (result.Outcome)
        {
            case SendOutcome.Sent:
                metrics.Sent(attempt.Channel, attempt.Priority, (time.GetUtcNow() - attempt.QueuedAt).TotalSeconds);
                break;
            case SendOutcome.Again:
                metrics.Tried(attempt.Channel, "again");
                break;
            case SendOutcome.Failed:
                metrics.Tried(attempt.Channel, "failed");
                LogGivenUp(attempt.Id, attempt.Channel, attempt.Attempt, result.Error!);
                break;
            case SendOutcome.Withdrawn:
                metrics.Tried(attempt.Channel, "withdrawn");
                break;
            default:
                break;
        }
    }

    // While the database is away they are kept: nobody can claim these rows meanwhile either.
    private async Task NoteAllAsync(CancellationToken giveUp)
    {
        var batch = new List<AttemptNote>();
        while (await _notes.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (batch.Count < MostNotes && _notes.Reader.TryRead(out var note))
            {
                batch.Add(note);
            }

            for (var tries = 1; !await TryNoteAsync(batch) && !giveUp.IsCancellationRequested; tries++)
            {
                await Task.Delay(Shorter(TimeSpan.FromMilliseconds(100 * tries), LongestPause), time, giveUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            batch.Clear();
        }
    }

    private async Task<bool> TryNoteAsync(List<AttemptNote> batch)
    {
        try
        {
            await store.NoteAsync(batch, CancellationToken.None);
            return true;
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
        {
            LogTrouble(failure.Message);
            return false;
        }
    }

    private async Task WaitAsync(Task woken, TimeSpan most, CancellationToken stop) =>
        await woken.WaitAsync(most, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    [LoggerMessage(8300, LogLevel.Warning, "Notifications cannot be looked after at the moment, tried again: {Reason}")]
    private partial void LogTrouble(string reason);

    [LoggerMessage(8301, LogLevel.Error, "Attempt {Attempt} by {Channel} met a defect")]
    private partial void LogDefect(Guid attempt, string channel, Exception defect);

    [LoggerMessage(8302, LogLevel.Warning, "Attempt {Attempt} by {Channel} was given up after {Count} ({Error}); it stands among the failed deliveries")]
    private partial void LogGivenUp(Guid attempt, string channel, int count, string error);
}
