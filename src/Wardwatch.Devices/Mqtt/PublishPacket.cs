namespace Wardwatch.Devices.Mqtt;

/// <summary>
/// PUBLISH, a message.
/// <code>
///  | 0011 | duplicate: 1 bit | QoS: 2 bits | retain: 1 bit | length |
///  | topic | QoS 1 and 2: packet id: u16 | 5.0: properties | payload, to the end |
/// </code>
/// </summary>
public readonly ref struct PublishPacket : IMqttPacket<PublishPacket>
{
    /// <summary>Without wildcards. Empty in 5.0 only, and then there is a topic alias.</summary>
    public ReadOnlySpan<byte> Topic { get; init; }

    /// <summary>0 with QoS 0, else never 0.</summary>
    public ushort PacketId { get; init; }

    public QualityOfService Qos { get; init; }

    /// <summary>The sender says that it sent this before. It proves nothing: packet ids are used again.</summary>
    public bool Duplicate { get; init; }

    public bool Retain { get; init; }

    public ReadOnlySpan<byte> Payload { get; init; }

    public MqttProperties Properties { get; init; }

    public byte FirstByte => (byte)(((byte)MqttPacketType.Publish << 4) | (Duplicate && Qos != QualityOfService.AtMostOnce ? 8 : 0) | ((byte)Qos << 1) | (Retain ? 1 : 0));

    public static bool TryRead(MqttFrameHeader header, ReadOnlySpan<byte> body, MqttPeer peer, out PublishPacket packet, out MqttFault fault)
    {
        var qos = (QualityOfService)((header.Flags >> 1) & 3);
        var duplicate = (header.Flags & 8) != 0;
        var reader = new MqttBodyReader(body);
        if (qos > QualityOfService.ExactlyOnce) reader.Fail(MqttFault.Malformed("QoS is 3"));
        if (duplicate && qos == QualityOfService.AtMostOnce) reader.Fail(MqttFault.Malformed("A duplicate at QoS 0"));

        var topic = reader.Name();
        var packetId = qos == QualityOfService.AtMostOnce ? (ushort)0 : reader.PacketId();
        var properties = reader.Properties(peer.Version, MqttPropertyScope.Publish);
        if (reader.Fault.IsNone)
        {
            var topicFault = CheckTopic(topic, properties, peer);
            if (!topicFault.IsNone) reader.Fail(topicFault);
        }

        packet = new PublishPacket
        {
            Topic = topic,
            PacketId = packetId,
            Qos = qos,
            Duplicate = duplicate,
            Retain = (header.Flags & 1) != 0,
            Properties = properties,
            Payload = reader.TakeRest(),
        };
        return reader.TryEnd(out fault);
    }

    public int BodyLength(MqttVersion version) =>
        MqttBodyWriter.FieldLength(Topic) + (Qos == QualityOfService.AtMostOnce ? 0 : 2) + MqttBodyWriter.PropertiesLength(version, Properties) + Payload.Length;

    public void WriteBody(Span<byte> body, MqttVersion version)
    {
        var writer = new MqttBodyWriter(body);
        writer.Field(Topic);
        if (Qos != QualityOfService.AtMostOnce) writer.PacketId(PacketId);
        writer.Properties(version, Properties);
        writer.Raw(Payload);
    }

    private static MqttFault CheckTopic(ReadOnlySpan<byte> topic, MqttProperties properties, MqttPeer peer)
    {
        if (topic.ContainsAny((byte)'+', (byte)'#')) return MqttFault.Malformed("A topic name has wildcards");
        if (topic.IsEmpty && peer.Version != MqttVersion.V500) return MqttFault.Malformed("A topic name is empty");
        if (properties.IsEmpty) return topic.IsEmpty ? MqttFault.Protocol("There is neither a topic name nor a topic alias") : default;
        if (topic.IsEmpty && properties.TopicAlias is null) return MqttFault.Protocol("There is neither a topic name nor a topic alias");
        if (peer.Sender == MqttSender.Client && properties.SubscriptionIdentifier is not null) return MqttFault.Protocol("A client's PUBLISH has a subscription identifier");
        return default;
    }
}
