using System.Collections.Concurrent;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Gateway;

/// <summary>The open sessions by device. A device has one: a newer session with right credentials takes over.</summary>
internal sealed class Sessions : BackgroundService, INodeFigures
{
    // A revoked device is to be gone within a second, which one look at a number is enough for; deadlines are of seconds.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);
    private const long SweepMilliseconds = 1000;

    private readonly ConcurrentDictionary<string, DeviceSession> _open = new(StringComparer.Ordinal);
    private readonly IDeviceDirectory _devices;
    private readonly GatewayMetrics _metrics;
    private readonly NodeDrain _drain;
    private readonly TimeProvider _time;

    public Sessions(IDeviceDirectory devices, GatewayMetrics metrics, NodeDrain drain, TimeProvider time)
    {
        (_devices, _metrics, _drain, _time) = (devices, metrics, drain, time);
        metrics.ObserveSessions(() => _open.Count);
        drain.Begun.Register(DrainAll);
    }

    /// <summary>Whether devices are sent elsewhere.</summary>
    public bool IsDraining => _drain.IsDraining;

    /// <summary>Whether the device has a session.</summary>
    public bool Has(string device) => _open.ContainsKey(device);

    /// <summary>Enters a session; the device's older one is told to go.</summary>
    public void Enter(DeviceSession session)
    {
        DeviceSession? older = null;
        _open.AddOrUpdate(session.DeviceId, session, (_, present) =>
        {
            older = present;
            return session;
        });
        if (older is not null)
        {
            _metrics.TakenOver();
            older.End(MqttReason.SessionTakenOver);
        }

        // After it was entered: a drain that begins meanwhile is seen by one of both.
        if (_drain.IsDraining)
        {
            session.Drain();
        }
    }

    /// <inheritdoc />
    public void Tell(NodeFigures figures) => (figures.Devices, figures.Readings, figures.LastReadingAt) = (_open.Count, _metrics.Messages, _metrics.LastMessageAt);

    /// <summary>Removes a session, unless a newer one has taken its place.</summary>
    public void Leave(DeviceSession session) => _open.TryRemove(new KeyValuePair<string, DeviceSession>(session.DeviceId, session));

    private void DrainAll()
    {
        foreach (var (_, session) in _open)
        {
            session.Drain();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookInterval, _time);
        var (sweptAt, sweptVersion) = (0L, _devices.Version - 1);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var (now, version) = (Environment.TickCount64, _devices.Version);
            if (version == sweptVersion && now - sweptAt < SweepMilliseconds)
            {
                continue;
            }

            (sweptAt, sweptVersion) = (now, version);
            foreach (var (_, session) in _open)
            {
                session.Sweep(now);
            }
        }
    }
}
