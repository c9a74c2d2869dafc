using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Wardwatch.Clinical.Anomaly;

namespace Wardwatch.UnitTests.Fuzz.Targets;

/// <summary>Files of anomaly models, without their checksum: it is computed here, since nothing else would ever be accepted.</summary>
internal sealed class ModelTarget : FuzzTarget
{
    private const int HeaderAt = 14;

    public override string Name => "model";

    public override IReadOnlyList<byte[]> Seeds { get; } = [File(trees: 1, sample: 2), File(trees: 3, sample: 8)];

    public override IReadOnlyList<byte[]> Words { get; } = [.. new[] { "\"trees\":", "\"sampleSize\":", "\"featureNames\":[]", "null", "\"createdAt\":", "\"name\":\"\"", "{", "}", ",", "\\u0000" }.Select(Encoding.UTF8.GetBytes), [0, 0, 0x80, 0x7F], [0, 0, 0xC0, 0x7F], [1, 0, 0, 0, 0, 0, 0, 0]];

    public override int MaxBytes => 2_048;

    // JSON's first exception and the header's texts; a node of eight bytes becomes some forty.
    public override long AllocationLimit(int inputBytes) => 64_000 + (64L * inputBytes);

    public override byte[] Mutate(FuzzMutator mutator, byte[] input, byte[] other)
    {
        var bytes = mutator.Mutate(input, other);

        // Where the header grew or shrank, its length follows, or nothing behind it would ever be read.
        if (bytes.Length > HeaderAt && mutator.Random.Next(4) != 0 && bytes.AsSpan(HeaderAt).IndexOf("\"}"u8) is var end and >= 0)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(10), end + 2);
        return bytes;
    }

    public override ulong Execute(byte[] input, FuzzMeter meter)
    {
        byte[] file = [.. input, .. SHA256.HashData(input)];
        var signature = new Signature();
        try
        {
            meter.Begin();
            ModelDocument document;
            try
            {
                document = ModelDocument.Read(file);
            }
            finally
            {
                meter.End();
            }

            signature.AddSize(document.Forest.TreeCount);
            signature.AddSize(document.RowCount);
            Judge(document);
        }
        catch (InvalidDataException refusal)
        {
            if (refusal.Message.Length is < 5 or > 2_000) throw new FuzzFailure($"A refusal that helps nobody: {refusal}");
            signature.AddShape(refusal.Message);
        }

        return signature.Value;
    }

    private static void Judge(ModelDocument document)
    {
        var written = document.ToBytes();
        if (!ModelDocument.Read(written).ToBytes().AsSpan().SequenceEqual(written)) throw new FuzzFailure("Written again, the model differs.");
        var row = new float[document.FeatureNames.Count];
        foreach (var value in new[] { 0, float.NaN, float.MaxValue, -1e9f })
        {
            System.Array.Fill(row, value);
            var score = document.Forest.Score(row);
            if (float.IsNaN(value) ? !double.IsNaN(score) : !(score is >= 0 and <= 1)) throw new FuzzFailure($"A row of {value} has the score {score}.");
        }
    }

    private static byte[] File(int trees, int sample)
    {
        float[] values = [.. Enumerable.Range(0, 60).Select(i => (float)(i * 7919 % 101))];
        var forest = IsolationForestTrainer.Train(values, 3, new IsolationForestOptions { Trees = trees, SampleSize = sample, Seed = 5 }, progress: null, CancellationToken.None);
        return new ModelDocument("ward-7", ["hr", "spo2", "temp"], forest, "rows", 20, 5, new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero), "").ToBytes()[..^32];
    }
}
