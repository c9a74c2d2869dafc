using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Wardwatch.Simulator.Tables;

namespace Wardwatch.UnitTests.Fuzz.Targets;

/// <summary>Delimited tables, as such and in archives; the first letter says which.</summary>
internal sealed class TableTarget : FuzzTarget
{
    private static readonly string[] Tables =
    [
        "HR|O2Sat|Temp|SBP|MAP|DBP|Resp|ICULOS\n80|97|36.6|120|90|75|16|1\nNaN|96|NaN|NaN|NaN|NaN|18|2\n81|||||||3\n",
        "Time (min),Patient ID,HR,Temp (F),Glucose (mg/dL),ACVPU,O2\n0,a,80,98.6,100,A,yes\n0,b,70,,,V,no\n1,a,81,98.7,,C,2\n",
        "timestamp;pulse;spo2;etco2 kPa\r\n2026-11-20T09:00:00Z;80;97;5.1\r\n2026-11-20T09:01:00Z;\"81\";96;?\r\n",
        "t\tT\tRR\n0\t37\t12\n",
    ];

    public override string Name => "tables";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. Tables.Select(table => (byte[])[(byte)'c', .. Encoding.UTF8.GetBytes(table)]),
        [(byte)'z', .. TableOracle.Pack([("a.psv", Encoding.UTF8.GetBytes(Tables[0])), ("b/c.csv", Encoding.UTF8.GetBytes(Tables[1])), ("readme.md", [1])], CompressionLevel.NoCompression)],
        [(byte)'t', .. Tar()], [(byte)'g', .. Gzip(Tar())], [(byte)'c', 0xEF, 0xBB, 0xBF, .. "HR\n80"u8],
    ];

    public override IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "|", ",", ";", "\t", "\n", "\r\n", "\r", "\"", "\"\"", "\"\n\"", "NaN", "n/a", "--", "?", "37,1", " ", "\0", "yes", "air", "A", "Alert", "Confused", "x", "1e308", "-1e308", "Infinity", "00:01:00", "1.02:03:04",
            "2026-11-20", "HR", "Pulse", "SpO2", "Time", "hours", "Date", "Patient", "Temp (F)", "EtCO2 (kPa)", "Glucose mg/dL", "(h)", "[min]", "ustar", "././@LongLink", "00000000000", "77777777777", "a.csv", "₂",
        }.Select(Encoding.UTF8.GetBytes),
        [0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xED, 0xA0, 0x80],
    ];

    public override int MaxBytes => 12_000;

    public override int QuickExecutions => 4_000;

    // Buffers of the readers and of decompression, and a draft with its lists; then the rows.
    public override long AllocationLimit(int inputBytes) => 1_000_000 + (4_000L * inputBytes);

    public override byte[] Mutate(FuzzMutator mutator, byte[] input, byte[] other)
    {
        if (input.Length > 1 && input[0] == 'z' && mutator.Random.Next(4) != 0 && TableOracle.MutateZip(mutator, input[1..], other, MaxBytes) is { } zip) return [(byte)'z', .. zip];
        var bytes = mutator.Mutate(input, other);
        if (bytes.Length > 512 && bytes[0] == 't' && mutator.Random.Next(4) != 0) MendSums(bytes.AsSpan(1));
        return bytes.Length > 0 && mutator.Random.Next(8) != 0 && input.Length > 0 ? [input[0], .. bytes.AsSpan(1)] : bytes;
    }

    public override ulong Execute(byte[] input, FuzzMeter meter)
    {
        var signature = new Signature();
        if (input.Length == 0) return signature.Value;
        signature.Add(input[0]);
        var name = (char)input[0] switch { 'z' => "ward.zip", 't' => "ward.tar", 'g' => "ward.tar.gz", 'x' => "ward.xyz", _ => "bed-1.csv" };
        using var stream = new MemoryStream(input, 1, input.Length - 1, writable: false);
        if (TableOracle.Read(() => TableReader.Read(stream, name, patientsWanted: 100), ExpectedName(name), meter, ref signature) is not { } set) return signature.Value;
        TableOracle.Judge(set);
        foreach (var patient in set.Patients)
        {
            using var written = new MemoryStream(TableOracle.ToCsv(patient));
            TableOracle.RequireSame(new TableSet([patient], []), TableReader.Read(written, "again.csv", patientsWanted: 100));
        }

        return signature.Value;
    }

    // Within an archive a refusal names the table, which the input may have renamed.
    private static string ExpectedName(string name) => name == "bed-1.csv" ? name : "";

    private static void MendSums(Span<byte> archive)
    {
        for (; archive.Length >= 512; archive = archive[512..])
        {
            if (!archive.Slice(257, 5).SequenceEqual("ustar"u8)) continue;
            archive.Slice(148, 8).Fill((byte)' ');
            var sum = 0;
            foreach (var b in archive[..512]) sum += b;
            Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ", archive.Slice(148, 8));
        }
    }

    private static byte[] Tar()
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            for (var i = 0; i < 2; i++)
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"set/p{i}.psv") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(Tables[0])), ModificationTime = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) });
        }

        return stream.ToArray();
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal)) gzip.Write(bytes);
        return stream.ToArray();
    }
}
