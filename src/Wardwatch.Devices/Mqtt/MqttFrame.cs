using System.Buffers;

namespace Wardwatch.Devices.Mqtt;

/// <summary>What became of an attempt to find the next packet in a buffer.</summary>
public enum FrameStatus : byte
{
    /// <summary>The buffer holds a complete packet.</summary>
    Ok,

    /// <summary>The buffer holds less than a packet.</summary>
    NeedMore,

    /// <summary>The packet is longer than allowed. Decided from its header, before its body arrives. Answer 0x95 and close.</summary>
    TooLarge,

    /// <summary>The packet's first bytes cannot be right. Answer 0x81 and close.</summary>
    Malformed,
}

/// <summary>The fixed header of a packet (MQTT 5.0, 2.1).</summary>
/// <param name="FirstByte">Type in the high half, flags in the low.</param>
/// <param name="HeaderLength">2..5 bytes, these included.</param>
/// <param name="BodyLength">What follows the header.</param>
public readonly record struct MqttFrameHeader(byte FirstByte, int HeaderLength, int BodyLength)
{
    public MqttPacketType Type => (MqttPacketType)(FirstByte >> 4);

    public byte Flags => (byte)(FirstByte & 0x0F);

    /// <summary>What the standard calls packet size, and what <c>maxBytes</c> is compared with.</summary>
    public int TotalLength => HeaderLength + BodyLength;

    /// <summary>True where the length has more bytes than it needs, which 5.0 forbids (MQTT-1.5.5-1) and 3.1.1 does not.</summary>
    internal bool IsOverlong => HeaderLength - 1 > MqttFrames.LengthBytes(BodyLength);
}

/// <summary>A packet in a buffer; valid as long as the buffer is.</summary>
/// <param name="Header">Its fixed header.</param>
/// <param name="Body">The bytes after the header, possibly in several segments.</param>
public readonly record struct MqttFrame(MqttFrameHeader Header, ReadOnlySequence<byte> Body)
{
    /// <summary>The body in one piece: the buffer itself where it lies in one segment, else copied to the start of <paramref name="scratch"/>.</summary>
    /// <param name="scratch">The caller's; used only if <c>!Body.IsSingleSegment</c>, and then at least <c>Header.BodyLength</c> bytes.</param>
    public ReadOnlySpan<byte> Contiguous(Span<byte> scratch)
    {
        if (Body.IsSingleSegment) return Body.FirstSpan;
        Body.CopyTo(scratch);
        return scratch[..Header.BodyLength];
    }
}

/// <summary>
/// Finds packets in a stream of bytes. Looks at the header only, allocates nothing, and believes no declared length above the caller's limit.
/// <code>
///  | type: 4 bits | flags: 4 bits | remaining length: 1..4 bytes, 7 bits each, lowest first | body |
/// </code>
/// </summary>
public static class MqttFrames
{
    /// <summary>The longest body that the header can announce.</summary>
    public const int MaxBodyLength = 268_435_455;

    private const int MaxHeaderLength = 5;

    /// <summary>Reads the fixed header at the start of a contiguous buffer.</summary>
    /// <param name="buffer">Bytes as they arrived; the packet's body, where the answer is Ok, is <c>buffer.Slice(header.HeaderLength, header.BodyLength)</c>.</param>
    /// <param name="version">As agreed in CONNECT, or <see cref="MqttVersion.Unknown"/> before.</param>
    /// <param name="maxBytes">The longest packet that is accepted, header included.</param>
    /// <param name="header">Complete for Ok and TooLarge, and for NeedMore as soon as the length is known (else default).</param>
    public static FrameStatus TryRead(ReadOnlySpan<byte> buffer, MqttVersion version, int maxBytes, out MqttFrameHeader header)
    {
        header = default;
        if (buffer.IsEmpty) return FrameStatus.NeedMore;
        var first = buffer[0];
        if (!IsAllowedFirstByte(first)) return FrameStatus.Malformed;

        var length = 0;
        var at = 1;
        while (true)
        {
            if (at == MaxHeaderLength) return FrameStatus.Malformed; // a fifth byte of length
            if (at == buffer.Length) return FrameStatus.NeedMore;
            var part = buffer[at];
            length |= (part & 0x7F) << (7 * (at - 1));
            at++;
            if (part < 0x80) break;
        }

        header = new MqttFrameHeader(first, at, length);
        if (header.IsOverlong && version == MqttVersion.V500) return FrameStatus.Malformed;
        if (header.TotalLength > maxBytes) return FrameStatus.TooLarge;
        return buffer.Length < header.TotalLength ? FrameStatus.NeedMore : FrameStatus.Ok;
    }

    /// <summary>Reads the packet at the start of a buffer of one or several segments.</summary>
    /// <inheritdoc cref="TryRead(ReadOnlySpan{byte}, MqttVersion, int, out MqttFrameHeader)"/>
    /// <param name="buffer">Bytes as they arrived.</param>
    /// <param name="version">As agreed in CONNECT, or <see cref="MqttVersion.Unknown"/> before.</param>
    /// <param name="maxBytes">The longest packet that is accepted, header included.</param>
    /// <param name="frame">Complete for Ok; otherwise only its header may be, as for the other overload.</param>
    public static FrameStatus TryRead(in ReadOnlySequence<byte> buffer, MqttVersion version, int maxBytes, out MqttFrame frame)
    {
        var status = TryRead(buffer.FirstSpan, version, maxBytes, out var header);
        if (status == FrameStatus.NeedMore && !buffer.IsSingleSegment)
        {
            if (header == default) status = TryReadSplitHeader(buffer, version, maxBytes, out header);
            if (status == FrameStatus.NeedMore && header != default && buffer.Length >= header.TotalLength) status = FrameStatus.Ok;
        }

        frame = new MqttFrame(header, status == FrameStatus.Ok ? buffer.Slice(header.HeaderLength, header.BodyLength) : default);
        return status;
    }

    /// <summary>How many bytes a remaining length takes: 1..4.</summary>
    internal static int LengthBytes(int bodyLength) => bodyLength switch
    {
        < 1 << 7 => 1,
        < 1 << 14 => 2,
        < 1 << 21 => 3,
        _ => 4,
    };

    private static FrameStatus TryReadSplitHeader(in ReadOnlySequence<byte> buffer, MqttVersion version, int maxBytes, out MqttFrameHeader header)
    {
        Span<byte> start = stackalloc byte[MaxHeaderLength];
        start = start[..(int)Math.Min(buffer.Length, MaxHeaderLength)];
        buffer.Slice(0, start.Length).CopyTo(start);
        return TryRead(start, version, maxBytes, out header);
    }

    /// <summary>Type 0 is reserved; flags are fixed for all but PUBLISH (MQTT 5.0, table 2-2), whose QoS is not 3 and which is no duplicate at QoS 0.</summary>
    private static bool IsAllowedFirstByte(byte first)
    {
        var flags = first & 0x0F;
        return (MqttPacketType)(first >> 4) switch
        {
            < MqttPacketType.Connect => false,
            MqttPacketType.Publish => (flags & 0b0110) != 0b0110 && (flags & 0b1110) != 0b1000,
            MqttPacketType.PubRel or MqttPacketType.Subscribe or MqttPacketType.Unsubscribe => flags == 0b0010,
            _ => flags == 0,
        };
    }
}
