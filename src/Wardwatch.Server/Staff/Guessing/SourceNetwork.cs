using System.Net;
using System.Net.Sockets;

namespace Wardwatch.Server.Staff.Guessing;

/// <summary>Where an attempt comes from, as far as limits go: an IPv4 address, or the /64 network of an IPv6 address, whose owner has all of its addresses.</summary>
internal static class SourceNetwork
{
    private const int NetworkBytes = 8;

    /// <summary>The source of a connection; all whose address is unknown count as one.</summary>
    public static IPAddress Of(IPAddress? address)
    {
        if (address is null)
        {
            return IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        // This machine's own address is one address in both families.
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
        {
            return IPAddress.IsLoopback(address) ? IPAddress.Loopback : address;
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return new(bytes);
    }
}
