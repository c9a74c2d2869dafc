using System.Text;

namespace Wardwatch.Benchmarks.Registry;

/// <summary>
/// A table of invented patients, made as it is read, so that a million of them take no memory. Names are drawn from some thousands, a few of which are many people's,
/// as in a town; the same seed makes the same table.
/// </summary>
internal sealed class InventedTable(int patients, int seed) : Stream
{
    private const int RowsAtOnce = 500;

    private static readonly string[] Consonants = ["b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z", "br", "ch", "kr", "st", "sch", "tr"];
    private static readonly string[] Vowels = ["a", "e", "i", "o", "u", "au", "ei", "ia"];
    private static readonly string[] Endings = ["son", "er", "mann", "ski", "ova", "ez", "ini", "sen", "", "n", "s", "l"];

    private byte[] _part = Encoding.UTF8.GetBytes("record_number,name,date_of_birth,sex\n");
    private int _read;
    private int _next;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The name of a patient: family and given name.</summary>
    public (string Family, string Given) NameOf(int patient)
    {
        var random = Numbers(patient, seed);
        return (Name(Skewed(ref random, 20_000), 2), Name(Skewed(ref random, 2_000) + 50_000, 1));
    }

    /// <summary>The record number of a patient.</summary>
    public static string RecordNumberOf(int patient) => $"{20 + patient % 10}-{patient:D7}";

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_read == _part.Length)
        {
            (_part, _read) = (Next(), 0);
        }

        var count = Math.Min(buffer.Length, _part.Length - _read);
        _part.AsSpan(_read, count).CopyTo(buffer);
        _read += count;
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private byte[] Next()
    {
        var rows = new StringBuilder();
        for (var end = Math.Min(patients, _next + RowsAtOnce); _next < end; _next++)
        {
            var (family, given) = NameOf(_next);
            rows.Append(null, $"{RecordNumberOf(_next)},\"{family}, {given}\",{1930 + _next % 90}-{1 + _next % 12:D2}-{1 + _next % 28:D2},{(_next % 2 == 0 ? "female" : "male")}\n");
        }

        return Encoding.UTF8.GetBytes(rows.ToString());
    }

    private static ulong Numbers(int place, int seed) => (ulong)place * 0x9E3779B97F4A7C15 ^ (ulong)seed * 0xD1B54A32D192ED03;

    // Splitmix64: the next number of a sequence.
    private static ulong Draw(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    // The square makes the first names common and the last ones rare.
    private static int Skewed(ref ulong state, int names)
    {
        var share = (Draw(ref state) >> 11) / (double)(1UL << 53);
        return (int)(share * share * share * names);
    }

    private static string Name(int number, int syllables)
    {
        var state = Numbers(number, 77);
        var name = new StringBuilder();
        for (var syllable = 0; syllable < syllables; syllable++)
        {
            name.Append(Consonants[Draw(ref state) % (ulong)Consonants.Length]).Append(Vowels[Draw(ref state) % (ulong)Vowels.Length]);
        }

        name.Append(Consonants[Draw(ref state) % (ulong)Consonants.Length]).Append(Endings[Draw(ref state) % (ulong)Endings.Length]);
        name[0] = char.ToUpperInvariant(name[0]);
        return name.ToString();
    }
}
