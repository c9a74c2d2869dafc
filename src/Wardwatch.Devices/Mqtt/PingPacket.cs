namespace Wardwatch.Devices.Mqtt;

/// <summary>
/// PINGREQ and PINGRESP.
/// <code>
///  | C0 or D0 | 00 |
/// </code>
/// </summary>
public readonly ref struct PingPacket : IMqttPacket<PingPacket>
{
    /// <summary>False for PINGREQ, true for PINGRESP.</summary>
    public bool IsResponse { get; init; }

    public byte FirstByte => (byte)((byte)(IsResponse ? MqttPacketType.PingResp : MqttPacketType.PingReq) << 4);

    public static bool TryRead(MqttFrameHeader header, ReadOnlySpan<byte> body, MqttPeer peer, out PingPacket packet, out MqttFault fault)
    {
        packet = new PingPacket { IsResponse = header.Type == MqttPacketType.PingResp };
        return new MqttBodyReader(body).TryEnd(out fault);
    }

    public int BodyLength(MqttVersion version) => 0;

    public void WriteBody(Span<byte> body, MqttVersion version)
    {
        // The fixed header is all there is.
    }
}
