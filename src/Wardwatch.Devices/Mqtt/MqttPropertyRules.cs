using static Wardwatch.Devices.Mqtt.MqttPropertyScope;
using static Wardwatch.Devices.Mqtt.MqttPropertyType;

namespace Wardwatch.Devices.Mqtt;

/// <summary>The rules of table 2-4 and of the sections on each property.</summary>
internal static class MqttPropertyRules
{
    public static (MqttPropertyType Type, MqttPropertyScope Scope) Of(MqttProperty id) => id switch
    {
        MqttProperty.PayloadFormatIndicator => (Flag, Publish | Will),
        MqttProperty.MessageExpiryInterval => (FourByteInteger, Publish | Will),
        MqttProperty.ContentType => (Text, Publish | Will),
        MqttProperty.ResponseTopic => (Text, Publish | Will),
        MqttProperty.CorrelationData => (Binary, Publish | Will),
        MqttProperty.SubscriptionIdentifier => (VariableByteInteger, Publish | Subscribe),
        MqttProperty.SessionExpiryInterval => (FourByteInteger, Connect | ConnAck | ClientDisconnect),
        MqttProperty.AssignedClientIdentifier => (Text, ConnAck),
        MqttProperty.ServerKeepAlive => (TwoByteInteger, ConnAck),
        MqttProperty.AuthenticationMethod => (Text, Connect | ConnAck | Auth),
        MqttProperty.AuthenticationData => (Binary, Connect | ConnAck | Auth),
        MqttProperty.RequestProblemInformation => (Flag, Connect),
        MqttProperty.WillDelayInterval => (FourByteInteger, Will),
        MqttProperty.RequestResponseInformation => (Flag, Connect),
        MqttProperty.ResponseInformation => (Text, ConnAck),
        MqttProperty.ServerReference => (Text, ConnAck | ServerDisconnect),
        MqttProperty.ReasonString => (Text, ConnAck | Acknowledgement | ClientDisconnect | ServerDisconnect | Auth),
        MqttProperty.ReceiveMaximum => (TwoByteInteger, Connect | ConnAck),
        MqttProperty.TopicAliasMaximum => (TwoByteInteger, Connect | ConnAck),
        MqttProperty.TopicAlias => (TwoByteInteger, Publish),
        MqttProperty.MaximumQos => (Flag, ConnAck),
        MqttProperty.RetainAvailable => (Flag, ConnAck),
        MqttProperty.UserProperty => (Pair, All),
        MqttProperty.MaximumPacketSize => (FourByteInteger, Connect | ConnAck),
        MqttProperty.WildcardSubscriptionAvailable => (Flag, ConnAck),
        MqttProperty.SubscriptionIdentifierAvailable => (Flag, ConnAck),
        MqttProperty.SharedSubscriptionAvailable => (Flag, ConnAck),
        _ => (Unknown, None),
    };

    /// <summary>Judges a whole property section. What passes can be enumerated without further checks.</summary>
    public static MqttFault Check(ReadOnlySpan<byte> encoded, MqttPropertyScope scope)
    {
        var reader = new MqttBodyReader(encoded);
        ulong seen = 0;
        while (!reader.IsEmpty)
        {
            // The identifier is a variable byte integer of which all known values take one byte.
            var id = reader.VariableInteger();
            var (type, allowedIn) = id <= byte.MaxValue ? Of((MqttProperty)id) : default;
            if (!reader.Fault.IsNone) return reader.Fault;
            if (type == Unknown) return MqttFault.Malformed("A property is unknown");

            // 2.2.2.2 names this malformed, unlike a repetition.
            if ((allowedIn & scope) == None) return MqttFault.Malformed("A property does not belong in this packet");

            var mayRepeat = type == Pair || (type == VariableByteInteger && scope == Publish);
            if ((seen & (1UL << id)) != 0 && !mayRepeat) return MqttFault.Protocol("A property is repeated");
            seen |= 1UL << id;
            CheckValue(ref reader, (MqttProperty)id, type);
        }

        if (!reader.Fault.IsNone) return reader.Fault;
        const ulong Data = 1UL << (int)MqttProperty.AuthenticationData;
        const ulong Method = 1UL << (int)MqttProperty.AuthenticationMethod;
        var lacksMethod = (seen & Method) == 0 && (scope == Auth || (seen & Data) != 0);
        return lacksMethod ? MqttFault.Protocol("The authentication method is missing") : default;
    }

    private static void CheckValue(ref MqttBodyReader reader, MqttProperty id, MqttPropertyType type)
    {
        switch (type)
        {
            case Flag:
                if (reader.Byte() > 1) reader.Fail(MqttFault.Protocol("A property that is 0 or 1 has another value"));
                break;
            case TwoByteInteger:
                var number = reader.UInt16();
                if (number != 0 || !reader.Fault.IsNone) break;
                if (id == MqttProperty.TopicAlias) reader.Fail(new MqttFault(MqttReason.TopicAliasInvalid, "A topic alias is 0"));
                if (id == MqttProperty.ReceiveMaximum) reader.Fail(MqttFault.Protocol("Receive Maximum is 0"));
                break;
            case FourByteInteger:
                if (reader.UInt32() == 0 && id == MqttProperty.MaximumPacketSize) reader.Fail(MqttFault.Protocol("Maximum Packet Size is 0"));
                break;
            case VariableByteInteger:
                if (reader.VariableInteger() == 0) reader.Fail(MqttFault.Protocol("A subscription identifier is 0"));
                break;
            case Text:
                var text = id == MqttProperty.ResponseTopic ? reader.Name() : reader.Text();
                if (id == MqttProperty.ResponseTopic && reader.Fault.IsNone && !MqttTopics.IsValidName(text)) reader.Fail(MqttFault.Protocol("The response topic is empty or has wildcards"));
                break;
            case Binary:
                reader.Binary();
                break;
            default:
                reader.Text();
                reader.Text();
                break;
        }
    }
}
