using System.Collections.Concurrent;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>Which devices have a session. Counted, since at a take-over the new session begins before the old one has ended.</summary>
internal sealed class DevicePresence : IDevicePresence
{
    private readonly ConcurrentDictionary<string, int> _sessions = new(StringComparer.Ordinal);

    public void Connected(DeviceEntry device) => _sessions.AddOrUpdate(device.Id, 1, static (_, count) => count + 1);

    public void Disconnected(DeviceEntry device) => _sessions.AddOrUpdate(device.Id, 0, static (_, count) => Math.Max(0, count - 1));

    public bool IsConnected(string deviceId) => _sessions.GetValueOrDefault(deviceId) > 0;
}
