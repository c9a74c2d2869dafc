using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Wardwatch.Server.Gateway;

/// <summary>
/// Where a connection comes from, as far as limits go: an IPv4 address, or the /64 network of an IPv6 address, since whoever has one address of such a
/// network has all of them.
/// </summary>
internal readonly record struct SourceAddress(ulong Network, uint Host)
{
    /// <summary>The source of a connection; all whose address is unknown count as one.</summary>
    public static SourceAddress Of(EndPoint? remote)
    {
        if (remote is not IPEndPoint { Address: var address })
        {
            return default;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? new SourceAddress(0, BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : new SourceAddress(BinaryPrimitives.ReadUInt64BigEndian(bytes), 0);
    }

    /// <inheritdoc />
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        if (Host != 0)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, Host);
            return new IPAddress(bytes[..4]).ToString();
        }

        BinaryPrimitives.WriteUInt64BigEndian(bytes, Network);
        return $"{new IPAddress(bytes)}/64";
    }
}
