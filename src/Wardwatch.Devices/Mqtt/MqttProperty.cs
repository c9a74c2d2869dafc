namespace Wardwatch.Devices.Mqtt;

/// <summary>Property identifiers (MQTT 5.0, table 2-4).</summary>
public enum MqttProperty : byte
{
    PayloadFormatIndicator = 1,
    MessageExpiryInterval = 2,
    ContentType = 3,
    ResponseTopic = 8,
    CorrelationData = 9,
    SubscriptionIdentifier = 11,
    SessionExpiryInterval = 17,
    AssignedClientIdentifier = 18,
    ServerKeepAlive = 19,
    AuthenticationMethod = 21,
    AuthenticationData = 22,
    RequestProblemInformation = 23,
    WillDelayInterval = 24,
    RequestResponseInformation = 25,
    ResponseInformation = 26,
    ServerReference = 28,
    ReasonString = 31,
    ReceiveMaximum = 33,
    TopicAliasMaximum = 34,
    TopicAlias = 35,
    MaximumQos = 36,
    RetainAvailable = 37,
    UserProperty = 38,
    MaximumPacketSize = 39,
    WildcardSubscriptionAvailable = 40,
    SubscriptionIdentifierAvailable = 41,
    SharedSubscriptionAvailable = 42,
}

/// <summary>Where properties may stand: a packet, or the will in CONNECT.</summary>
[Flags]
internal enum MqttPropertyScope : ushort
{
    None = 0,
    Connect = 1,
    Will = 1 << 1,
    ConnAck = 1 << 2,
    Publish = 1 << 3,

    /// <summary>PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK and UNSUBACK allow the same.</summary>
    Acknowledgement = 1 << 4,
    Subscribe = 1 << 5,
    Unsubscribe = 1 << 6,
    ClientDisconnect = 1 << 7,
    ServerDisconnect = 1 << 8,
    Auth = 1 << 9,

    All = (1 << 10) - 1,
}

/// <summary>How a property's value is written.</summary>
internal enum MqttPropertyType : byte
{
    /// <summary>There is no such property.</summary>
    Unknown = 0,

    /// <summary>One byte, 0 or 1.</summary>
    Flag,
    TwoByteInteger,
    FourByteInteger,
    VariableByteInteger,
    Text,
    Binary,

    /// <summary>Name and value, both text.</summary>
    Pair,
}
