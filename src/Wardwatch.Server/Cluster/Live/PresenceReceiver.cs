using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster.Live;

/// <summary>Takes note of the devices that gateways tell of. A gateway that tells nothing for a while has no devices any more.</summary>
internal sealed partial class PresenceReceiver(IRemotePresence presence, IKeyring keyring, IBrokerLink link, LiveFeedMetrics metrics, TimeProvider time, ILogger<PresenceReceiver> log)
    : BackgroundService
{
    private static readonly TimeSpan SilentAfter = 3 * PresenceSender.AllEvery;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly ILogger<PresenceReceiver> _log = log;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Gateway> _gateways = new(StringComparer.Ordinal);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        BrokerLoop.KeepAsync(ReadAsync, failure => LogEnded(failure.GetType().Name), time, stoppingToken), LookAsync(stoppingToken));

    private async Task ReadAsync(CancellationToken stop)
    {
        await using var channel = await link.OpenChannelAsync(stop);
        await LiveQueue.ReadAsync(channel, [LiveTopology.Devices], message => Take(message.Span), stop);
    }

    /// <summary>Takes in what a gateway told.</summary>
    internal void Take(ReadOnlySpan<byte> message)
    {
        if (LiveFrame.TryOpen(message, keyring) is not { Kind: LiveFrameKind.Devices } frame || !IsNew(frame))
        {
            metrics.Refused();
            return;
        }

        var name = NameOf(frame);
        var reader = new LiveBytes.Reader(frame.Content);
        var replaces = reader.UpTo(1) == 1;
        var devices = new List<(string Id, bool IsConnected)>();
        while (!reader.AtEnd && !reader.Failed)
        {
            var connected = reader.UpTo(1) == 1;
            if (reader.Text() is { } id)
            {
                devices.Add((id, connected));
            }
        }

        if (replaces)
        {
            presence.Replace(name, [.. devices.Where(device => device.IsConnected).Select(device => device.Id)]);
            return;
        }

        foreach (var (id, connected) in devices)
        {
            presence.Change(name, id, connected);
        }
    }

    // Each hospital's devices are told apart from the others'.
    private static string NameOf(LiveFrame frame) => $"{frame.Node}/{frame.TenantId}";

    private bool IsNew(LiveFrame frame)
    {
        lock (_gate)
        {
            if (_gateways.TryGetValue(NameOf(frame), out var known) && (known.Instance == frame.Instance ? frame.Number <= known.Number : frame.SentAt <= known.SentAt))
            {
                return false;
            }

            _gateways[NameOf(frame)] = new(frame.Instance, frame.Number, frame.SentAt, time.GetTimestamp());
            return true;
        }
    }

    private async Task LookAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            ForgetSilent();
        }
    }

    /// <summary>Forgets the gateways that tell nothing any more.</summary>
    internal void ForgetSilent()
    {
        lock (_gate)
        {
            foreach (var (name, gateway) in _gateways)
            {
                if (time.GetElapsedTime(gateway.HeardAt) > SilentAfter)
                {
                    _gateways.Remove(name);
                    presence.Forget(name);
                }
            }
        }
    }

    [LoggerMessage(8050, LogLevel.Warning, "Gateways are not heard, until the broker is back ({Fault}); devices that send nothing count as disconnected")]
    private partial void LogEnded(string fault);

    private sealed record Gateway(Guid Instance, long Number, long SentAt, long HeardAt);
}
