namespace Wardwatch.Devices.Mqtt;

/// <summary>
/// CONNACK, the server's answer to CONNECT.
/// <code>
///  | 20 | length |
///  | 0000000 session present: 1 bit | reason (3.1.1: return code 0..5) | 5.0: properties |
/// </code>
/// </summary>
public readonly ref struct ConnAckPacket : IMqttPacket<ConnAckPacket>
{
    public bool SessionPresent { get; init; }

    /// <summary>Translated from and to the return codes of 3.1.1 (<see cref="MqttReasons.ToConnectReturnCode"/>).</summary>
    public MqttReason Reason { get; init; }

    public MqttProperties Properties { get; init; }

    public byte FirstByte => (byte)MqttPacketType.ConnAck << 4;

    public static bool TryRead(MqttFrameHeader header, ReadOnlySpan<byte> body, MqttPeer peer, out ConnAckPacket packet, out MqttFault fault)
    {
        var reader = new MqttBodyReader(body);
        var flags = reader.Byte();
        var code = reader.Byte();
        if (flags > 1) reader.Fail(MqttFault.Malformed("A reserved flag of CONNACK is set"));
        var reason = (MqttReason)code;
        if (peer.Version == MqttVersion.V311)
        {
            if (!MqttReasons.TryFromConnectReturnCode(code, out reason)) reader.Fail(MqttFault.Malformed("The return code is reserved"));
        }
        else if (reader.IsEmpty && code == 1)
        {
            // A server that knows 3.1.1 only answers in its own form.
            reader.Fail(new MqttFault(MqttReason.UnsupportedProtocolVersion, "The server does not speak 5.0"));
        }
        else if (reader.Fault.IsNone && !reason.IsAllowedIn(MqttPacketType.ConnAck, MqttSender.Server))
        {
            reader.Fail(MqttFault.Protocol("The reason does not belong in CONNACK"));
        }

        if (flags == 1 && code != 0) reader.Fail(MqttFault.Protocol("A refused connection has a session"));
        packet = new ConnAckPacket
        {
            SessionPresent = flags == 1,
            Reason = reason,
            Properties = reader.Properties(peer.Version, MqttPropertyScope.ConnAck),
        };
        return reader.TryEnd(out fault);
    }

    public int BodyLength(MqttVersion version) => 2 + MqttBodyWriter.PropertiesLength(version, Properties);

    public void WriteBody(Span<byte> body, MqttVersion version)
    {
        var writer = new MqttBodyWriter(body);
        writer.Byte(SessionPresent && Reason == MqttReason.Success ? (byte)1 : (byte)0);
        writer.Byte(version == MqttVersion.V500 ? (byte)Reason : Reason.ToConnectReturnCode());
        writer.Properties(version, Properties);
    }
}
