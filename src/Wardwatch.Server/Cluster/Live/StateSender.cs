using System.Buffers;
using System.Runtime.InteropServices;
using RabbitMQ.Client;
using Wardwatch.Server.Cluster.Nodes;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster.Live;

/// <summary>
/// Tells other processes' screens of this monitor's patients: what changed every few milliseconds, everybody now and then and when somebody asks, and every second that it
/// is there.
/// </summary>
internal sealed partial class StateSender(
    NodeIdentity self, StateChanges changes, IOwnPatients own, IOwnStorage storage, IPatientDirectory patients, IKeyring keyring, IBrokerLink link, LiveFeedMetrics metrics,
    TimeProvider time, ILogger<StateSender> log) : BackgroundService
{
    /// <summary>How often a monitor says that it is there.</summary>
    public static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan SendEvery = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan EverybodyEvery = TimeSpan.FromSeconds(10);
    private const int FullMessage = 48 * 1024;

    private readonly ILogger<StateSender> _log = log;
    private readonly Dictionary<int, long> _numbers = [];
    private readonly ArrayBufferWriter<byte> _content = new(FullMessage * 2);
    private readonly ArrayBufferWriter<byte> _state = new(1024);
    private int _asked = 1;

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        BrokerLoop.KeepAsync(SendAsync, failure => LogEnded("sending", failure.GetType().Name), time, stoppingToken),
        BrokerLoop.KeepAsync(ListenAsync, failure => LogEnded("asking", failure.GetType().Name), time, stoppingToken));

    private async Task ListenAsync(CancellationToken stop)
    {
        await using var channel = await link.OpenChannelAsync(stop);
        await LiveQueue.ReadAsync(channel, [LiveTopology.Asks], _ => Volatile.Write(ref _asked, 1), stop);
    }

    private async Task SendAsync(CancellationToken stop)
    {
        await using var channel = await link.OpenPublishingChannelAsync(stop);
        Volatile.Write(ref _asked, 1); // what was under way when the connection broke may be lost
        using var timer = new PeriodicTimer(SendEvery, time);
        var (beatAt, everybodyAt) = (0L, time.GetTimestamp());
        while (await timer.WaitForNextTickAsync(stop))
        {
            var now = time.GetTimestamp();
            if (beatAt == 0 || time.GetElapsedTime(beatAt, now) >= BeatEvery)
            {
                await BeatAsync(channel, stop);
                beatAt = now;
            }

            if (Interlocked.Exchange(ref _asked, 0) == 1 || time.GetElapsedTime(everybodyAt, now) >= EverybodyEvery)
            {
                AddEverybody();
                everybodyAt = now;
            }

            await SendChangesAsync(channel, stop);
        }
    }

    /// <summary>Everybody's state, as no news: whoever missed something sees that by the state's number.</summary>
    private void AddEverybody()
    {
        foreach (var number in own.Numbers)
        {
            if (own.TryView(number, out var view))
            {
                changes.AddUnlessWaiting(in view);
            }
        }
    }

    private async Task SendChangesAsync(IChannel channel, CancellationToken stop)
    {
        foreach (var hospital in changes.Take().Select(change => (Change: change, Patient: patients.Find(change.View.PatientNumber)))
            .Where(found => found.Patient is not null).GroupBy(found => found.Patient!.TenantId, found => found.Change))
        {
            await SendAsync(channel, hospital.Key, hospital, stop);
        }
    }

    private async Task SendAsync(IChannel channel, int tenant, IEnumerable<StateChanges.Change> some, CancellationToken stop)
    {
        _content.ResetWrittenCount();
        var states = 0;
        foreach (var change in some)
        {
            _state.ResetWrittenCount();
            PatientViewBytes.Write(_state, in change.View, change.Kind);
            _content.U16((ushort)_state.WrittenCount);
            _content.Write(_state.WrittenSpan);
            states++;
            if (_content.WrittenCount >= FullMessage)
            {
                await PublishAsync(channel, LiveFrameKind.States, tenant, _content.WrittenSpan.ToArray(), stop);
                metrics.Sent(states);
                _content.ResetWrittenCount();
                states = 0;
            }
        }

        if (states > 0)
        {
            await PublishAsync(channel, LiveFrameKind.States, tenant, _content.WrittenSpan.ToArray(), stop);
            metrics.Sent(states);
        }
    }

    // To each hospital, since each has its key: whoever could make up a beat could hide that a monitor is gone.
    private async Task BeatAsync(IChannel channel, CancellationToken stop)
    {
        foreach (var hospital in patients.Hospitals)
        {
            var content = new ArrayBufferWriter<byte>(16);
            var status = storage.Current;
            content.U8(status.Stored ? (byte)0 : status.Delayed ? (byte)1 : (byte)2);
            content.I64(UnixTime.FromDateTimeOffset(status.Since));
            await PublishAsync(channel, LiveFrameKind.Beat, hospital.TenantId, content.WrittenSpan.ToArray(), stop);
        }
    }

    private async Task PublishAsync(IChannel channel, LiveFrameKind kind, int tenant, byte[] content, CancellationToken stop)
    {
        var number = CollectionsMarshal.GetValueRefOrAddDefault(_numbers, tenant, out _) + 1;
        _numbers[tenant] = number;
        var frame = new LiveFrame(kind, self.Name, self.Instance, number, time.Microseconds(), tenant, content);
        await channel.BasicPublishAsync(LiveTopology.Exchange, LiveTopology.States, frame.Seal(keyring), stop);
    }

    [LoggerMessage(8020, LogLevel.Warning, "Live news for other processes ({What}) stopped, and begins again when the broker is back ({Fault})")]
    private partial void LogEnded(string what, string fault);
}
