namespace Wardwatch.Devices.Mqtt;

/// <summary>One property. Numbers and flags are in <see cref="Number"/>, texts and binary data in <see cref="Bytes"/>.</summary>
public readonly ref struct MqttPropertyValue
{
    internal MqttPropertyValue(MqttProperty id, uint number, ReadOnlySpan<byte> name, ReadOnlySpan<byte> bytes)
    {
        Id = id;
        Number = number;
        Name = name;
        Bytes = bytes;
    }

    public MqttProperty Id { get; }

    public uint Number { get; }

    /// <summary>The name of a user property, else empty.</summary>
    public ReadOnlySpan<byte> Name { get; }

    public ReadOnlySpan<byte> Bytes { get; }
}

/// <summary>
/// The properties of a 5.0 packet, checked, as they stand in its bytes; empty for 3.1.1. Made by reading a packet or by
/// <see cref="MqttPropertyWriter"/>. Numbers answer null and texts answer empty where the property is absent.
/// </summary>
public readonly ref struct MqttProperties
{
    internal MqttProperties(ReadOnlySpan<byte> encoded) => Encoded = encoded;

    /// <summary>The properties in wire form, without the length before them.</summary>
    public ReadOnlySpan<byte> Encoded { get; }

    public bool IsEmpty => Encoded.IsEmpty;

    /// <summary>True: the payload is UTF-8 text. False: unspecified bytes.</summary>
    public bool? PayloadIsText => Flag(MqttProperty.PayloadFormatIndicator);

    /// <summary>Seconds.</summary>
    public uint? MessageExpiryInterval => Number(MqttProperty.MessageExpiryInterval);

    public ReadOnlySpan<byte> ContentType => Bytes(MqttProperty.ContentType);

    public ReadOnlySpan<byte> ResponseTopic => Bytes(MqttProperty.ResponseTopic);

    public ReadOnlySpan<byte> CorrelationData => Bytes(MqttProperty.CorrelationData);

    /// <summary>The first, if a PUBLISH has several. A client's PUBLISH must have none (MQTT-3.3.4-6), which reading checks.</summary>
    public uint? SubscriptionIdentifier => Number(MqttProperty.SubscriptionIdentifier);

    /// <summary>Seconds; 0xFFFFFFFF is never.</summary>
    public uint? SessionExpiryInterval => Number(MqttProperty.SessionExpiryInterval);

    public ReadOnlySpan<byte> AssignedClientIdentifier => Bytes(MqttProperty.AssignedClientIdentifier);

    /// <summary>Seconds.</summary>
    public ushort? ServerKeepAlive => (ushort?)Number(MqttProperty.ServerKeepAlive);

    public ReadOnlySpan<byte> AuthenticationMethod => Bytes(MqttProperty.AuthenticationMethod);

    public ReadOnlySpan<byte> AuthenticationData => Bytes(MqttProperty.AuthenticationData);

    /// <summary>False: the client wants no reason strings or user properties but in PUBLISH, CONNACK and DISCONNECT. Absent means true.</summary>
    public bool? RequestProblemInformation => Flag(MqttProperty.RequestProblemInformation);

    /// <summary>Seconds.</summary>
    public uint? WillDelayInterval => Number(MqttProperty.WillDelayInterval);

    public bool? RequestResponseInformation => Flag(MqttProperty.RequestResponseInformation);

    public ReadOnlySpan<byte> ResponseInformation => Bytes(MqttProperty.ResponseInformation);

    public ReadOnlySpan<byte> ServerReference => Bytes(MqttProperty.ServerReference);

    public ReadOnlySpan<byte> ReasonString => Bytes(MqttProperty.ReasonString);

    /// <summary>Unacknowledged QoS 1 and 2 messages that the sender of the property accepts. Absent means 65,535.</summary>
    public ushort? ReceiveMaximum => (ushort?)Number(MqttProperty.ReceiveMaximum);

    /// <summary>Absent means 0: no aliases.</summary>
    public ushort? TopicAliasMaximum => (ushort?)Number(MqttProperty.TopicAliasMaximum);

    public ushort? TopicAlias => (ushort?)Number(MqttProperty.TopicAlias);

    /// <summary>0 or 1. Absent means 2.</summary>
    public byte? MaximumQos => (byte?)Number(MqttProperty.MaximumQos);

    public bool? RetainAvailable => Flag(MqttProperty.RetainAvailable);

    /// <summary>Bytes, header included. Absent means no limit.</summary>
    public uint? MaximumPacketSize => Number(MqttProperty.MaximumPacketSize);

    public bool? WildcardSubscriptionAvailable => Flag(MqttProperty.WildcardSubscriptionAvailable);

    public bool? SubscriptionIdentifierAvailable => Flag(MqttProperty.SubscriptionIdentifierAvailable);

    public bool? SharedSubscriptionAvailable => Flag(MqttProperty.SharedSubscriptionAvailable);

    /// <summary>Finds the first property with this identifier.</summary>
    public bool TryGet(MqttProperty id, out MqttPropertyValue value)
    {
        foreach (var candidate in this)
        {
            if (candidate.Id != id) continue;
            value = candidate;
            return true;
        }

        value = default;
        return false;
    }

    public Enumerator GetEnumerator() => new(Encoded);

    private uint? Number(MqttProperty id) => TryGet(id, out var value) ? value.Number : null;

    private bool? Flag(MqttProperty id) => TryGet(id, out var value) ? value.Number != 0 : null;

    private ReadOnlySpan<byte> Bytes(MqttProperty id)
    {
        TryGet(id, out var value);
        return value.Bytes;
    }

    /// <summary>Goes through the properties in the order of the wire.</summary>
    public ref struct Enumerator
    {
        private MqttBodyReader reader;
        private MqttPropertyValue current;

        internal Enumerator(ReadOnlySpan<byte> encoded)
        {
            reader = new MqttBodyReader(encoded);
            current = default;
        }

        public readonly MqttPropertyValue Current => current;

        public bool MoveNext()
        {
            if (reader.IsEmpty) return false;
            var id = (MqttProperty)reader.Byte();
            var type = MqttPropertyRules.Of(id).Type;
            uint number = type switch
            {
                MqttPropertyType.Flag => reader.Byte(),
                MqttPropertyType.TwoByteInteger => reader.UInt16(),
                MqttPropertyType.FourByteInteger => reader.UInt32(),
                MqttPropertyType.VariableByteInteger => (uint)reader.VariableInteger(),
                _ => 0,
            };
            var name = type == MqttPropertyType.Pair ? reader.Binary() : default;
            var bytes = type >= MqttPropertyType.Text ? reader.Binary() : default;
            current = new MqttPropertyValue(id, number, name, bytes);
            return true;
        }
    }
}
