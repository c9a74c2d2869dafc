using System.Buffers.Binary;

namespace Wardwatch.Devices.Mqtt;

/// <summary>Writes a packet's body from front to back into a span of the right length.</summary>
internal ref struct MqttBodyWriter(Span<byte> body)
{
    private Span<byte> rest = body;

    public void Byte(byte value)
    {
        rest[0] = value;
        rest = rest[1..];
    }

    public void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(rest, value);
        rest = rest[2..];
    }

    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(rest, value);
        rest = rest[4..];
    }

    public void PacketId(ushort value)
    {
        if (value == 0) throw new ArgumentException("A packet identifier is never 0", nameof(value));
        UInt16(value);
    }

    public void VariableInteger(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MqttFrames.MaxBodyLength);
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }

    /// <summary>Two bytes of length, then the bytes: strings and binary data alike.</summary>
    public void Field(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > ushort.MaxValue) throw new ArgumentException("A string or binary field has at most 65,535 bytes", nameof(bytes));
        UInt16((ushort)bytes.Length);
        Raw(bytes);
    }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }

    /// <summary>The length and the properties for 5.0; nothing for 3.1.1, which has none.</summary>
    public void Properties(MqttVersion version, MqttProperties properties)
    {
        if (version != MqttVersion.V500) return;
        VariableInteger(properties.Encoded.Length);
        Raw(properties.Encoded);
    }

    public static int FieldLength(ReadOnlySpan<byte> bytes) => 2 + bytes.Length;

    public static int PropertiesLength(MqttVersion version, MqttProperties properties) =>
        version == MqttVersion.V500 ? MqttFrames.LengthBytes(properties.Encoded.Length) + properties.Encoded.Length : 0;
}
