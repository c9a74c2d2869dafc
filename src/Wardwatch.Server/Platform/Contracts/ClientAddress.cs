using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Wardwatch.Server.Platform.Contracts;

/// <summary>
/// Whom a limit for each address counts together: an IPv4 address, or the /64 network of an IPv6 address, since whoever has one of its addresses has all of them.
/// </summary>
public readonly record struct ClientAddress(UInt128 Value)
{
    private static readonly UInt128 Network = ~(UInt128)ulong.MaxValue;

    /// <summary>Of an address; none counts with all others that have none.</summary>
    public static ClientAddress Of(IPAddress? address)
    {
        if (address is null)
        {
            return default;
        }

        Span<byte> bytes = stackalloc byte[16];
        var mapped = address.AddressFamily == AddressFamily.InterNetwork ? address.MapToIPv6() : address;
        mapped.TryWriteBytes(bytes, out _);
        var value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return new(mapped.IsIPv4MappedToIPv6 ? value : value & Network);
    }
}
