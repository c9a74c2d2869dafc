using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Live;

/// <summary>
/// The one place from which changes go to screens. Lanes hand changes in without waiting; a single loop makes one document of each and offers it to every
/// subscriber it concerns. Without a subscriber a change costs a comparison.
/// </summary>
internal sealed partial class Broadcaster : BackgroundService, IMonitoringObserver
{
    private readonly Channel<Change> _changes;

    // Changes that found the channel full, the newest per patient: lanes never wait for screens, and no screen misses the newest state.
    private readonly ConcurrentDictionary<int, Change> _overflow = new();
    private readonly ConcurrentDictionary<Subscription, bool> _subscriptions = new();
    private readonly EventLog _events;
    private readonly IPatientDirectory _patients;
    private readonly IStorageState _storage;
    private readonly LiveOptions _options;
    private readonly LiveMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<Broadcaster> _logger;
    private int _count;

    public Broadcaster(EventLog events, IPatientDirectory patients, IStorageState storage, IOptions<LiveOptions> options, LiveMetrics metrics, TimeProvider time, ILogger<Broadcaster> logger)
    {
        (_events, _patients, _storage, _options, _metrics, _time, _logger) = (events, patients, storage, options.Value, metrics, time, logger);
        _changes = Channel.CreateBounded<Change>(new BoundedChannelOptions(_options.QueuedChanges) { SingleReader = true });
        metrics.ObserveSubscribers(() => Volatile.Read(ref _count));
    }

    /// <summary>Begins a subscription, or answers null if there are too many.</summary>
    public Subscription? Subscribe(LiveFilter filter)
    {
        if (Interlocked.Increment(ref _count) > _options.MaxSubscribers)
        {
            Interlocked.Decrement(ref _count);
            _metrics.Refused();
            return null;
        }

        var subscription = new Subscription(filter, new Mailbox(_options.QueuedMessages), this);
        _subscriptions[subscription] = true;
        return subscription;
    }

    /// <summary>Ends a subscription.</summary>
    public void Unsubscribe(Subscription subscription)
    {
        if (_subscriptions.TryRemove(subscription, out _))
        {
            Interlocked.Decrement(ref _count);
            _metrics.Conflated(subscription.Mailbox.Conflated);
        }
    }

    public void Changed(in PatientView view, ChangeKind kind)
    {
        // Status changes also go to the event log, which clients may ask for later.
        if (Volatile.Read(ref _count) == 0 && kind == ChangeKind.Reading)
        {
            return;
        }

        // Once a patient's change is among those that found no room, newer ones join it there, or they would be shown before it.
        var change = new Change(in view, kind);
        if (!_overflow.ContainsKey(view.PatientNumber) && _changes.Writer.TryWrite(change))
        {
            return;
        }

        // A change of state stays one when a reading comes after it. A patient has one lane, so that nobody else adds here meanwhile.
        _overflow[view.PatientNumber] = _overflow.TryRemove(view.PatientNumber, out var older) ? new Change(in view, older.Kind | kind) : change;
        _metrics.Overflowed();

        // The loop may have looked just before. If there is no room for this sign, it has enough to do and will look again.
        _changes.Writer.TryWrite(default);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _storage.Changed += OnStorage;
        try
        {
            await Task.WhenAll(PumpAsync(stoppingToken), BeatAsync(stoppingToken));
        }
        finally
        {
            _storage.Changed -= OnStorage;
        }
    }

    private async Task PumpAsync(CancellationToken stopping)
    {
        var reader = _changes.Reader;
        while (await reader.WaitToReadAsync(stopping))
        {
            while (reader.TryRead(out var change))
            {
                Publish(in change);
            }

            foreach (var patient in _overflow.Keys)
            {
                if (_overflow.TryRemove(patient, out var change))
                {
                    Publish(in change);
                }
            }
        }
    }

    private async Task BeatAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(_options.HeartbeatSeconds), _time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            var beat = new HeartbeatMessage(_time.GetUtcNow(), StorageDocument.Of(_storage.Current));
            Send(new LiveMessage(LiveKind.Heartbeat, 0, 0, null, WireJson.Bytes(beat)));
        }
    }

    private void OnStorage(StorageStatus status)
    {
        var message = new LiveMessage(LiveKind.StorageChanged, 0, 0, null, WireJson.Bytes(StorageDocument.Of(status)));
        Send(_events.Add(message));
    }

    private void Publish(in Change change)
    {
        try
        {
            if (change.View.PatientNumber != 0 && _patients.Find(change.View.PatientNumber) is { } patient)
            {
                Publish(patient, in change);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // One state that cannot be shown must not stop all screens.
            LogPublishFailed(e);
        }
    }

    private void Publish(PatientEntry patient, in Change change)
    {
        var now = _time.Microseconds();
        var vitals = PatientDocumentBuilder.Vitals(in change.View.Vitals, now);
        var anomaly = PatientDocumentBuilder.Anomaly(in change.View);
        var news2 = PatientDocumentBuilder.News2(in change.View, patient.SpO2Scale);
        var attention = PatientDocumentBuilder.Attention(in change.View);
        if (change.Kind.HasFlag(ChangeKind.Reading))
        {
            var document = new VitalsMessage(patient.Id, change.View.Device.Id, UnixTime.ToDateTimeOffset(change.View.MeasuredAt),
                vitals, anomaly, news2, attention, change.View.Sequence, Late: false);
            Send(new LiveMessage(LiveKind.VitalsUpdated, patient.TenantId, patient.Number, patient.Ward, WireJson.Bytes(document)));
        }

        if (change.Kind.HasFlag(ChangeKind.Status))
        {
            var document = new StatusMessage(patient.Id, PatientDocumentBuilder.Device(in change.View.Device), vitals, anomaly, news2, attention, change.View.Sequence);
            var message = new LiveMessage(LiveKind.StatusUpdated, patient.TenantId, patient.Number, patient.Ward, WireJson.Bytes(document));
            Send(_events.Add(message));
        }
    }

    private void Send(LiveMessage message)
    {
        foreach (var (subscription, _) in _subscriptions)
        {
            if (subscription.Filter.Wants(message))
            {
                subscription.Mailbox.Offer(message);
            }
        }
    }

    [LoggerMessage(4001, LogLevel.Error, "A change could not be shown.")]
    private partial void LogPublishFailed(Exception e);

    // Fields, not properties: a copy of a view is some 400 bytes, and its parts are handed on by reference.
    private readonly struct Change(in PatientView view, ChangeKind kind)
    {
        public readonly PatientView View = view;
        public readonly ChangeKind Kind = kind;
    }
}

/// <summary>What a subscriber wants to see: its tenant's, of one ward or one patient if it says so.</summary>
internal sealed record LiveFilter(int TenantId, string? Ward, int? PatientNumber)
{
    public bool Wants(LiveMessage message) =>
        message.TenantId == 0
        || (message.TenantId == TenantId && (Ward is null || Ward == message.Ward) && (PatientNumber is null || PatientNumber == message.PatientNumber));
}

/// <summary>One screen's subscription; disposing it ends it.</summary>
internal sealed class Subscription(LiveFilter filter, Mailbox mailbox, Broadcaster broadcaster) : IDisposable
{
    public LiveFilter Filter { get; } = filter;

    public Mailbox Mailbox { get; } = mailbox;

    public void Dispose() => broadcaster.Unsubscribe(this);
}
