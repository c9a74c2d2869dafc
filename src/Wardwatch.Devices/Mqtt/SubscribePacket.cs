namespace Wardwatch.Devices.Mqtt;

/// <summary>
/// SUBSCRIBE.
/// <code>
///  | 82 | length |
///  | packet id: u16 | 5.0: properties | one or more of: filter, options |
/// </code>
/// </summary>
public readonly ref struct SubscribePacket : IMqttPacket<SubscribePacket>
{
    public ushort PacketId { get; init; }

    public MqttProperties Properties { get; init; }

    /// <summary>At least one.</summary>
    public SubscriptionList Subscriptions { get; init; }

    public byte FirstByte => ((byte)MqttPacketType.Subscribe << 4) | 2;

    public static bool TryRead(MqttFrameHeader header, ReadOnlySpan<byte> body, MqttPeer peer, out SubscribePacket packet, out MqttFault fault)
    {
        var reader = new MqttBodyReader(body);
        var packetId = reader.PacketId();
        var properties = reader.Properties(peer.Version, MqttPropertyScope.Subscribe);
        var list = reader.TakeRest();
        if (reader.Fault.IsNone)
        {
            var listFault = SubscriptionList.Check(list, peer.Version);
            if (!listFault.IsNone) reader.Fail(listFault);
        }

        packet = new SubscribePacket { PacketId = packetId, Properties = properties, Subscriptions = new SubscriptionList(list) };
        return reader.TryEnd(out fault);
    }

    public int BodyLength(MqttVersion version) => 2 + MqttBodyWriter.PropertiesLength(version, Properties) + Subscriptions.Encoded.Length;

    /// <summary>Of the options, 3.1.1 gets the QoS only.</summary>
    public void WriteBody(Span<byte> body, MqttVersion version)
    {
        if (Subscriptions.Encoded.IsEmpty) throw new ArgumentException("There is no subscription", nameof(body));
        var writer = new MqttBodyWriter(body);
        writer.PacketId(PacketId);
        writer.Properties(version, Properties);
        foreach (var subscription in Subscriptions)
        {
            writer.Field(subscription.Filter);
            writer.Byte(version == MqttVersion.V500 ? subscription.Options.Encoded : (byte)subscription.Options.MaximumQos);
        }
    }
}

/// <summary>
/// UNSUBSCRIBE.
/// <code>
///  | A2 | length |
///  | packet id: u16 | 5.0: properties | one or more filters |
/// </code>
/// </summary>
public readonly ref struct UnsubscribePacket : IMqttPacket<UnsubscribePacket>
{
    public ushort PacketId { get; init; }

    public MqttProperties Properties { get; init; }

    /// <summary>At least one.</summary>
    public FilterList Filters { get; init; }

    public byte FirstByte => ((byte)MqttPacketType.Unsubscribe << 4) | 2;

    public static bool TryRead(MqttFrameHeader header, ReadOnlySpan<byte> body, MqttPeer peer, out UnsubscribePacket packet, out MqttFault fault)
    {
        var reader = new MqttBodyReader(body);
        var packetId = reader.PacketId();
        var properties = reader.Properties(peer.Version, MqttPropertyScope.Unsubscribe);
        var list = reader.TakeRest();
        if (reader.Fault.IsNone)
        {
            var listFault = FilterList.Check(list, peer.Version);
            if (!listFault.IsNone) reader.Fail(listFault);
        }

        packet = new UnsubscribePacket { PacketId = packetId, Properties = properties, Filters = new FilterList(list) };
        return reader.TryEnd(out fault);
    }

    public int BodyLength(MqttVersion version) => 2 + MqttBodyWriter.PropertiesLength(version, Properties) + Filters.Encoded.Length;

    public void WriteBody(Span<byte> body, MqttVersion version)
    {
        if (Filters.Encoded.IsEmpty) throw new ArgumentException("There is no filter", nameof(body));
        var writer = new MqttBodyWriter(body);
        writer.PacketId(PacketId);
        writer.Properties(version, Properties);
        writer.Raw(Filters.Encoded);
    }
}
