using System.Net;

namespace Wardwatch.Server.AlertPath.Contracts;

/// <summary>Where devices connect to this process, once that is open: there the virtual device of a synthetic patient comes in, as every other.</summary>
public sealed class DeviceDoor
{
    private IPEndPoint? _address;

    /// <summary>An address of this machine; null: devices cannot connect here, or not yet.</summary>
    public IPEndPoint? Address => Volatile.Read(ref _address);

    /// <summary>It is open.</summary>
    /// <param name="bound">What is listened on.</param>
    public void Open(IPEndPoint bound) =>
        Volatile.Write(ref _address, bound.Address.Equals(IPAddress.IPv6Any) || bound.Address.Equals(IPAddress.Any) ? new(IPAddress.Loopback, bound.Port) : bound);
}
