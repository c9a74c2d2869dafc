using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Npgsql;
using Polly.CircuitBreaker;

namespace Wardwatch.Server.Events;

/// <summary>
/// Works for one consumer: on what waits in its queue in the database, and on what a broker delivers. Many events share a transaction; if one fails, they are taken
/// one by one, so that it holds up nobody but the later events of its own patient, which wait in the queue behind it.
/// </summary>
internal sealed partial class ConsumerWorker
{
    private readonly NpgsqlDataSource _database;
    private readonly EventQueue _queue;
    private readonly ConsumerHandling _handling;
    private readonly EventsMetrics _metrics;
    private readonly EventsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ConsumerWorker> _log;
    private readonly Precedence _precedence;
    private readonly PartitionPool _pool;

    public ConsumerWorker(
        NpgsqlDataSource database, EventQueue queue, ConsumerHandling handling, Precedence precedence, EventsMetrics metrics, IOptions<EventsOptions> options, TimeProvider time, ILogger<ConsumerWorker> log)
    {
        (_database, _queue, _handling, _precedence, _metrics, _options, _time, _log) = (database, queue, handling, precedence, metrics, options.Value, time, log);
        _pool = new(_options.Workers, _options.Batch, TimeSpan.FromSeconds(_options.PollSeconds), FindReadyAsync, WorkAsync, NoteTrouble, time);
    }

    /// <summary>The consumer's name.</summary>
    public string Name => _handling.Name;

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    /// <summary>There may be something in the queue.</summary>
    public void Wake() => _pool.Wake();

    /// <summary>Works on the queue until it is told to stop.</summary>
    public Task RunAsync(CancellationToken stop) => _pool.RunAsync(stop);

    /// <summary>Takes what a broker delivered, in its order. When this ends, each event is handled, waits in the queue, or is a dead letter, durably.</summary>
    /// <exception cref="BrokenCircuitException">The consumer rests; the same events may be given again.</exception>
    public async Task AcceptAsync(IReadOnlyList<SealedEvent> events, CancellationToken cancellation)
    {
        await TakeTurnAsync(events.Count, cancellation);
        await using var connection = await _database.OpenConnectionAsync(cancellation);
        var waiting = new HashSet<long>();
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            waiting = await EventQueue.FindWaitingAsync(connection, Name, [.. events.Select(e => e.Partition).Distinct()], cancellation);
            var started = _time.GetTimestamp();
            SealedEvent[] direct = [.. events.Where(e => !waiting.Contains(e.OrderKey))];
            await _handling.HandleAsync(connection, direct, cancellation);
            await EventQueue.AddAsync(connection, Name, [.. events.Where(e => waiting.Contains(e.OrderKey))], cancellation);
            await transaction.CommitAsync(cancellation);
            _metrics.Handled(Name, direct.Length, _time.GetElapsedTime(started).TotalSeconds);
            return;
        }
        catch (EventFailedException)
        {
            // Taken back as a whole; one by one below.
        }

