using Wardwatch.Server.Devices.Contracts;

namespace Wardwatch.Server.Gateway;

/// <summary>
/// Whether a connected device may still be here. A device that was revoked may not; nor may a connection under which a key was in force that has been revoked
/// since: with another key the device may come back, so that replacing one costs a moment. A key that ends with notice puts off only a device that has no other.
/// Belongs to the sweeper.
/// </summary>
/// <param name="device">As it was when it was let in.</param>
/// <param name="version">A version of the directory before the present one: the device may have been revoked since.</param>
internal sealed class DeviceStanding(DeviceEntry device, int version)
{
    private DeviceEntry _device = device;
    private int _version = version;

    /// <summary>Looks only when something has changed in the directory.</summary>
    /// <param name="devices">The directory.</param>
    /// <param name="now">Microseconds since the Unix epoch.</param>
    public bool IsGood(IDeviceDirectory devices, long now)
    {
        var present = devices.Version;
        if (present == _version)
        {
            return true;
        }

        _version = present;
        var current = devices.Find(_device.Id);
        if (current is null || _device.Keys.Any(key => key.IsInForceAt(now) && current.FindKey(key.KeyId) is null) || (_device.Keys.Count > 0 && !current.HasKeyAt(now)))
        {
            return false;
        }

        _device = current;
        return true;
    }
}
