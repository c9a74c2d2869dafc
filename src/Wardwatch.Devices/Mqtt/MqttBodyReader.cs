using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Wardwatch.Devices.Mqtt;

/// <summary>
/// Reads a packet's body from front to back. The first fault sticks: later reads answer empty values, so that a packet's fields can be
/// read in a row and judged once at the end.
/// </summary>
internal ref struct MqttBodyReader(ReadOnlySpan<byte> body)
{
    private const string EndsEarly = "The packet ends before its fields do";

    private ReadOnlySpan<byte> rest = body;

    public MqttFault Fault { get; private set; }

    public readonly bool IsEmpty => rest.IsEmpty;

    public readonly int Remaining => rest.Length;

    /// <summary>Keeps the first fault only, and stops reading.</summary>
    public void Fail(MqttFault fault)
    {
        if (Fault.IsNone) Fault = fault;
        rest = default;
    }

    public byte Byte()
    {
        if (rest.IsEmpty)
        {
            Fail(MqttFault.Malformed(EndsEarly));
            return 0;
        }

        var value = rest[0];
        rest = rest[1..];
        return value;
    }

    public ushort UInt16()
    {
        var bytes = Take(2);
        return bytes.IsEmpty ? (ushort)0 : BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }

    public uint UInt32()
    {
        var bytes = Take(4);
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    /// <summary>A packet identifier, which is never 0 (MQTT-2.2.1-3).</summary>
    public ushort PacketId()
    {
        var id = UInt16();
        if (id == 0) Fail(MqttFault.Protocol("A packet identifier is 0"));
        return id;
    }

    /// <summary>1..4 bytes, 7 bits each, lowest first, no more of them than needed (MQTT-1.5.5-1).</summary>
    public int VariableInteger()
    {
        var value = 0;
        for (var shift = 0; shift <= 21; shift += 7)
        {
            var part = Byte();
            value |= (part & 0x7F) << shift;
            if (part >= 0x80) continue;
            if (part == 0 && shift > 0) Fail(MqttFault.Malformed("A variable byte integer is longer than it needs to be"));
            return value;
        }

        Fail(MqttFault.Malformed("A variable byte integer has more than four bytes"));
        return 0;
    }

    /// <summary>Two bytes of length, then the bytes.</summary>
    public ReadOnlySpan<byte> Binary() => Take(UInt16());

    /// <summary>Like <see cref="Binary"/>, but well-formed UTF-8 without U+0000 (MQTT-1.5.4-1 and -2).</summary>
    public ReadOnlySpan<byte> Text()
    {
        var text = Binary();
        if (Utf8.IsValid(text) && !text.Contains((byte)0)) return text;
        Fail(MqttFault.Malformed("A string is not well-formed UTF-8, or has a U+0000"));
        return default;
    }

    /// <summary>
    /// Like <see cref="Text"/>, for client ids, user names, topics and filters: also without control characters and non-characters, which the standards let a
    /// receiver refuse (5.0: 1.5.4, 3.1.1: 1.5.3). A name with a line break in it would look like something else wherever it is shown.
    /// </summary>
    public ReadOnlySpan<byte> Name()
    {
        var name = Binary();
        if (!name.ContainsAnyExceptInRange((byte)' ', (byte)'~') || IsPlain(name)) return name;
        Fail(MqttFault.Malformed("A name is not well-formed UTF-8, or has control characters"));
        return default;
    }

    /// <summary>The properties of a 5.0 packet with their length before them; nothing for 3.1.1.</summary>
    public MqttProperties Properties(MqttVersion version, MqttPropertyScope scope)
    {
        if (version != MqttVersion.V500) return default;
        var length = VariableInteger();
        if (length == 0 || !Fault.IsNone) return default;
        var encoded = Take(length);
        if (!Fault.IsNone) return default;
        var fault = MqttPropertyRules.Check(encoded, scope);
        if (fault.IsNone) return new MqttProperties(encoded);
        Fail(fault);
        return default;
    }

    /// <summary>Everything that is left.</summary>
    public ReadOnlySpan<byte> TakeRest()
    {
        var taken = rest;
        rest = default;
        return taken;
    }

    public ReadOnlySpan<byte> Take(int length)
    {
        if (length > rest.Length)
        {
            Fail(MqttFault.Malformed(EndsEarly));
            return default;
        }

        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }

    private static bool IsPlain(ReadOnlySpan<byte> name)
    {
        while (!name.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(name, out var rune, out var length) != OperationStatus.Done || IsControl(rune.Value) || IsNonCharacter(rune.Value)) return false;
            name = name[length..];
        }

        return true;
    }

    private static bool IsControl(int value) => value is < 0x20 or (>= 0x7F and <= 0x9F);

    private static bool IsNonCharacter(int value) => (value & 0xFFFE) == 0xFFFE || value is >= 0xFDD0 and <= 0xFDEF;

    /// <summary>Ends the reading: bytes that are left are a fault. True if there was none.</summary>
    public bool TryEnd(out MqttFault fault)
    {
        if (!rest.IsEmpty) Fail(MqttFault.Malformed("Bytes follow the packet's last field"));
        fault = Fault;
        return fault.IsNone;
    }
}
