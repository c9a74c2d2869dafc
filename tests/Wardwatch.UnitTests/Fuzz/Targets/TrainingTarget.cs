using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Wardwatch.Clinical.Anomaly;

namespace Wardwatch.UnitTests.Fuzz.Targets;

/// <summary>Tables that a model is trained on: text, NumPy archives. The first letter says which.</summary>
internal sealed class TrainingTarget : FuzzTarget
{
    public override string Name => "training";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        [(byte)'c', .. "hr,spo2\n80,97\n\"81\",NaN\r\n,1e3\n"u8], [(byte)'l', .. "label,x\n1,2\n0,\"a\"\"b\"\n"u8], [(byte)'l', .. "x,label\n2,1\n3,0\n"u8],
        Archive(("X.npy", Array("<f4", "(2, 3)", 24)), ("y.npy", Array("|b1", "(2,)", 2))), Archive(("X.npy", Array(">i8", "(1, 2)", 16))), Archive(("X.npy", Array("<f2", "(0, 2)", 0))),
    ];

    public override IReadOnlyList<byte[]> Words { get; } =
        [.. new[] { ",", "\"", "\"\"", "\n", "\r\n", "NA", "null", "1e39", "label", "'descr': '<f8'", "'>u4'", "'fortran_order': True", "'shape': (2, 3)", "(64000001,)", "(1, 64000000)", "(0, 9)", "(2147483648,)", "NUMPY", "{", "}" }.Select(Encoding.UTF8.GetBytes), [0x93], [1, 0], [2, 0], [3, 0]];

    public override int MaxBytes => 4_096;

    public override int QuickExecutions => 2_500;

    // The text reader's buffers, decompression, and 8,192 values at a time.
    public override long AllocationLimit(int inputBytes) => 1_200_000 + (4_000L * inputBytes);

    public override byte[] Mutate(FuzzMutator mutator, byte[] input, byte[] other) =>
        input.Length > 1 && input[0] == 'z' && mutator.Random.Next(6) != 0 && TableOracle.MutateZip(mutator, input[1..], other, MaxBytes) is { } zip ? [(byte)'z', .. zip] : mutator.Mutate(input, other);

    public override ulong Execute(byte[] input, FuzzMeter meter)
    {
        var signature = new Signature();
        if (input.Length == 0) return signature.Value;
        signature.Add(input[0]);
        using var stream = new MemoryStream(input, 1, input.Length - 1, writable: false);
        try
        {
            meter.Begin();
            TrainingTable table;
            try
            {
                table = (char)input[0] switch
                {
                    'z' => TrainingTable.ReadNpz(stream, columns: null),
                    'l' => TrainingTable.ReadCsv(stream, columns: null, labelColumn: "label"),
                    _ => TrainingTable.ReadCsv(stream, columns: null, labelColumn: null),
                };
            }
            finally
            {
                meter.End();
            }

            signature.AddSize(table.RowCount);
            signature.AddSize(table.Columns.Count);
            Judge(table, finiteOnly: input[0] != 'z');
        }
        catch (InvalidDataException refusal)
        {
            if (refusal.Message.Length is < 5 or > 4_000) throw new FuzzFailure($"A refusal that helps nobody: {refusal}");
            signature.AddShape(refusal.Message[..Math.Min(refusal.Message.Length, 40)]);
        }

        return signature.Value;
    }

    private static void Judge(TrainingTable table, bool finiteOnly)
    {
        if (table.RowMajor.Length != table.RowCount * table.Columns.Count || (table.HasLabels && table.Labels.Length != table.RowCount)) throw new FuzzFailure($"{table.RowMajor.Length} values in {table.RowCount} rows.");
        foreach (var value in table.RowMajor)
        {
            if (finiteOnly && float.IsInfinity(value)) throw new FuzzFailure("A value is infinite.");
        }

        if (!finiteOnly || table.Columns.Any(column => column.Length == 0 || column.Any(c => c is '"' or ',' or '\0' or '\ufeff' || char.IsWhiteSpace(c)))) return;
        var text = new StringBuilder(string.Join(',', table.Columns)).Append('\n');
        for (var row = 0; row < table.RowCount; row++) text.AppendJoin(',', table.Row(row).ToArray().Select(value => FormattableString.Invariant($"{value:R}"))).Append('\n');
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text.ToString()));
        var again = TrainingTable.ReadCsv(stream, columns: null, labelColumn: null);
        if (!again.RowMajor.SequenceEqual(table.RowMajor) || !again.Columns.SequenceEqual(table.Columns, StringComparer.Ordinal)) throw new FuzzFailure("Written again, the table differs.");
    }

    private static byte[] Archive(params (string, byte[])[] parts) => [(byte)'z', .. TableOracle.Pack(parts, CompressionLevel.NoCompression)];

    private static byte[] Array(string type, string shape, int bytes)
    {
        var header = Encoding.ASCII.GetBytes($"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}\n");
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        return [0x93, .. "NUMPY"u8, 1, 0, .. length, .. header, .. Enumerable.Range(0, bytes).Select(i => (byte)(i % 60))];
    }
}
