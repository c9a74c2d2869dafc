namespace Wardwatch.Devices.Mqtt;

/// <summary>What is wrong with a packet that could not be read. The default value means that nothing is.</summary>
/// <param name="Reason">What to answer in CONNACK or DISCONNECT before closing.</param>
/// <param name="Detail">A fixed English phrase without any of the packet's content, fit for logs and reason strings.</param>
public readonly record struct MqttFault(MqttReason Reason, string? Detail)
{
    public bool IsNone => Detail is null;

    internal static MqttFault Malformed(string detail) => new(MqttReason.MalformedPacket, detail);

    internal static MqttFault Protocol(string detail) => new(MqttReason.ProtocolError, detail);
}
