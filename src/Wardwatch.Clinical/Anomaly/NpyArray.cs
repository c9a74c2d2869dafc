using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace Wardwatch.Clinical.Anomaly;

/// <summary>
/// One NumPy array file (.npy, format 1.0 to 3.0) of numbers:
/// <c>| 0x93 "NUMPY" | major, minor: u8 | header length: u16 (1.0) or u32, little-endian | header: a Python dictionary in text | values |</c>.
/// </summary>
internal sealed partial record NpyArray(int[] Shape, bool ColumnsFirst, float[] Values)
{
    private const int MaxHeaderBytes = 65_536;

    public static NpyArray Read(Stream source)
    {
        string header = ReadHeader(source);
        var type = TypePattern().Match(header);
        var order = OrderPattern().Match(header);
        var shape = ShapePattern().Match(header);
        if (!type.Success || !order.Success || !shape.Success)
            throw new InvalidDataException("The header lacks a simple number type, order or shape.");

        int[] lengths = ParseShape(shape.Groups["shape"].Value, out int count);
        char kind = type.Groups["kind"].Value[0];
        int width = type.Groups["width"].Value[0] - '0';
        bool bigEndian = string.Equals(type.Groups["order"].Value, ">", StringComparison.Ordinal);
        float[] values = ReadValues(source, count, kind, width, bigEndian);
        return new NpyArray(lengths, string.Equals(order.Groups["columnsFirst"].Value, "True", StringComparison.Ordinal), values);
    }

    private static string ReadHeader(Stream source)
    {
        Span<byte> start = stackalloc byte[12];
        source.ReadExactly(start[..8]);
        if (start[0] != 0x93 || !start[1..6].SequenceEqual("NUMPY"u8))
            throw new InvalidDataException("Not a NumPy array.");

        bool wide = start[6] is 2 or 3;
        if (start[6] != 1 && !wide)
            throw new InvalidDataException($"NumPy format {start[6]}.{start[7]} is not known.");
        source.ReadExactly(start.Slice(8, wide ? 4 : 2));
        uint length = wide ? BinaryPrimitives.ReadUInt32LittleEndian(start[8..]) : BinaryPrimitives.ReadUInt16LittleEndian(start[8..]);
        if (length > MaxHeaderBytes)
            throw new InvalidDataException($"A header of {length} bytes is refused.");

        byte[] header = new byte[length];
        source.ReadExactly(header);
        return Encoding.UTF8.GetString(header);
    }

    private static int[] ParseShape(string text, out int count)
    {
        string[] parts = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        int[] lengths = new int[parts.Length];
        long product = 1;
        for (int i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], out lengths[i]) || lengths[i] < 0)
                throw new InvalidDataException($"\"{parts[i]}\" is not a length.");
            product *= lengths[i];
            if (product > TrainingTable.MaxValues)
                throw new InvalidDataException($"More than {TrainingTable.MaxValues} values are refused.");
        }

        count = (int)product;
        return lengths;
    }

    /// <summary>Grows with what is really there, so that a header cannot make the reader set memory aside for values that do not follow.</summary>
    private static float[] ReadValues(Stream source, int count, char kind, int width, bool bigEndian)
    {
        byte[] buffer = new byte[8192 * width];
        var values = new List<float>(Math.Min(count, 8192));
        while (values.Count < count)
        {
            var chunk = buffer.AsSpan(0, Math.Min(8192, count - values.Count) * width);
            source.ReadExactly(chunk);
            for (; !chunk.IsEmpty; chunk = chunk[width..])
            {
                if (bigEndian)
                    chunk[..width].Reverse();
                values.Add((float)Decode(chunk, kind, width));
            }
        }

        return [.. values];
    }

    private static double Decode(ReadOnlySpan<byte> bytes, char kind, int width) => (kind, width) switch
    {
        ('f', 2) => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        ('f', 4) => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        ('f', 8) => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        ('i', 1) => (sbyte)bytes[0],
        ('i', 2) => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        ('i', 4) => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        ('i', 8) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        ('u' or 'b', 1) => bytes[0],
        ('u', 2) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        ('u', 4) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        ('u', 8) => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        _ => throw new InvalidDataException($"Values of type {kind}{width} are not read."),
    };

    [GeneratedRegex("'descr'\\s*:\\s*'(?<order>[<>|=])(?<kind>[fiub])(?<width>[1248])'", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TypePattern();

    [GeneratedRegex("'fortran_order'\\s*:\\s*(?<columnsFirst>True|False)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OrderPattern();

    [GeneratedRegex("'shape'\\s*:\\s*\\((?<shape>[0-9, ]*)\\)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ShapePattern();
}
