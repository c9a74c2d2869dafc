using System.Runtime.InteropServices;
using Wardwatch.Server.History.Contracts;

namespace Wardwatch.UnitTests.Fuzz.Targets;

/// <summary>The bytes of a stored record. They are sealed on the disk, so that only damage of our own making reaches the reader; it must answer all the same.</summary>
internal sealed class RecordTarget : FuzzTarget
{
    public override string Name => "record";

    public override IReadOnlyList<byte[]> Seeds { get; } = [Record(0b11_1111_1111, 3, aged: true, "{\"x\":1}"u8), Record(0b1, 0, aged: false, []), Record(0, 0, aged: false, []), Record(0b10_0000_0001, 1, aged: true, [])];

    public override IReadOnlyList<byte[]> Words { get; } = [[1], [2], [0xFF, 0x03], [0xFF, 0xFF], [0, 0, 0xC0, 0x7F], [0, 0, 0x80, 0x7F], [1, 0, 0x80, 0x7F], [0, 0, 0, 0x80], [10], [9]];

    public override int MaxBytes => 256;

    public override int QuickExecutions => 60_000;

    public override long AllocationLimit(int inputBytes) => 0;

    public override ulong Execute(byte[] input, FuzzMeter meter)
    {
        meter.Begin();
        var read = ReadingRecord.TryRead(input, out var content, out var unmapped);
        meter.End();
        if (!read) return (ulong)Math.Min(input.Length, 200);
        var written = new byte[ReadingRecord.MaxFixedBytes + unmapped.Length];
        var length = ReadingRecord.Write(content, unmapped, written);
        if (length > input.Length) throw new FuzzFailure($"{input.Length} bytes become {length}.");
        if (!ReadingRecord.TryRead(written.AsSpan(0, length), out var again, out var rest)) throw new FuzzFailure("What is written again is refused.");
        if (!Bytes(content).SequenceEqual(Bytes(again)) || !rest.SequenceEqual(unmapped)) throw new FuzzFailure($"Written again it differs: {Convert.ToHexString(written.AsSpan(0, length))}.");

        // The one thing that is written shorter: an age of zero.
        if (length == input.Length && !input.AsSpan().SequenceEqual(written.AsSpan(0, length))) throw new FuzzFailure($"The same length, other bytes: {Convert.ToHexString(written.AsSpan(0, length))}.");
        var signature = new Signature();
        signature.Add(content.Present);
        signature.Add(content.Drivers);
        signature.Add((ulong)(input.Length - length));
        signature.Add(unmapped.IsEmpty);
        return signature.Value;
    }

    private static ReadOnlySpan<byte> Bytes(in ReadingContent content) => MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in content, 1));

    private static byte[] Record(ushort present, byte drivers, bool aged, ReadOnlySpan<byte> unmapped)
    {
        ReadingContent content = default;
        for (var vital = 0; vital < ReadingContent.VitalCount; vital++)
        {
            if ((present >> vital & 1) != 0) content.Set(vital, 36.5f + vital, aged ? vital * 1_000 : 0);
        }

        (content.AnomalyScore, content.Completeness, content.Drivers, content.News2Min, content.News2Max) = (drivers > 0 ? 0.7f : float.NaN, 0.5f, drivers, 1, 4);
        for (var driver = 0; driver < drivers; driver++) (content.DriverVitals[driver], content.DriverContributions[driver]) = ((byte)(9 - driver), 0.25f);
        var bytes = new byte[ReadingRecord.MaxFixedBytes + unmapped.Length];
        return bytes[..ReadingRecord.Write(content, unmapped, bytes)];
    }
}
