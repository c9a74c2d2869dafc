using System.Diagnostics;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>
/// Handles events for one consumer, in the caller's transaction: notes them in the inbox, which tells those that were handled before; opens them; and calls the
/// consumer with a deadline, unless so much failed of late that it rests.
/// </summary>
internal sealed class ConsumerHandling
{
    private const string NoteInbox =
        """
        insert into event_inbox (consumer, event_id, recorded_at, tenant_id)
        select $1, e.event_id, e.recorded_at, e.tenant_id from unnest($2::uuid[], $3::timestamptz[], $4::int[]) as e (event_id, recorded_at, tenant_id)
        on conflict do nothing
        returning event_id
        """;

    private readonly IEventConsumer _consumer;
    private readonly EventConsumers _consumers;
    private readonly IKeyring _keyring;
    private readonly OpenedKeys _opened;
    private readonly EventsMetrics _metrics;
    private readonly EventsOptions _options;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline _pipeline;
    private long _restsUntil;

    public ConsumerHandling(IEventConsumer consumer, EventConsumers consumers, IKeyring keyring, OpenedKeys opened, EventsMetrics metrics, IOptions<EventsOptions> options, TimeProvider time)
    {
        (_consumer, _consumers, _keyring, _opened, _metrics, _options, _time) = (consumer, consumers, keyring, opened, metrics, options.Value, time);

        // One poisonous event among many good ones, or alone in a quiet ward, does not break the circuit; a dependency that is away does.
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = 0.5,
                MinimumThroughput = 20,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = TimeSpan.FromSeconds(_options.BreakSeconds),
                OnOpened = opened =>
                {
                    // The circuit itself stays open until somebody tries.
                    Volatile.Write(ref _restsUntil, (time.GetUtcNow() + opened.BreakDuration).UtcTicks);
                    return default;
                },
                ShouldHandle = static arguments => new(arguments.Outcome.Exception is not null and not OperationCanceledException),
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = TimeSpan.FromSeconds(_options.HandleSeconds) })
            .Build();
    }

    /// <summary>The consumer.</summary>
    public IEventConsumer Consumer => _consumer;

    /// <summary>The consumer's name.</summary>
    public string Name => _consumer.Name;

    /// <summary>Whether people wait for what it does.</summary>
    public bool IsUrgent => _consumer.IsUrgent;

    /// <summary>Whether the consumer rests, since most of what it did failed.</summary>
    public bool IsResting => _time.GetUtcNow().UtcTicks < Volatile.Read(ref _restsUntil);

    /// <summary>Handles events in their order. Some may have been handled before; they are passed over.</summary>
    /// <exception cref="EventFailedException">The consumer failed at one.</exception>
    /// <exception cref="BrokenCircuitException">The consumer rests.</exception>
    public async Task HandleAsync(NpgsqlConnection connection, IReadOnlyList<SealedEvent> events, CancellationToken cancellation)
    {
        var oldest = _time.GetUtcNow().UtcDateTime.AddDays(-_options.InboxDays);
        foreach (var old in events.Where(old => old.RecordedAt < oldest))
        {
            await DieAsync(connection, old, DeadReasons.TooOld, cancellation);
        }

        SealedEvent[] young = [.. events.Where(young => young.RecordedAt >= oldest)];
        var (fresh, read) = await NoteAsync(connection, young, EventKeys.Different(young.Select(known => known.Origin.PatientNumber)), cancellation);
        using var keys = read;
        if (fresh.Count < young.Length)
        {
            _metrics.Repeated(Name, young.Length - fresh.Count);
        }

        SealedEvent[] wanted = [.. young.Where(known => fresh.Contains(known.Id)).DistinctBy(known => known.Id)];
        var together = new List<(SealedEvent Event, DeliveredEvent Opened)>();
        foreach (var delivered in wanted)
        {
            try
            {
                if (await OpenAsync(connection, delivered, keys, cancellation) is not { } opened)
                {
                    continue;
                }

                if (_consumer is IEventBatchConsumer)
                {
                    together.Add((delivered, opened));
                    continue;
                }

                await CallAsync(connection, delivered, opened, cancellation);
            }
            catch (Exception defect) when (defect is not EventFailedException and not BrokenCircuitException && !cancellation.IsCancellationRequested && !EventFaults.IsDatabaseAway(defect, connection))
            {
                // Whatever is wrong with one event, it must not stop the others for ever.
                throw new EventFailedException(delivered, defect);
            }
        }

        if (_consumer is IEventBatchConsumer batching && together.Count > 0)
        {
            await CallAsync(
                connection, together[0].Event, (call, stop) => call.HandleAsync([.. together.Select(one => one.Opened)], connection, stop), batching, cancellation);
        }
    }

    /// <summary>Notes that an event was dealt with; false if it was before.</summary>
    public async Task<bool> NoteAsync(NpgsqlConnection connection, SealedEvent dealtWith, CancellationToken cancellation)
    {
        var (fresh, keys) = await NoteAsync(connection, [dealtWith], patients: [], cancellation);
        keys.Dispose();
        return fresh.Count > 0;
    }

    /// <summary>Calls the consumer, within the deadline.</summary>
    public Task CallAsync(NpgsqlConnection connection, SealedEvent delivered, DeliveredEvent opened, CancellationToken cancellation) =>
        CallAsync(connection, delivered, (call, stop) => call.HandleAsync(opened, connection, stop), _consumer, cancellation);

    private async Task CallAsync<T>(NpgsqlConnection connection, SealedEvent delivered, Func<T, CancellationToken, Task> handleAsync, T consumer, CancellationToken cancellation)
    {
        using var activity = EventTraces.Source.HasListeners() ? EventTraces.Source.StartActivity($"handle {delivered.Name}", ActivityKind.Consumer, delivered.Trace) : null;
        activity?.SetTag("wardwatch.consumer", Name);
        try
        {
            await _pipeline.ExecuteAsync(
                static async (call, stop) => await call.Handle(call.Consumer, stop), (Handle: handleAsync, Consumer: consumer), cancellation);
        }
        catch (BrokenCircuitException)
        {
            throw;
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && !EventFaults.IsDatabaseAway(failure, connection))
        {
            activity?.SetStatus(ActivityStatusCode.Error);
            throw new EventFailedException(delivered, failure);
        }
    }

    /// <summary>Sets an event aside for good, in the caller's transaction.</summary>
    public async Task DieAsync(NpgsqlConnection connection, SealedEvent dead, string reason, CancellationToken cancellation, string? fault = null, int attempts = 0)
    {
        await DeadLetterSql.InsertAsync(connection, Name, dead, reason, fault, attempts, _time.GetUtcNow().UtcDateTime, cancellation);
        _metrics.Dead(Name, reason);
    }

    // Null: it is dealt with without the consumer.
    private async Task<DeliveredEvent?> OpenAsync(NpgsqlConnection connection, SealedEvent delivered, EventKeys keys, CancellationToken cancellation)
    {
        if (!_consumers.Knows(_consumer, delivered.Name, delivered.Version))
        {
            await DieAsync(connection, delivered, DeadReasons.UnknownVersion, cancellation);
            return null;
        }

        if (keys.Find(delivered.Origin.TenantId, delivered.Origin.PatientNumber) is not { } key)
        {
            // Nobody can say any more what happened to somebody who was erased.
            _metrics.Erased(Name);
            return null;
        }

        if (delivered.Open(key) is { } opened)
        {
            return opened;
        }

        await DieAsync(connection, delivered, DeadReasons.Unreadable, cancellation);
        return null;
    }

    // In one round trip: which of them were not dealt with before, and the keys of their patients.
    private async Task<(HashSet<Guid> Fresh, EventKeys Keys)> NoteAsync(NpgsqlConnection connection, SealedEvent[] events, int[] patients, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        var note = new NpgsqlBatchCommand(NoteInbox);
        note.Parameters.Add(new() { Value = Name });
        note.Parameters.Add(new() { Value = Array.ConvertAll(events, e => e.Id) });
        note.Parameters.Add(new() { Value = Array.ConvertAll(events, e => e.RecordedAt), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        note.Parameters.Add(new() { Value = Array.ConvertAll(events, e => e.Origin.TenantId) });
        batch.BatchCommands.Add(note);
        batch.BatchCommands.Add(EventKeys.Command(patients));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var fresh = new HashSet<Guid>(events.Length);
        while (await reader.ReadAsync(cancellation))
        {
            fresh.Add(reader.GetGuid(0));
        }

        await reader.NextResultAsync(cancellation);
        return (fresh, await EventKeys.ReadAsync(reader, _keyring, _opened, patients, cancellation));
    }
}
