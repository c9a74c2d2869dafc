using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Live;

/// <summary>
/// The one place from which changes go to screens. Lanes hand changes in without waiting; a single loop writes one document of each and offers it to every
/// subscriber it concerns. Without a subscriber a change costs a comparison.
/// </summary>
internal sealed partial class Broadcaster : BackgroundService, IMonitoringObserver
{
    private readonly Channel<Change> _changes;

    // Changes that found the channel full, the newest per patient: lanes never wait for screens, and no screen misses the newest state.
    private readonly ConcurrentDictionary<int, Change> _overflow = new();
    private readonly Audience _audience;
    private readonly IPatientDirectory _patients;
    private readonly IStorageState _storage;
    private readonly Heart _heart;
    private readonly LiveOptions _options;
    private readonly LiveMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<Broadcaster> _logger;
    private readonly LiveDocumentWriter _writer = new();

    public Broadcaster(Audience audience, IPatientDirectory patients, IStorageState storage, Heart heart, IOptions<LiveOptions> options, LiveMetrics metrics, TimeProvider time, ILogger<Broadcaster> logger)
    {
        (_audience, _patients, _storage, _heart, _options, _metrics, _time, _logger) = (audience, patients, storage, heart, options.Value, metrics, time, logger);
        _changes = Channel.CreateBounded<Change>(new BoundedChannelOptions(_options.QueuedChanges) { SingleReader = true });
    }

    public override void Dispose()
    {
        _writer.Dispose();
        base.Dispose();
    }

    public void Changed(in PatientView view, ChangeKind kind)
    {
        // Status changes also go to the event log, which clients may ask for later.
        if (_audience.IsEmpty && kind == ChangeKind.Reading)
        {
            return;
        }

        // Once a patient's change is among those that found no room, newer ones join it there, or they would be shown before it.
        var change = new Change(in view, kind, ReadingTrace.InLane);
        if (!_overflow.ContainsKey(view.PatientNumber) && _changes.Writer.TryWrite(change))
        {
            return;
        }

        // A change of state stays one when a reading comes after it. A patient has one lane, so that nobody else adds here meanwhile.
        _overflow[view.PatientNumber] = _overflow.TryRemove(view.PatientNumber, out var older) ? new Change(in view, older.Kind | kind, change.Trace) : change;
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
            _audience.SendHeartbeat(_heart.Beat());
            _audience.Trim(_patients);
        }
    }

    private void OnStorage(StorageStatus status) =>
        _audience.SendEvent(new LiveMessage(LiveKind.StorageChanged, 0, 0, null, WireJson.Bytes(StorageDocument.Of(status))));

    private void Publish(in Change change)
    {
        try
        {
            if (change.View.PatientNumber != 0 && _patients.Find(change.View.PatientNumber) is { IsPresent: true } patient)
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
        if ((change.Kind & ChangeKind.Reading) != ChangeKind.None && _audience.WantsReadings(patient))
        {
            _audience.SendVitals(patient, _writer.Vitals(patient, in change.View, now), change.Trace);
        }

        if ((change.Kind & ChangeKind.Status) != ChangeKind.None)
        {
            _audience.SendEvent(new LiveMessage(LiveKind.StatusUpdated, patient.TenantId, patient.Number, patient.Ward, _writer.Status(patient, in change.View, now)));
        }
    }

    [LoggerMessage(4001, LogLevel.Error, "A change could not be shown.")]
    private partial void LogPublishFailed(Exception e);

    // Fields, not properties: a copy of a view is some 400 bytes, and its parts are handed on by reference.
    private readonly struct Change(in PatientView view, ChangeKind kind, ReadingTrace? trace)
    {
        public readonly PatientView View = view;
        public readonly ChangeKind Kind = kind;
        public readonly ReadingTrace? Trace = trace;
    }
}
