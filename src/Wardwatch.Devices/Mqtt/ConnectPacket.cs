namespace Wardwatch.Devices.Mqtt;

/// <summary>
/// CONNECT, the first packet of a connection.
/// <code>
///  | 10 | length |
///  | 00 04 M Q T T | level: 4 or 5 | flags | keep alive: u16 | 5.0: properties |
///  | client id | will: 5.0 properties, topic, payload | user name | password |
///
///  flags: | user name | password | will retain | will QoS: 2 bits | will | clean start | 0 |
/// </code>
/// </summary>
public readonly ref struct ConnectPacket : IMqttPacket<ConnectPacket>
{
    private const byte CleanStartFlag = 0x02;
    private const byte WillFlag = 0x04;
    private const byte WillRetainFlag = 0x20;
    private const byte PasswordFlag = 0x40;
    private const byte UserNameFlag = 0x80;

    private static ReadOnlySpan<byte> ProtocolName => "MQTT"u8;

    /// <summary>What MQTT 3.1 called itself. Its clients can be told that the version is not spoken here.</summary>
    private static ReadOnlySpan<byte> FormerProtocolName => "MQIsdp"u8;

    /// <summary>True where the protocol's name is that of MQTT, or of its version 3.1. Filled even if reading fails later: others would not understand an answer.</summary>
    public bool IsMqtt { get; init; }

    /// <summary>The level byte as sent. Filled even if reading fails later, so that the answer can be in the client's version.</summary>
    public byte ProtocolLevel { get; init; }

    /// <summary><see cref="MqttVersion.Unknown"/> where the level is neither 4 nor 5.</summary>
    public MqttVersion Version => ProtocolLevel is 4 or 5 ? (MqttVersion)ProtocolLevel : MqttVersion.Unknown;

    /// <summary>Clean Session in 3.1.1.</summary>
    public bool CleanStart { get; init; }

    /// <summary>Seconds; 0 is never.</summary>
    public ushort KeepAlive { get; init; }

    /// <summary>May be empty: the server is to assign one, or to refuse (3.1.1: must refuse without a clean session).</summary>
    public ReadOnlySpan<byte> ClientId { get; init; }

    public bool HasWill { get; init; }

    public ReadOnlySpan<byte> WillTopic { get; init; }

    public ReadOnlySpan<byte> WillPayload { get; init; }

    public QualityOfService WillQos { get; init; }

    public bool WillRetain { get; init; }

    public MqttProperties WillProperties { get; init; }

    public bool HasUserName { get; init; }

    public ReadOnlySpan<byte> UserName { get; init; }

    public bool HasPassword { get; init; }

    /// <summary>A secret: never log it.</summary>
    public ReadOnlySpan<byte> Password { get; init; }

    public MqttProperties Properties { get; init; }

    public byte FirstByte => (byte)MqttPacketType.Connect << 4;

    /// <summary>Reads a CONNECT. A client of another protocol or level gets <see cref="MqttReason.UnsupportedProtocolVersion"/>.</summary>
    public static bool TryRead(MqttFrameHeader header, ReadOnlySpan<byte> body, MqttPeer peer, out ConnectPacket packet, out MqttFault fault)
    {
        packet = default;
        var reader = new MqttBodyReader(body);
        var name = reader.Binary();
        var level = reader.Byte();
        if (!reader.Fault.IsNone) return reader.TryEnd(out fault);

        var isCurrent = name.SequenceEqual(ProtocolName);
        if (!isCurrent && !name.SequenceEqual(FormerProtocolName))
        {
            fault = new MqttFault(MqttReason.UnsupportedProtocolVersion, "The protocol is not MQTT");
            return false;
        }

        packet = new ConnectPacket { IsMqtt = true, ProtocolLevel = level };
        var version = isCurrent ? packet.Version : MqttVersion.Unknown;
        if (version == MqttVersion.Unknown)
        {
            fault = new MqttFault(MqttReason.UnsupportedProtocolVersion, "The protocol level is neither 3.1.1 nor 5.0");
            return false;
        }

        var flags = reader.Byte();
        var flagFault = CheckFlags(flags, version);
        if (!flagFault.IsNone) reader.Fail(flagFault);
        if (version == MqttVersion.V500 && header.IsOverlong) reader.Fail(MqttFault.Malformed("The remaining length is longer than it needs to be"));

        var keepAlive = reader.UInt16();
        var properties = reader.Properties(version, MqttPropertyScope.Connect);
        var clientId = reader.Name();
        var hasWill = (flags & WillFlag) != 0;
        var willProperties = hasWill ? reader.Properties(version, MqttPropertyScope.Will) : default;
        var willTopic = hasWill ? reader.Name() : default;
        if (hasWill && reader.Fault.IsNone && !MqttTopics.IsValidName(willTopic)) reader.Fail(MqttFault.Malformed("The will's topic is empty or has wildcards"));
        var willPayload = hasWill ? reader.Binary() : default;
        var hasUserName = (flags & UserNameFlag) != 0;
        var hasPassword = (flags & PasswordFlag) != 0;
        packet = new ConnectPacket
        {
            IsMqtt = true,
            ProtocolLevel = level,
            CleanStart = (flags & CleanStartFlag) != 0,
            KeepAlive = keepAlive,
            Properties = properties,
            ClientId = clientId,
            HasWill = hasWill,
            WillProperties = willProperties,
            WillTopic = willTopic,
            WillPayload = willPayload,
            WillQos = (QualityOfService)((flags >> 3) & 3),
            WillRetain = (flags & WillRetainFlag) != 0,
            HasUserName = hasUserName,
            UserName = hasUserName ? reader.Name() : default,
            HasPassword = hasPassword,
            Password = hasPassword ? reader.Binary() : default,
        };
        return reader.TryEnd(out fault);
    }

    public int BodyLength(MqttVersion version)
    {
        var length = MqttBodyWriter.FieldLength(ProtocolName) + 4 + MqttBodyWriter.PropertiesLength(version, Properties) + MqttBodyWriter.FieldLength(ClientId);
        if (HasWill) length += MqttBodyWriter.PropertiesLength(version, WillProperties) + MqttBodyWriter.FieldLength(WillTopic) + MqttBodyWriter.FieldLength(WillPayload);
        if (HasUserName) length += MqttBodyWriter.FieldLength(UserName);
        if (HasPassword) length += MqttBodyWriter.FieldLength(Password);
        return length;
    }

    /// <summary>The level is written from <paramref name="version"/>.</summary>
    public void WriteBody(Span<byte> body, MqttVersion version)
    {
        if (version == MqttVersion.V311 && HasPassword && !HasUserName) throw new ArgumentException("3.1.1 has no password without a user name", nameof(version));
        var flags = (CleanStart ? CleanStartFlag : 0) | (HasUserName ? UserNameFlag : 0) | (HasPassword ? PasswordFlag : 0);
        if (HasWill) flags |= WillFlag | ((byte)WillQos << 3) | (WillRetain ? WillRetainFlag : 0);

        var writer = new MqttBodyWriter(body);
        writer.Field(ProtocolName);
        writer.Byte((byte)version);
        writer.Byte((byte)flags);
        writer.UInt16(KeepAlive);
        writer.Properties(version, Properties);
        writer.Field(ClientId);
        if (HasWill)
        {
            writer.Properties(version, WillProperties);
            writer.Field(WillTopic);
            writer.Field(WillPayload);
        }

        if (HasUserName) writer.Field(UserName);
        if (HasPassword) writer.Field(Password);
    }

    private static MqttFault CheckFlags(byte flags, MqttVersion version)
    {
        if ((flags & 1) != 0) return MqttFault.Malformed("A reserved flag of CONNECT is set");
        var willQos = (flags >> 3) & 3;
        if (willQos == 3) return MqttFault.Malformed("The will's QoS is 3");
        if ((flags & WillFlag) == 0 && (willQos != 0 || (flags & WillRetainFlag) != 0)) return MqttFault.Malformed("Flags of a will are set without a will");
        if (version == MqttVersion.V311 && (flags & PasswordFlag) != 0 && (flags & UserNameFlag) == 0) return MqttFault.Malformed("There is a password without a user name");
        return default;
    }
}