        foreach (var one in events)
        {
            await AcceptOneAsync(connection, one, waiting, cancellation);
        }
    }

    private async Task AcceptOneAsync(NpgsqlConnection connection, SealedEvent one, HashSet<long> waiting, CancellationToken cancellation)
    {
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            var started = _time.GetTimestamp();
            if (waiting.Contains(one.OrderKey))
            {
                await EventQueue.AddAsync(connection, Name, [one], cancellation);
            }
            else
            {
                await _handling.HandleAsync(connection, [one], cancellation);
                _metrics.Handled(Name, 1, _time.GetElapsedTime(started).TotalSeconds);
            }

            await transaction.CommitAsync(cancellation);
        }
        catch (EventFailedException failure)
        {
            // It waits in the queue from now on, and so do the patient's later ones.
            waiting.Add(one.OrderKey);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            if (_options.Attempts == 1)
            {
                await DieAsync(connection, one, failure, 1, cancellation);
            }
            else
            {
                await EventQueue.AddAsync(connection, Name, [one], cancellation, attempts: 1, Now + Pause(1));
                NoteRetry(failure, 1);
            }

            await transaction.CommitAsync(cancellation);
        }
    }

    // Before it takes a connection, which others may want.
    private async Task TakeTurnAsync(int events, CancellationToken cancellation)
    {
        if (_handling.IsUrgent)
        {
            _precedence.Taken(events);
        }
        else
        {
            await _precedence.GiveWayAsync(cancellation);
        }
    }

    private Task<List<short>> FindReadyAsync(CancellationToken cancellation) =>
        _handling.IsResting ? Task.FromResult(new List<short>()) : _queue.FindReadyAsync(Name, Now, cancellation);

    private async Task<IReadOnlyCollection<short>> WorkAsync(short[] partitions, CancellationToken cancellation)
    {
        await TakeTurnAsync(events: 0, cancellation);
        await using var connection = await _database.OpenConnectionAsync(cancellation);
        var taken = new List<QueuedEvent>();
        var each = 0;
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            var claimed = await EventQueue.ClaimAsync(connection, Name, partitions, cancellation);
            if (claimed.Length == 0)
            {
                return [];
            }

            each = EventQueue.ShareOf(_options.Batch, claimed.Length);
            taken = await EventQueue.TakeAsync(connection, Name, claimed, Now, each, cancellation);
            if (taken.Count == 0)
            {
                return [];
            }

            if (_handling.IsUrgent)
            {
                _precedence.Taken(taken.Count);
            }

            var started = _time.GetTimestamp();
            var events = taken.ConvertAll(queued => queued.Event);
            await _handling.HandleAsync(connection, events, cancellation);
            await EventQueue.RemoveAsync(connection, Name, events, cancellation);
            await transaction.CommitAsync(cancellation);
            _metrics.Handled(Name, taken.Count, _time.GetElapsedTime(started).TotalSeconds);
        }
        catch (EventFailedException)
        {
            await WorkOneByOneAsync(connection, taken, cancellation);
        }
        catch (BrokenCircuitException)
        {
            // It rests; the scout finds nothing for it meanwhile.
            return [];
        }

        return EventQueue.WithMore(taken.Select(queued => queued.Event), each);
    }

    private async Task WorkOneByOneAsync(NpgsqlConnection connection, List<QueuedEvent> taken, CancellationToken cancellation)
    {
        var held = new HashSet<long>();
        var lost = new HashSet<short>();
        foreach (var queued in taken.Where(queued => !held.Contains(queued.Event.OrderKey) && !lost.Contains(queued.Event.Partition)))
        {
            try
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellation);
                if ((await EventQueue.ClaimAsync(connection, Name, [queued.Event.Partition], cancellation)).Length == 0)
                {
                    // Somebody else has taken the partition in between, and does the same.
                    lost.Add(queued.Event.Partition);
                    continue;
                }

                if (await EventQueue.TryLockAsync(connection, Name, queued.Event, cancellation))
                {
                    var started = _time.GetTimestamp();
                    await _handling.HandleAsync(connection, [queued.Event], cancellation);
                    await EventQueue.RemoveAsync(connection, Name, [queued.Event], cancellation);
                    _metrics.Handled(Name, 1, _time.GetElapsedTime(started).TotalSeconds);
                }

                await transaction.CommitAsync(cancellation);
            }
            catch (EventFailedException failure)
            {
                held.Add(queued.Event.OrderKey);
                await FailAsync(connection, queued, failure, cancellation);
            }
        }
    }

    private async Task FailAsync(NpgsqlConnection connection, QueuedEvent queued, EventFailedException failure, CancellationToken cancellation)
    {
        var attempts = queued.Attempts + 1;
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (attempts >= _options.Attempts)
        {
            await DieAsync(connection, queued.Event, failure, attempts, cancellation);
            await EventQueue.RemoveAsync(connection, Name, [queued.Event], cancellation);
        }
        else
        {
            await EventQueue.HoldAsync(connection, Name, queued.Event, attempts, Now + Pause(attempts), cancellation);
            NoteRetry(failure, attempts);
        }

        await transaction.CommitAsync(cancellation);
    }

    // Dealt with, as far as the inbox is concerned: a copy that comes later must not be handled after all.
    private async Task DieAsync(NpgsqlConnection connection, SealedEvent dead, EventFailedException failure, int attempts, CancellationToken cancellation)
    {
        if (await _handling.NoteAsync(connection, dead, cancellation))
        {
            await _handling.DieAsync(connection, dead, failure.Reason, cancellation, failure.Fault, attempts);
            LogDead(Name, dead.Name, dead.Id, failure.Reason, failure.Fault, attempts);
        }
    }

    private void NoteRetry(EventFailedException failure, int attempts)
    {
        _metrics.Retried(Name);
        LogRetry(Name, failure.Failed.Name, failure.Failed.Id, failure.Fault, attempts);
    }

    private void NoteTrouble(Exception trouble) => LogTrouble(Name, trouble.GetType().Name, trouble.Message);

    private TimeSpan Pause(int attempts)
    {
        var pause = Math.Min(_options.RetrySeconds * Math.Pow(2, Math.Min(attempts, 30) - 1), _options.MaxRetrySeconds);
        return TimeSpan.FromSeconds(pause * (0.5 + RandomNumberGenerator.GetInt32(1001) / 1000.0));
    }

    [LoggerMessage(6010, LogLevel.Warning, "{Consumer} failed at {Kind} {Event} ({Fault}), attempt {Attempt}; tried again")]
    private partial void LogRetry(string consumer, string kind, Guid @event, string fault, int attempt);

    [LoggerMessage(6011, LogLevel.Error, "{Consumer} gave up {Kind} {Event}: {Reason} ({Fault}) after {Attempts} attempts; it is among the dead letters")]
    private partial void LogDead(string consumer, string kind, Guid @event, string reason, string fault, int attempts);

    [LoggerMessage(6012, LogLevel.Warning, "{Consumer} cannot work at the moment ({Fault}: {Reason}); tried again")]
    private partial void LogTrouble(string consumer, string fault, string reason);
}
