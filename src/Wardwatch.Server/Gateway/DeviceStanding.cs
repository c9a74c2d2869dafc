using Wardwatch.Server.Devices.Contracts;

namespace Wardwatch.Server.Gateway;

/// <summary>
/// Whether a connected device may still be here. A device that was revoked may not; nor may a connection under which a key was in force that has been revoked
/// since: with another key the device may come back, so that replacing one costs a moment. Belongs to the sweeper.
/// </summary>
/// <param name="device">As it was when it was let in.</param>
/// <param name="version">A version of the directory before the present one: the device may have been revoked since.</param>
internal sealed class DeviceStanding(DeviceEntry device, int version)
{
    private DeviceEntry _device = device;
    private int _version = version;

    /// <summary>Looks only when something has changed in the directory.</summary>
    public bool IsGood(IDeviceDirectory devices)
    {
        var present = devices.Version;
        if (present == _version)
        {
            return true;
        }

        _version = present;
        var current = devices.Find(_device.Id);
        if (current is null || _device.Keys.Any(key => current.FindKey(key.KeyId) is null))
        {
            return false;
        }

        _device = current;
        return true;
    }
}
