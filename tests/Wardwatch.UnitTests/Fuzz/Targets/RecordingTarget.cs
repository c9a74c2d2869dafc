using System.Text;
using Wardwatch.Simulator.Tables;

namespace Wardwatch.UnitTests.Fuzz.Targets;

/// <summary>Recordings in WFDB form: a header in text, a byte of 0xFF, and the samples.</summary>
internal sealed class RecordingTarget : FuzzTarget, IDisposable
{
    private const byte Border = 0xFF;
    private readonly string _folder = Directory.CreateTempSubdirectory("wardwatch-fuzz-").FullName;

    public override string Name => "recording";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        Recording("p1 2 1 4\np1.dat 16 10/bpm 16 0 0 0 0 HR\np1.dat 16 1(0)/mmHg 16 0 0 0 0 ABP SYS\n# remark\n", 800, 120, 810, 121, 0, 0, short.MinValue, 122),
        Recording("p1 1 0.016666\np1.dat 16+2 1 16 0 0 0 0 SpO2\n", 97, 96, 95),
        Recording("p1/2 1\np1.dat 16\n"),
    ];

    public override IReadOnlyList<byte[]> Words { get; } =
        [.. new[] { " ", "\n", "\r\n", "p1.dat", "16", "16+4", "212", "/", "(", ")", "+", "#", "..", "../p1.dat", "p1.hea", "HR", "PULSE", "SpO2", "RESP", "NBP SYS", "ABP DIAS", "1e11", "-1", "1e-300", "\0" }.Select(Encoding.UTF8.GetBytes)];

    public override int QuickExecutions => 1_500;

    public override long AllocationLimit(int inputBytes) => 400_000 + (2_000L * inputBytes);

    public override ulong Execute(byte[] input, FuzzMeter meter)
    {
        var border = input.AsSpan().IndexOf(Border);
        var (header, samples) = border < 0 ? (input, []) : (input[..border], input[(border + 1)..]);
        var path = Path.Combine(_folder, "p1.hea");
        File.WriteAllBytes(path, header);
        File.WriteAllBytes(Path.Combine(_folder, "p1.dat"), samples);
        var signature = new Signature();
        if (TableOracle.Read(() => WfdbRecordReader.Read(path), "", meter, ref signature) is { } set) TableOracle.Judge(set);
        return signature.Value;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[] Recording(string header, params ReadOnlySpan<short> samples)
    {
        List<byte> bytes = [.. Encoding.UTF8.GetBytes(header), Border];
        foreach (var sample in samples) bytes.AddRange(BitConverter.GetBytes(sample));
        return [.. bytes];
    }
}
