using System.Collections.Concurrent;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>Which devices have a session, here or at another process's gateway. Counted, since at a take-over the new session begins before the old one has ended.</summary>
internal sealed class DevicePresence : IDevicePresence, IRemotePresence
{
    private readonly ConcurrentDictionary<string, int> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, bool>> _elsewhere = new(StringComparer.Ordinal);

    public void Connected(DeviceEntry device) => _sessions.AddOrUpdate(device.Id, 1, static (_, count) => count + 1);

    public void Disconnected(DeviceEntry device) => _sessions.AddOrUpdate(device.Id, 0, static (_, count) => Math.Max(0, count - 1));

    public void Replace(string gateway, IReadOnlyCollection<string> devices) =>
        _elsewhere[gateway] = new(devices.Select(device => KeyValuePair.Create(device, true)), StringComparer.Ordinal);

    public void Change(string gateway, string device, bool connected)
    {
        var there = _elsewhere.GetOrAdd(gateway, static _ => new(StringComparer.Ordinal));
        if (connected)
        {
            there[device] = true;
        }
        else
        {
            there.TryRemove(device, out _);
        }
    }

    public void Forget(string gateway) => _elsewhere.TryRemove(gateway, out _);

    public bool IsConnected(string deviceId)
    {
        if (_sessions.GetValueOrDefault(deviceId) > 0)
        {
            return true;
        }

        foreach (var (_, there) in _elsewhere)
        {
            if (there.ContainsKey(deviceId))
            {
                return true;
            }
        }

        return false;
    }
}
