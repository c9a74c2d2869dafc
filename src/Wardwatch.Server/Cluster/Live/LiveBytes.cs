using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Wardwatch.Server.Cluster.Live;

/// <summary>Writes the parts of a live message: numbers big-endian, texts as <c>length (1) ‖ UTF-8</c>, where the length 255 stands for none.</summary>
internal static class LiveBytes
{
    /// <summary>The longest text, in bytes.</summary>
    public const int LongestText = 254;

    private const byte NoText = 255;

    public static void U8(this ArrayBufferWriter<byte> to, byte value)
    {
        to.GetSpan(1)[0] = value;
        to.Advance(1);
    }

    public static void U16(this ArrayBufferWriter<byte> to, ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to.GetSpan(2), value);
        to.Advance(2);
    }

    public static void I32(this ArrayBufferWriter<byte> to, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(to.GetSpan(4), value);
        to.Advance(4);
    }

    public static void I64(this ArrayBufferWriter<byte> to, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(to.GetSpan(8), value);
        to.Advance(8);
    }

    public static void F32(this ArrayBufferWriter<byte> to, float value) => to.I32(BitConverter.SingleToInt32Bits(value));

    public static void F64(this ArrayBufferWriter<byte> to, double value) => to.I64(BitConverter.DoubleToInt64Bits(value));

    /// <summary>A text; one that is too long is cut, which only a name of somebody else's making could be.</summary>
    public static void Text(this ArrayBufferWriter<byte> to, string? text)
    {
        if (text is null)
        {
            to.U8(NoText);
            return;
        }

        Span<byte> bytes = stackalloc byte[LongestText];
        Encoding.UTF8.TryGetBytes(text, bytes, out var length);
        if (length == 0 && text.Length > 0)
        {
            length = Encoding.UTF8.GetBytes(text.AsSpan(0, LongestText / 4), bytes);
        }

        to.U8((byte)length);
        to.Write(bytes[..length]);
    }

    /// <summary>Reads the parts again. Past the end everything is zero, and <see cref="Failed"/> says so.</summary>
    public ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        /// <summary>Whether there was too little, or something that cannot be.</summary>
        public bool Failed { get; private set; }

        /// <summary>Whether everything was read.</summary>
        public readonly bool AtEnd => _rest.IsEmpty;

        /// <summary>What was not read yet.</summary>
        public readonly ReadOnlySpan<byte> Rest => _rest;

        public byte U8() => Take(1) is { Length: 1 } one ? one[0] : (byte)0;

        /// <summary>A value of an enumeration whose last one is <paramref name="last"/>.</summary>
        public byte UpTo(byte last)
        {
            var value = U8();
            Failed |= value > last;
            return Failed ? (byte)0 : value;
        }

        public ushort U16() => Take(2) is { Length: 2 } two ? BinaryPrimitives.ReadUInt16BigEndian(two) : (ushort)0;

        public int I32() => Take(4) is { Length: 4 } four ? BinaryPrimitives.ReadInt32BigEndian(four) : 0;

        public long I64() => Take(8) is { Length: 8 } eight ? BinaryPrimitives.ReadInt64BigEndian(eight) : 0;

        public float F32() => BitConverter.Int32BitsToSingle(I32());

        public double F64() => BitConverter.Int64BitsToDouble(I64());

        public string? Text()
        {
            var length = U8();
            return length == NoText ? null : Encoding.UTF8.GetString(Take(length));
        }

        public ReadOnlySpan<byte> Take(int length)
        {
            if (Failed || length > _rest.Length)
            {
                Failed = true;
                return default;
            }

            var taken = _rest[..length];
            _rest = _rest[length..];
            return taken;
        }
    }
}
