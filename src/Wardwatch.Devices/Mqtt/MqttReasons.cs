using static Wardwatch.Devices.Mqtt.MqttReason;

namespace Wardwatch.Devices.Mqtt;

/// <summary>Where each reason code may stand, and what 3.1.1 says instead.</summary>
public static class MqttReasons
{
    /// <summary>True for 0x80 and above.</summary>
    public static bool IsFailure(this MqttReason reason) => reason >= UnspecifiedError;

    /// <summary>Whether a 5.0 packet of this type, from this end, may carry the reason (MQTT 5.0, table 2-6 and 3.14.2.1).</summary>
    public static bool IsAllowedIn(this MqttReason reason, MqttPacketType type, MqttSender sender) => type switch
    {
        MqttPacketType.ConnAck => reason is Success
            or (>= UnspecifiedError and <= Banned) or BadAuthenticationMethod or TopicNameInvalid or PacketTooLarge or QuotaExceeded
            or (>= PayloadFormatInvalid and <= ServerMoved) or ConnectionRateExceeded,
        MqttPacketType.PubAck or MqttPacketType.PubRec => reason is Success or NoMatchingSubscribers or UnspecifiedError
            or ImplementationSpecificError or NotAuthorized or TopicNameInvalid or PacketIdentifierInUse or QuotaExceeded or PayloadFormatInvalid,
        MqttPacketType.PubRel or MqttPacketType.PubComp => reason is Success or PacketIdentifierNotFound,
        MqttPacketType.SubAck => reason is Success or GrantedQos1 or GrantedQos2 or UnspecifiedError or ImplementationSpecificError
            or NotAuthorized or TopicFilterInvalid or PacketIdentifierInUse or QuotaExceeded or SharedSubscriptionsNotSupported
            or SubscriptionIdentifiersNotSupported or WildcardSubscriptionsNotSupported,
        MqttPacketType.UnsubAck => reason is Success or NoSubscriptionExisted or UnspecifiedError or ImplementationSpecificError
            or NotAuthorized or TopicFilterInvalid or PacketIdentifierInUse,
        MqttPacketType.Disconnect => sender == MqttSender.Client ? IsAllowedInClientsDisconnect(reason) : IsAllowedInServersDisconnect(reason),
        MqttPacketType.Auth => reason is Success or ContinueAuthentication || (reason is Reauthenticate && sender == MqttSender.Client),
        _ => false,
    };

    /// <summary>
    /// The CONNACK return code of 3.1.1 (table 3.1). What 3.1.1 has no word for is "server unavailable", which asks the client to try later.
    /// </summary>
    public static byte ToConnectReturnCode(this MqttReason reason) => reason switch
    {
        Success => 0,
        UnsupportedProtocolVersion => 1,
        ClientIdentifierNotValid => 2,
        BadUserNameOrPassword => 4,
        NotAuthorized or Banned or BadAuthenticationMethod => 5,
        _ => 3,
    };

    /// <summary>The reason that a 3.1.1 CONNACK return code stands for; false above 5, which is reserved.</summary>
    public static bool TryFromConnectReturnCode(byte code, out MqttReason reason)
    {
        reason = code switch
        {
            0 => Success,
            1 => UnsupportedProtocolVersion,
            2 => ClientIdentifierNotValid,
            3 => ServerUnavailable,
            4 => BadUserNameOrPassword,
            5 => NotAuthorized,
            _ => UnspecifiedError,
        };
        return code <= 5;
    }

    private static bool IsAllowedInClientsDisconnect(MqttReason reason) => reason is Success or DisconnectWithWill
        or (>= UnspecifiedError and <= ImplementationSpecificError) or TopicNameInvalid or (>= ReceiveMaximumExceeded and <= PayloadFormatInvalid);

    private static bool IsAllowedInServersDisconnect(MqttReason reason) => reason is Success
        or (>= UnspecifiedError and <= ImplementationSpecificError) or NotAuthorized or ServerBusy
        or (>= ServerShuttingDown and <= TopicNameInvalid) or (>= ReceiveMaximumExceeded and <= WildcardSubscriptionsNotSupported);
}
