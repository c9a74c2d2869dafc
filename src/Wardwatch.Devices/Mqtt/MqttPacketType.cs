namespace Wardwatch.Devices.Mqtt;

/// <summary>The packet's kind, the high half of its first byte (MQTT 5.0, table 2-1).</summary>
public enum MqttPacketType : byte
{
    Connect = 1,
    ConnAck = 2,
    Publish = 3,
    PubAck = 4,
    PubRec = 5,
    PubRel = 6,
    PubComp = 7,
    Subscribe = 8,
    SubAck = 9,
    Unsubscribe = 10,
    UnsubAck = 11,
    PingReq = 12,
    PingResp = 13,
    Disconnect = 14,

    /// <summary>5.0 only.</summary>
    Auth = 15,
}

/// <summary>The protocol level that CONNECT names.</summary>
public enum MqttVersion : byte
{
    /// <summary>Before CONNECT has been read.</summary>
    Unknown = 0,

    /// <summary>MQTT 3.1.1.</summary>
    V311 = 4,

    /// <summary>MQTT 5.0.</summary>
    V500 = 5,
}

/// <summary>Which end a packet comes from; some packets, properties and reasons are allowed from one end only.</summary>
public enum MqttSender : byte
{
    Client,
    Server,
}

/// <summary>Who is speaking, and what: the context that a packet is read in.</summary>
/// <param name="Version">As agreed in CONNECT; irrelevant for CONNECT itself.</param>
/// <param name="Sender">The end that sent the packet.</param>
public readonly record struct MqttPeer(MqttVersion Version, MqttSender Sender);

/// <summary>Quality of service of a message.</summary>
public enum QualityOfService : byte
{
    AtMostOnce = 0,
    AtLeastOnce = 1,
    ExactlyOnce = 2,
}
