using RabbitMQ.Client;
using Wardwatch.Server.Cluster.Nodes;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster.Live;

/// <summary>
/// Takes what monitors tell of their patients into the mirror and hands it to this process's screens. When it begins, and whenever it sees that it has missed something, it
/// asks how everybody is. Twice a second it looks for what does not come.
/// </summary>
internal sealed partial class StateReceiver : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AskAtMostEvery = TimeSpan.FromSeconds(1);

    // A monitor tells within about a second that a device has fallen silent; when nobody does, nobody watches, and it is said here.
    private const long SilentMicroseconds = 15_000_000;

    // From then on a score would be of values that are all too old.
    private const long ScoreMicroseconds = 60_000_000;

    private readonly NodeIdentity _self;
    private readonly MirroredPatients _mirrored;
    private readonly FeedState _feed;
    private readonly IPatientDirectory _patients;
    private readonly IKeyring _keyring;
    private readonly IBrokerLink _link;
    private readonly IMonitoringObserver[] _observers;
    private readonly IOwnPatients? _own;
    private readonly LiveFeedMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<StateReceiver> _log;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, long> _asks = [];
    private volatile bool _missed;

    public StateReceiver(NodeIdentity self, MirroredPatients mirrored, FeedState feed, IPatientDirectory patients, IKeyring keyring, IBrokerLink link,
        IEnumerable<IMonitoringObserver> observers, LiveFeedMetrics metrics, TimeProvider time, ILogger<StateReceiver> log, IOwnPatients? own = null)
    {
        (_self, _mirrored, _feed, _patients, _keyring, _link, _metrics, _time, _log, _own) = (self, mirrored, feed, patients, keyring, link, metrics, time, log, own);

        // What others tell is not told on.
        _observers = [.. observers.Where(observer => observer is not StateChanges)];
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        BrokerLoop.KeepAsync(ReadAsync, failure => LogEnded(failure.GetType().Name), _time, stoppingToken), LookAsync(stoppingToken));

    private async Task ReadAsync(CancellationToken stop)
    {
        await using var channel = await _link.OpenChannelAsync(stop);
        await using var asking = await _link.OpenPublishingChannelAsync(stop);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var asks = Task.CompletedTask;
        try
        {
            await LiveQueue.ReadAsync(channel, [LiveTopology.States], message => Take(message.Span), ended.Token, ready: async () =>
            {
                await AskAsync(asking, ended.Token);
                asks = AskWhenMissedAsync(asking, ended.Token);
            });
        }
        finally
        {
            await ended.CancelAsync();
            await asks.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AskWhenMissedAsync(IChannel channel, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(AskAtMostEvery, _time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            if (_missed)
            {
                _missed = false;
                await AskAsync(channel, stop);
            }
        }
    }

    private async Task AskAsync(IChannel channel, CancellationToken stop)
    {
        foreach (var hospital in _patients.Hospitals)
        {
            var number = _asks[hospital.TenantId] = _asks.GetValueOrDefault(hospital.TenantId) + 1;
            var frame = new LiveFrame(LiveFrameKind.Ask, _self.Name, _self.Instance, number, _time.Microseconds(), hospital.TenantId, []);
            await channel.BasicPublishAsync(LiveTopology.Exchange, LiveTopology.Asks, frame.Seal(_keyring), stop);
        }
    }

    /// <summary>Takes one message.</summary>
    internal void Take(ReadOnlySpan<byte> message)
    {
        if (LiveFrame.TryOpen(message, _keyring) is not { } frame)
        {
            _metrics.Refused();
            return;
        }

        if (frame.Instance == _self.Instance)
        {
            return; // this process's own lanes have told already
        }

        var missed = _feed.Heard(frame);
        if (missed < 0)
        {
            _metrics.Refused();
            return;
        }

        if (missed > 0)
        {
            _metrics.Missed(missed);
            _missed = true;
        }

        if (frame.Kind == LiveFrameKind.Beat)
        {
            TakeBeat(frame);
        }
        else if (frame.Kind == LiveFrameKind.States)
        {
            TakeStates(frame);
        }
    }

    private void TakeBeat(LiveFrame frame)
    {
        var reader = new LiveBytes.Reader(frame.Content);
        var (state, since) = (reader.UpTo(2), reader.I64());
        if (!reader.Failed)
        {
            _feed.Told(frame.Instance, new StorageStatus(state == 0, UnixTime.ToDateTimeOffset(since)) { Delayed = state == 1 });
        }
    }

    private void TakeStates(LiveFrame frame)
    {
        var reader = new LiveBytes.Reader(frame.Content);
        var states = 0;
        while (!reader.AtEnd && !reader.Failed)
        {
            var one = new LiveBytes.Reader(reader.Take(reader.U16()));
            if (reader.Failed || !PatientViewBytes.TryRead(ref one, out var view, out var kind))
            {
                _metrics.Refused();
                return;
            }

            // A hospital's key says nothing of another hospital's patients.
            if (_patients.Find(view.PatientNumber) is { IsPresent: true } patient && patient.TenantId == frame.TenantId)
            {
                Take(in view, kind, frame);
            }

            states++;
        }

        _metrics.Received(states);
    }

    private void Take(in PatientView view, ChangeKind kind, LiveFrame frame)
    {
        lock (_gate)
        {
            var known = _mirrored.Find(view.PatientNumber);
            if (known is not null && !known.IsOlderThan(in view))
            {
                return;
            }

            _mirrored.Set(new(in view, frame.Node, frame.Instance));
        }

        // One that was told as no news is news here: what led to it was missed.
        Tell(in view, kind == ChangeKind.None ? ChangeKind.Reading | ChangeKind.Status : kind);
    }

    private async Task LookAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(LookEvery, _time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            _feed.Look();
            foreach (var state in _mirrored.All)
            {
                Look(state, _time.Microseconds());
            }
        }
    }

    /// <summary>Says of a patient of whom nobody tells that the device is not heard of, and then that nothing is known any more.</summary>
    internal void Look(MirroredPatients.Mirrored state, long now)
    {
        // Who has left; and whom this process's own lanes have taken over.
        if (_patients.Find(state.View.PatientNumber) is not { IsPresent: true } || (_own?.TryView(state.View.PatientNumber, out var here) == true && here.Sequence > state.View.Sequence))
        {
            _mirrored.Forget(state.View.PatientNumber);
            return;
        }

        var view = state.View;
        var silent = now - view.Device.LastReceivedAt;
        if (view.Device.LastReceivedAt == 0 || silent <= SilentMicroseconds || !_feed.IsGone(state.Instance))
        {
            return;
        }

        var changed = view.Device.State != DeviceState.Offline;
        view.Device.Since = changed ? view.Device.LastReceivedAt : view.Device.Since;
        view.Device.State = DeviceState.Offline;
        if (silent > ScoreMicroseconds && view.ScoredAt != 0 && view.News2.KnownInputs > 0)
        {
            view.News2 = default;
            view.Anomaly = new AnomalyView { Score = float.NaN };
            changed = true;
        }

        if (!changed)
        {
            return;
        }

        lock (_gate)
        {
            if (!ReferenceEquals(_mirrored.Find(view.PatientNumber), state))
            {
                return; // somebody has told meanwhile
            }

            _mirrored.Set(new(in view, state.Node, state.Instance, isMarked: true));
        }

        Tell(in view, ChangeKind.Status);
    }

    private void Tell(in PatientView view, ChangeKind kind)
    {
        foreach (var observer in _observers)
        {
            observer.Changed(in view, kind);
        }
    }

    [LoggerMessage(8030, LogLevel.Error, "Live news of the monitors is not heard ({Fault}); screens are told, and it is tried again")]
    private partial void LogEnded(string fault);
}
