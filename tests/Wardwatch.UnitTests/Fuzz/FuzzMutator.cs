using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Wardwatch.UnitTests.Fuzz;

/// <summary>Changes inputs: bits, bytes, pieces, lengths, numbers, words of the format, and pieces of other inputs. Everything is drawn from one seed.</summary>
internal sealed class FuzzMutator(int seed, IReadOnlyList<byte[]> words, int maxBytes)
{
    private static readonly long[] Integers =
    [
        0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 31, 32, 63, 64, 100, 126, 127, 128, 129, 254, 255, 256, 257, 511, 512, 1023, 1024, 4095, 4096, 16_383, 16_384, 32_767, 32_768,
        65_534, 65_535, 65_536, 2_097_151, 2_097_152, 268_435_455, 268_435_456, int.MaxValue, uint.MaxValue, long.MaxValue, -1, -2, -128, short.MinValue, int.MinValue, long.MinValue,
    ];

    private static readonly string[] Numbers =
    [
        "0", "-0", "1", "-1", "0.1", "00", "1e1", "1E+2", "1e-400", "1e400", "1e308", "-1e308", "9007199254740993", "123456789012345678", "0.30000000000000004", "4.9e-324", "2147483647",
        "2147483648", "9223372036854775807", "9223372036854775808", "18446744073709551616", "99999999999999999999999999999999", "350", "350.0000001", "NaN", "Infinity", "1.", ".5", "+1", "0x10", "1_0", "253402300799",
    ];

    public Random Random { get; } = new(seed);

    /// <summary>One to four changes; now and then bytes out of nothing.</summary>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        if (Random.Next(50) == 0) return Noise();
        var bytes = new List<byte>(input);
        for (var changes = 1 + Random.Next(Random.Next(5) + 1); changes > 0; changes--) Change(bytes, other);
        if (bytes.Count > maxBytes) bytes.RemoveRange(maxBytes, bytes.Count - maxBytes);
        return [.. bytes];
    }

    private byte[] Noise()
    {
        var bytes = new byte[Random.Next(Math.Min(maxBytes, 256) + 1)];
        Random.NextBytes(bytes);
        return bytes;
    }

    private void Change(List<byte> bytes, byte[] other)
    {
        var at = Random.Next(bytes.Count + 1);
        var inside = at < bytes.Count;
        switch (Random.Next(14))
        {
            case 0 when inside: bytes[at] ^= (byte)(1 << Random.Next(8)); break;
            case 1 when inside: bytes[at] = (byte)Random.Next(256); break;
            case 2 when inside: bytes[at] += (byte)(Random.Next(2) == 0 ? 1 : 255); break;
            case 3 when inside: bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + Random.Next(Random.Next(2) == 0 ? 2 : 32))); break;
            case 4: bytes.Insert(at, (byte)Random.Next(256)); break;
            case 5: bytes.InsertRange(at, Piece(bytes)); break;
            case 6: bytes.InsertRange(at, Piece(other)); break;
            case 7 when words.Count > 0: bytes.InsertRange(at, Word()); break;
            case 8 when words.Count > 0: Overwrite(bytes, at, Word()); break;
            case 9: Overwrite(bytes, at, Integer(Integers[Random.Next(Integers.Length)])); break;
            case 10 when inside: Overwrite(bytes, at, Integer(bytes.Count - at - 1 + Random.Next(-3, 4))); break; // a length of what follows, or nearly
            case 11: ReplaceNumber(bytes, at); break;
            case 12 when inside && Random.Next(4) == 0: bytes.RemoveRange(at, bytes.Count - at); break;
            case 13 when inside && Random.Next(4) == 0: Repeat(bytes, at); break;
            default: Splice(bytes, other); break;
        }
    }

    private byte[] Word() => words[Random.Next(words.Count)];

    private byte[] Piece(IReadOnlyList<byte> source)
    {
        if (source.Count == 0) return [];
        var from = Random.Next(source.Count);
        return [.. source.Skip(from).Take(1 + Random.Next(24))];
    }

    private byte[] Integer(long value)
    {
        var bytes = new byte[8];
        var big = Random.Next(2) == 0;
        if (big) BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        else BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        var width = 1 << Random.Next(4);
        return big ? bytes[^width..] : bytes[..width];
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] piece)
    {
        for (var i = 0; i < piece.Length && at + i < bytes.Count; i++) bytes[at + i] = piece[i];
    }

    private void ReplaceNumber(List<byte> bytes, int at)
    {
        var start = at;
        while (start < bytes.Count && !char.IsAsciiDigit((char)bytes[start])) start++;
        if (start == bytes.Count) return;
        var end = start;
        while (end < bytes.Count && (char.IsAsciiDigit((char)bytes[end]) || bytes[end] is (byte)'.' or (byte)'-' or (byte)'e')) end++;
        bytes.RemoveRange(start, end - start);
        var text = Random.Next(3) == 0 ? Integers[Random.Next(Integers.Length)].ToString(CultureInfo.InvariantCulture) : Numbers[Random.Next(Numbers.Length)];
        bytes.InsertRange(start, Encoding.ASCII.GetBytes(text));
    }

    private void Repeat(List<byte> bytes, int at)
    {
        var piece = bytes.GetRange(at, Math.Min(bytes.Count - at, 1 + Random.Next(8))).ToArray();
        for (var times = 1 + Random.Next(Random.Next(2) == 0 ? 8 : 300); times > 0 && bytes.Count < maxBytes; times--) bytes.InsertRange(at, piece);
    }

    private void Splice(List<byte> bytes, byte[] other)
    {
        if (other.Length == 0) return;
        var cut = Random.Next(bytes.Count + 1);
        bytes.RemoveRange(cut, bytes.Count - cut);
        bytes.AddRange(other.AsSpan(Random.Next(other.Length)).ToArray());
    }
}
