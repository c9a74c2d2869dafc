using Wardwatch.Devices.Ascon;
using Wardwatch.Devices.Envelopes;

namespace Wardwatch.UnitTests.Fuzz.Targets;

/// <summary>
/// Envelopes. The first byte chooses: bytes as they come, of which only those that sealing itself would give may open; or bytes that are sealed first, and then
/// must open to just what they were.
/// </summary>
internal sealed class EnvelopeTarget : FuzzTarget
{
    private static readonly byte[] Topic = "hospital/demo/patient/p-0001/vitals"u8.ToArray();
    private static readonly byte[] LongTopic = new byte[Envelope.MaxTopicBytes + 1];
    private readonly IAeadCipher _cipher = AeadCipher.Create(AeadAlgorithm.AsconAead128, Convert.FromHexString("000102030405060708090A0B0C0D0E0F"));

    public EnvelopeTarget() =>
        Seeds =
        [
            [0, .. Sealed(new EnvelopeHeader(EnvelopeKind.Vitals, 7, 8, 1), """{"t":"2026-11-20T09:00:00Z","hr":75}"""u8)],
            [0, .. Sealed(new EnvelopeHeader(EnvelopeKind.EcgWaveform, uint.MaxValue, ulong.MaxValue, ulong.MaxValue), [])],
            [1, .. Sealed(new EnvelopeHeader(EnvelopeKind.DeviceStatus, 0, 0, 2), new byte[200])],
            [1], [2, .. new byte[60]],
        ];

    public override string Name => "envelope";

    public override IReadOnlyList<byte[]> Seeds { get; }

    public override IReadOnlyList<byte[]> Words { get; } = [[1, 1], [1, 2], [1, 3], [1, 4], [2, 1], [0, 0, 0, 0, 0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF]];

    public override int QuickExecutions => 40_000;

    public override long AllocationLimit(int inputBytes) => 0;

    public override ulong Execute(byte[] input, FuzzMeter meter)
    {
        if (input.Length == 0) return 0;
        var bytes = input.AsSpan(1);
        return (input[0] & 1) == 0 ? Open(bytes, (input[0] & 2) == 0 ? Topic : LongTopic, meter) : SealAndOpen(bytes, meter);
    }

    private ulong Open(ReadOnlySpan<byte> envelope, byte[] topic, FuzzMeter meter)
    {
        var plaintext = new byte[Envelope.PlaintextLength(envelope.Length)];
        meter.Begin();
        var readable = EnvelopeHeader.TryRead(envelope, out var header, out var headerProblem);
        var opened = Envelope.TryOpen(_cipher, envelope, topic, plaintext, out var written, out var problem);
        meter.End();
        if (opened != (problem == EnvelopeProblem.None) || readable != (headerProblem == EnvelopeProblem.None)) throw new FuzzFailure($"Opened: {opened}, {problem}; header: {readable}, {headerProblem}.");
        if (!opened)
        {
            if (written != 0 || plaintext.AsSpan().IndexOfAnyExcept((byte)0) >= 0) throw new FuzzFailure($"Something of the plaintext is left after {problem}.");
            if (!readable && problem != headerProblem) throw new FuzzFailure($"The header says {headerProblem}, opening says {problem}.");
            if (readable && problem is not (EnvelopeProblem.WrongTag or EnvelopeProblem.TopicTooLong)) throw new FuzzFailure($"A readable envelope is refused: {problem}.");
            return 16 + (ulong)problem;
        }

        if (!Sealed(header, plaintext.AsSpan(0, written)).AsSpan().SequenceEqual(envelope)) throw new FuzzFailure("An envelope opens that sealing would not give: it is forged.");
        return 1;
    }

    private ulong SealAndOpen(ReadOnlySpan<byte> bytes, FuzzMeter meter)
    {
        Span<byte> fields = stackalloc byte[EnvelopeHeader.Bytes];
        bytes[..Math.Min(bytes.Length, fields.Length)].CopyTo(fields);
        var content = bytes[Math.Min(bytes.Length, fields.Length)..];
        var header = new EnvelopeHeader((EnvelopeKind)(1 + (fields[1] % 3)), BitConverter.ToUInt32(fields[2..]), BitConverter.ToUInt64(fields[6..]), Math.Max(1, BitConverter.ToUInt64(fields[14..])));
        var envelope = Sealed(header, content);
        var plaintext = new byte[content.Length];
        meter.Begin();
        var opened = Envelope.TryOpen(_cipher, envelope, Topic, plaintext, out var written, out var problem);
        meter.End();
        if (!opened || !EnvelopeHeader.TryRead(envelope, out var back, out _) || back != header || !plaintext.AsSpan(0, written).SequenceEqual(content)) throw new FuzzFailure($"What was sealed does not open to the same: {problem}.");

        // One bit anywhere, and it must not open.
        var place = (int)(header.BootId % (ulong)envelope.Length);
        envelope[place] ^= (byte)(1 << (int)(header.Counter % 8));
        if (Envelope.TryOpen(_cipher, envelope, Topic, plaintext, out _, out _)) throw new FuzzFailure($"It opens with a changed bit in byte {place}.");
        return 2;
    }

    private byte[] Sealed(in EnvelopeHeader header, ReadOnlySpan<byte> plaintext)
    {
        var envelope = new byte[plaintext.Length + Envelope.Overhead];
        Envelope.Seal(_cipher, header, Topic, plaintext, envelope);
        return envelope;
    }
}
