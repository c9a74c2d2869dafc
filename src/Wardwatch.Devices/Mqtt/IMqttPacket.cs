using System.Buffers;

namespace Wardwatch.Devices.Mqtt;

/// <summary>
/// A packet, as a view of bytes that belong to somebody else: reading copies nothing, so a packet is valid as long as the body it was read
/// from; writing needs the spans only until it returns.
/// </summary>
public interface IMqttPacket<TSelf>
    where TSelf : struct, IMqttPacket<TSelf>, allows ref struct
{
    /// <summary>Reads a packet that a frame was found for. Input from outside: answers, never throws.</summary>
    /// <param name="header">The frame's header, whose type must be this packet's.</param>
    /// <param name="body">Exactly the frame's body.</param>
    /// <param name="peer">Who sent it, in which version.</param>
    /// <param name="packet">Complete if the answer is true; otherwise to be ignored, but for what CONNECT says of itself.</param>
    /// <param name="fault">What is wrong, if the answer is false.</param>
    static abstract bool TryRead(MqttFrameHeader header, ReadOnlySpan<byte> body, MqttPeer peer, out TSelf packet, out MqttFault fault);

    /// <summary>Type and flags.</summary>
    byte FirstByte { get; }

    /// <summary>The length of the body that <see cref="WriteBody"/> writes.</summary>
    int BodyLength(MqttVersion version);

    /// <summary>Writes exactly <see cref="BodyLength"/> bytes. Properties are left out for 3.1.1, which has none.</summary>
    /// <exception cref="ArgumentException">A field cannot be put on the wire: longer than 65,535 bytes, or a packet identifier of 0.</exception>
    void WriteBody(Span<byte> body, MqttVersion version);
}

/// <summary>Writes packets with their fixed header, allocating nothing.</summary>
public static class MqttWriter
{
    /// <summary>Appends a packet and answers its length.</summary>
    /// <exception cref="ArgumentException">The packet cannot be put on the wire.</exception>
    public static int Write<TPacket>(IBufferWriter<byte> output, in TPacket packet, MqttVersion version)
        where TPacket : struct, IMqttPacket<TPacket>, allows ref struct
    {
        ArgumentNullException.ThrowIfNull(output);
        var length = Length(packet, version);
        Write(output.GetSpan(length), packet, version);
        output.Advance(length);
        return length;
    }

    /// <summary>Writes a packet to the start of the destination and answers its length.</summary>
    /// <exception cref="ArgumentException">The packet cannot be put on the wire, or the destination is shorter than <see cref="Length"/>.</exception>
    public static int Write<TPacket>(Span<byte> destination, in TPacket packet, MqttVersion version)
        where TPacket : struct, IMqttPacket<TPacket>, allows ref struct
    {
        var bodyLength = packet.BodyLength(version);
        if (bodyLength > MqttFrames.MaxBodyLength) throw new ArgumentException("The packet is longer than MQTT can say", nameof(packet));
        var headerLength = 1 + MqttFrames.LengthBytes(bodyLength);
        if (destination.Length < headerLength + bodyLength) throw new ArgumentException($"The packet takes {headerLength + bodyLength} bytes", nameof(destination));

        var header = new MqttBodyWriter(destination);
        header.Byte(packet.FirstByte);
        header.VariableInteger(bodyLength);
        packet.WriteBody(destination.Slice(headerLength, bodyLength), version);
        return headerLength + bodyLength;
    }

    /// <summary>The packet's length with its header, which is what Maximum Packet Size counts.</summary>
    public static int Length<TPacket>(in TPacket packet, MqttVersion version)
        where TPacket : struct, IMqttPacket<TPacket>, allows ref struct
    {
        var bodyLength = packet.BodyLength(version);
        return 1 + MqttFrames.LengthBytes(bodyLength) + bodyLength;
    }
}

/// <summary>Which packets may come from which end.</summary>
public static class MqttArrivals
{
    /// <summary>A fault where a packet of this type must not come from this peer at all. What may come when is the session's knowledge.</summary>
    public static MqttFault Check(MqttPacketType type, MqttPeer peer) => type switch
    {
        MqttPacketType.Connect or MqttPacketType.Subscribe or MqttPacketType.Unsubscribe or MqttPacketType.PingReq => From(MqttSender.Client, peer),
        MqttPacketType.ConnAck or MqttPacketType.SubAck or MqttPacketType.UnsubAck or MqttPacketType.PingResp => From(MqttSender.Server, peer),
        MqttPacketType.Disconnect when peer is { Version: MqttVersion.V311, Sender: MqttSender.Server } => MqttFault.Protocol("A 3.1.1 server does not send DISCONNECT"),
        MqttPacketType.Auth when peer.Version == MqttVersion.V311 => MqttFault.Malformed("3.1.1 has no AUTH"),
        _ => default,
    };

    private static MqttFault From(MqttSender sender, MqttPeer peer) =>
        peer.Sender == sender ? default : MqttFault.Protocol("A packet comes from the wrong end");
}
