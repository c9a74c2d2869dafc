using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Cluster.Queue;

/// <summary>Presence in a process that has no lanes: a lost device is seen by its silence.</summary>
internal sealed class NobodyWatches : IDevicePresence
{
    /// <inheritdoc />
    public void Connected(DeviceEntry device)
    {
    }

    /// <inheritdoc />
    public void Disconnected(DeviceEntry device)
    {
    }
}
