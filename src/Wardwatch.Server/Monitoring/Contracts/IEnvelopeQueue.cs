using Wardwatch.Server.Devices.Contracts;

namespace Wardwatch.Server.Monitoring.Contracts;

/// <summary>
/// From a gateway to the lanes: publish → durable. Order is kept per device. A full queue pushes back, it never drops.
/// </summary>
public interface IEnvelopeQueue
{
    /// <summary>Hands a batch over; false if the lane's queue is full, then see <see cref="WaitForRoomAsync"/>.</summary>
    bool TryPublish(EnvelopeBatch batch);

    /// <summary>Ends when there may be room for this batch, which was not taken; false if the queue has closed for good.</summary>
    ValueTask<bool> WaitForRoomAsync(EnvelopeBatch batch, CancellationToken cancellation);
}

/// <summary>Told by gateways which devices are connected, so that a lost device is seen before its silence is.</summary>
public interface IDevicePresence
{
    /// <summary>The device has a session.</summary>
    void Connected(DeviceEntry device);

    /// <summary>The session ended.</summary>
    void Disconnected(DeviceEntry device);
}

/// <summary>Takes note of the devices that gateways of other processes have, or had.</summary>
public interface IRemotePresence
{
    /// <summary>These are all the devices that a gateway has.</summary>
    /// <param name="gateway">Whose; one that tells in several parts has several names.</param>
    /// <param name="devices">Their ids.</param>
    void Replace(string gateway, IReadOnlyCollection<string> devices);

    /// <summary>A device came to a gateway, or left it.</summary>
    void Change(string gateway, string device, bool connected);

    /// <summary>A gateway is gone, and its devices with it.</summary>
    void Forget(string gateway);
}
