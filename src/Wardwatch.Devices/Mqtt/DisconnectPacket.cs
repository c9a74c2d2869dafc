namespace Wardwatch.Devices.Mqtt;

/// <summary>
/// DISCONNECT, the last packet of an orderly end. Servers send it in 5.0 only.
/// <code>
///  | E0 | length |
///  | 5.0: reason, absent where it is 0 and nothing follows | 5.0: properties, absent where there are none |
/// </code>
/// </summary>
public readonly ref struct DisconnectPacket : IMqttPacket<DisconnectPacket>
{
    /// <summary><see cref="MqttReason.Success"/> is a normal disconnection, and all that 3.1.1 can say.</summary>
    public MqttReason Reason { get; init; }

    public MqttProperties Properties { get; init; }

    public byte FirstByte => (byte)MqttPacketType.Disconnect << 4;

    public static bool TryRead(MqttFrameHeader header, ReadOnlySpan<byte> body, MqttPeer peer, out DisconnectPacket packet, out MqttFault fault)
    {
        var reader = new MqttBodyReader(body);
        packet = default;
        if (peer.Version == MqttVersion.V500 && !reader.IsEmpty)
        {
            var reason = (MqttReason)reader.Byte();
            if (!reason.IsAllowedIn(MqttPacketType.Disconnect, peer.Sender)) reader.Fail(MqttFault.Protocol("The reason does not belong in DISCONNECT"));
            var scope = peer.Sender == MqttSender.Client ? MqttPropertyScope.ClientDisconnect : MqttPropertyScope.ServerDisconnect;
            packet = new DisconnectPacket { Reason = reason, Properties = reader.IsEmpty ? default : reader.Properties(peer.Version, scope) };
        }

        return reader.TryEnd(out fault);
    }

    public int BodyLength(MqttVersion version)
    {
        if (!HasReason(version)) return 0;
        return 1 + (Properties.IsEmpty ? 0 : MqttBodyWriter.PropertiesLength(version, Properties));
    }

    public void WriteBody(Span<byte> body, MqttVersion version)
    {
        if (!HasReason(version)) return;
        var writer = new MqttBodyWriter(body);
        writer.Byte((byte)Reason);
        if (!Properties.IsEmpty) writer.Properties(version, Properties);
    }

    private bool HasReason(MqttVersion version) => version == MqttVersion.V500 && (Reason != MqttReason.Success || !Properties.IsEmpty);
}

/// <summary>
/// AUTH, a step of an extended authentication; 5.0 only.
/// <code>
///  | F0 | length |
///  | reason and properties, both absent where the reason is 0 and there are no properties |
/// </code>
/// </summary>
public readonly ref struct AuthPacket : IMqttPacket<AuthPacket>
{
    public MqttReason Reason { get; init; }

    /// <summary>If any, then with an authentication method among them.</summary>
    public MqttProperties Properties { get; init; }

    public byte FirstByte => (byte)MqttPacketType.Auth << 4;

    public static bool TryRead(MqttFrameHeader header, ReadOnlySpan<byte> body, MqttPeer peer, out AuthPacket packet, out MqttFault fault)
    {
        var reader = new MqttBodyReader(body);
        packet = default;
        if (peer.Version != MqttVersion.V500) reader.Fail(MqttFault.Malformed("3.1.1 has no AUTH"));
        if (!reader.IsEmpty)
        {
            var reason = (MqttReason)reader.Byte();
            if (!reason.IsAllowedIn(MqttPacketType.Auth, peer.Sender)) reader.Fail(MqttFault.Protocol("The reason does not belong in AUTH"));
            packet = new AuthPacket { Reason = reason, Properties = reader.Properties(peer.Version, MqttPropertyScope.Auth) };
            if (packet.Properties.IsEmpty) reader.Fail(MqttFault.Protocol("The authentication method is missing"));
        }

        return reader.TryEnd(out fault);
    }

    public int BodyLength(MqttVersion version) => IsShort ? 0 : 1 + MqttBodyWriter.PropertiesLength(version, Properties);

    /// <exception cref="ArgumentException">The version is 3.1.1.</exception>
    public void WriteBody(Span<byte> body, MqttVersion version)
    {
        if (version != MqttVersion.V500) throw new ArgumentException("3.1.1 has no AUTH", nameof(version));
        if (IsShort) return;
        var writer = new MqttBodyWriter(body);
        writer.Byte((byte)Reason);
        writer.Properties(version, Properties);
    }

    private bool IsShort => Reason == MqttReason.Success && Properties.IsEmpty;
}
