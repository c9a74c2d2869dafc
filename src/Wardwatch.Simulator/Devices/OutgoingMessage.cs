using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Wardwatch.Devices.Ascon;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Devices.Mqtt;

namespace Wardwatch.Simulator.Devices;

/// <summary>
/// A message on its way: the complete PUBLISH packet, kept byte for byte until it is acknowledged, so that a second sending is the same envelope. Only the
/// duplicate flag and the packet identifier change, which are no part of the envelope.
/// </summary>
internal sealed class OutgoingMessage(byte[] packet, int packetIdOffset, ulong counter)
{
    private const byte DuplicateFlag = 0x08;

    /// <summary>The counter within the device's boot.</summary>
    public ulong Counter => counter;

    /// <summary>The packet as it is sent.</summary>
    public ReadOnlySpan<byte> Packet => packet;

    public ushort PacketId
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(packetIdOffset));
        set => BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(packetIdOffset), value);
    }

    /// <summary>When it was sent the last time, as a time stamp of the clock; 0 before.</summary>
    public long SentAt { get; set; }

    public void MarkAsDuplicate() => packet[0] |= DuplicateFlag;

    /// <summary>The envelope's bytes, for a fault to change.</summary>
    public Span<byte> EnvelopeBytes(int envelopeLength) => packet.AsSpan(packet.Length - envelopeLength);

    /// <summary>The same envelope once more, as a message of its own.</summary>
    public OutgoingMessage Copy() => new([.. packet], packetIdOffset, counter);
}

/// <summary>
/// What makes a device's messages: its key, a boot id drawn at random when it starts, and a counter that only goes up.
/// </summary>
internal sealed class MessageSealer
{
    private readonly IAeadCipher _cipher;
    private readonly uint _keyId;
    private readonly byte[] _topic;
    private readonly byte[] _statusTopic;
    private readonly MqttVersion _version;
    private ulong _counter;

    public MessageSealer(DeviceCredentials credentials, ulong bootId, MqttVersion version)
    {
        _cipher = AeadCipher.Create(AeadAlgorithm.AsconAead128, credentials.Key);
        _keyId = credentials.KeyId;
        _topic = Encoding.UTF8.GetBytes(credentials.Topic);
        _statusTopic = Encoding.UTF8.GetBytes($"devices/{credentials.Device}/status");
        _version = version;
        BootId = bootId;
    }

    public ulong BootId { get; }

    /// <summary>Seals a payload under the device's key, or under another one where a fault wants it.</summary>
    public OutgoingMessage Seal(ReadOnlySpan<byte> payload, IAeadCipher? otherCipher) => Seal(EnvelopeKind.Vitals, _topic, payload, otherCipher);

    /// <summary>Seals what the device says of itself.</summary>
    public OutgoingMessage SealStatus(ReadOnlySpan<byte> payload) => Seal(EnvelopeKind.DeviceStatus, _statusTopic, payload, otherCipher: null);

    private OutgoingMessage Seal(EnvelopeKind kind, byte[] topic, ReadOnlySpan<byte> payload, IAeadCipher? otherCipher)
    {
        var envelopeLength = payload.Length + Envelope.Overhead;
        var rented = ArrayPool<byte>.Shared.Rent(envelopeLength);
        try
        {
            var envelope = rented.AsSpan(0, envelopeLength);
            Envelope.Seal(otherCipher ?? _cipher, new EnvelopeHeader(kind, _keyId, BootId, ++_counter), topic, payload, envelope);
            var publish = new PublishPacket { Topic = topic, PacketId = 1, Qos = QualityOfService.AtLeastOnce, Payload = envelope };
            var packet = new byte[MqttWriter.Length(publish, _version)];
            MqttWriter.Write(packet, publish, _version);

            // Behind the topic stand the packet identifier, in 5.0 the (empty) properties, and the payload.
            var behindIdentifier = envelopeLength + (_version == MqttVersion.V500 ? 1 : 0);
            return new OutgoingMessage(packet, packet.Length - behindIdentifier - sizeof(ushort), _counter);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
