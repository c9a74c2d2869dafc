using System.Runtime.InteropServices;

namespace Wardwatch.Devices.Mqtt;

/// <summary>
/// SUBACK and, in 5.0, UNSUBACK: one reason for each entry of the request, in its order.
/// <code>
///  | 90 or B0 | length |
///  | packet id: u16 | 5.0: properties | reasons, a byte each (3.1.1 UNSUBACK: none) |
/// </code>
/// </summary>
public readonly ref struct SubAckPacket : IMqttPacket<SubAckPacket>
{
    /// <summary><see cref="MqttPacketType.SubAck"/> unless set to <see cref="MqttPacketType.UnsubAck"/>.</summary>
    public MqttPacketType Type
    {
        get => field == default ? MqttPacketType.SubAck : field;
        init => field = value is MqttPacketType.SubAck or MqttPacketType.UnsubAck
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Neither SUBACK nor UNSUBACK");
    }

    public ushort PacketId { get; init; }

    public MqttProperties Properties { get; init; }

    /// <summary>Granted QoS or failure. In 3.1.1 every failure is written as 0x80, and UNSUBACK has none.</summary>
    public ReadOnlySpan<MqttReason> Reasons { get; init; }

    public byte FirstByte => (byte)((byte)Type << 4);

    private bool HasReasons(MqttVersion version) => version == MqttVersion.V500 || Type == MqttPacketType.SubAck;

    public static bool TryRead(MqttFrameHeader header, ReadOnlySpan<byte> body, MqttPeer peer, out SubAckPacket packet, out MqttFault fault)
    {
        var reader = new MqttBodyReader(body);
        packet = new SubAckPacket { Type = header.Type, PacketId = reader.PacketId(), Properties = reader.Properties(peer.Version, MqttPropertyScope.Acknowledgement) };
        if (packet.HasReasons(peer.Version))
        {
            packet = new SubAckPacket
            {
                Type = header.Type,
                PacketId = packet.PacketId,
                Properties = packet.Properties,
                Reasons = MemoryMarshal.Cast<byte, MqttReason>(reader.TakeRest()),
            };
            if (packet.Reasons.IsEmpty) reader.Fail(MqttFault.Protocol("There is no reason"));
            foreach (var reason in packet.Reasons)
            {
                if (peer.Version == MqttVersion.V311)
                {
                    if (reason is not (<= MqttReason.GrantedQos2 or MqttReason.UnspecifiedError)) reader.Fail(MqttFault.Malformed("A return code is reserved"));
                }
                else if (!reason.IsAllowedIn(header.Type, MqttSender.Server)) reader.Fail(MqttFault.Protocol("A reason does not belong in this acknowledgement"));
            }
        }

        return reader.TryEnd(out fault);
    }

    public int BodyLength(MqttVersion version) => 2 + MqttBodyWriter.PropertiesLength(version, Properties) + (HasReasons(version) ? Reasons.Length : 0);

    public void WriteBody(Span<byte> body, MqttVersion version)
    {
        var writer = new MqttBodyWriter(body);
        writer.PacketId(PacketId);
        writer.Properties(version, Properties);
        if (!HasReasons(version)) return;
        foreach (var reason in Reasons)
        {
            writer.Byte((byte)(version == MqttVersion.V311 && reason.IsFailure() ? MqttReason.UnspecifiedError : reason));
        }
    }
}
