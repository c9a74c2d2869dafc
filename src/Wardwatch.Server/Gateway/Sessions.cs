using System.Collections.Concurrent;
using Wardwatch.Devices.Mqtt;

namespace Wardwatch.Server.Gateway;

/// <summary>The open sessions by device. A device has one: a newer session with right credentials takes over.</summary>
internal sealed class Sessions : BackgroundService
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, DeviceSession> _open = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;

    public Sessions(GatewayMetrics metrics, TimeProvider time)
    {
        _time = time;
        metrics.ObserveSessions(() => _open.Count);
    }

    /// <summary>Enters a session; the device's older one is told to go.</summary>
    public void Enter(DeviceSession session)
    {
        DeviceSession? older = null;
        _open.AddOrUpdate(session.DeviceId, session, (_, present) =>
        {
            older = present;
            return session;
        });
        older?.End(MqttReason.SessionTakenOver);
    }

    /// <summary>Removes a session, unless a newer one has taken its place.</summary>
    public void Leave(DeviceSession session) => _open.TryRemove(new KeyValuePair<string, DeviceSession>(session.DeviceId, session));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SweepInterval, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = Environment.TickCount64;
            foreach (var (_, session) in _open)
            {
                session.Sweep(now);
            }
        }
    }
}
