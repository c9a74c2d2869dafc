using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.UnitTests.Gateway;

/// <summary>Connections come and go unnoticed.</summary>
internal sealed class NobodyWatches : IDevicePresence
{
    public void Connected(DeviceEntry device)
    {
    }

    public void Disconnected(DeviceEntry device)
    {
    }
}
