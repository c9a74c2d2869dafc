namespace Wardwatch.Devices.Mqtt;

/// <summary>
/// PUBACK, PUBREC, PUBREL and PUBCOMP, which share one form.
/// <code>
///  | 40, 50, 62 or 70 | length |
///  | packet id: u16 | 5.0: reason, absent where it is 0 and nothing follows | 5.0: properties, absent where there are none |
/// </code>
/// </summary>
public readonly ref struct PubAckPacket : IMqttPacket<PubAckPacket>
{
    /// <summary>Which of the four; PUBACK unless set.</summary>
    public MqttPacketType Type
    {
        get => field == default ? MqttPacketType.PubAck : field;
        init => field = value is >= MqttPacketType.PubAck and <= MqttPacketType.PubComp
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Not PUBACK, PUBREC, PUBREL or PUBCOMP");
    }

    public ushort PacketId { get; init; }

    /// <summary>Always success in 3.1.1, which cannot say otherwise.</summary>
    public MqttReason Reason { get; init; }

    public MqttProperties Properties { get; init; }

    public byte FirstByte => (byte)(((byte)Type << 4) | (Type == MqttPacketType.PubRel ? 2 : 0));

    public static bool TryRead(MqttFrameHeader header, ReadOnlySpan<byte> body, MqttPeer peer, out PubAckPacket packet, out MqttFault fault)
    {
        var reader = new MqttBodyReader(body);
        var packetId = reader.PacketId();
        var reason = MqttReason.Success;
        var properties = default(MqttProperties);
        if (peer.Version == MqttVersion.V500 && !reader.IsEmpty)
        {
            reason = (MqttReason)reader.Byte();
            if (!reason.IsAllowedIn(header.Type, peer.Sender)) reader.Fail(MqttFault.Protocol("The reason does not belong in an acknowledgement"));
            if (!reader.IsEmpty) properties = reader.Properties(peer.Version, MqttPropertyScope.Acknowledgement);
        }

        packet = new PubAckPacket { Type = header.Type, PacketId = packetId, Reason = reason, Properties = properties };
        return reader.TryEnd(out fault);
    }

    public int BodyLength(MqttVersion version) => HasReason(version)
        ? 3 + (Properties.IsEmpty ? 0 : MqttBodyWriter.PropertiesLength(version, Properties))
        : 2;

    public void WriteBody(Span<byte> body, MqttVersion version)
    {
        var writer = new MqttBodyWriter(body);
        writer.PacketId(PacketId);
        if (!HasReason(version)) return;
        writer.Byte((byte)Reason);
        if (!Properties.IsEmpty) writer.Properties(version, Properties);
    }

    private bool HasReason(MqttVersion version) => version == MqttVersion.V500 && (Reason != MqttReason.Success || !Properties.IsEmpty);
}
