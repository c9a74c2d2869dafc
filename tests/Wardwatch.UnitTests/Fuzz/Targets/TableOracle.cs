using System.Globalization;
using System.IO.Compression;
using System.Text;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Simulator;
using Wardwatch.Simulator.Tables;
using Wardwatch.Simulator.Workbooks;

namespace Wardwatch.UnitTests.Fuzz.Targets;

/// <summary>What must hold for tables of any form: times rise from 0, values are numbers or gaps, a refusal says what to mend, and tables survive being written.</summary>
internal static class TableOracle
{
    private static readonly string[] Columns = ["Time", .. VitalCatalogue.All.ToArray().Select(definition => definition.WireKey)];

    /// <summary>Reads; a refusal that the operator can understand is a null.</summary>
    /// <param name="read">Reads the table.</param>
    /// <param name="name">What a refusal must name: the file.</param>
    /// <param name="meter">Encloses the reading.</param>
    /// <param name="signature">Takes what was found.</param>
    public static TableSet? Read(Func<TableSet> read, string name, FuzzMeter meter, ref Signature signature)
    {
        try
        {
            meter.Begin();
            try
            {
                var set = read();
                signature.AddSize(set.Patients.Count);
                foreach (var note in set.Notes) signature.AddShape(note[..Math.Min(note.Length, 15)]);
                return set;
            }
            finally
            {
                meter.End();
            }
        }
        catch (SimulatorException refusal)
        {
            if (refusal.Code != ExitCode.Input || refusal.Message.Length is < 10 or > 2_000 || !refusal.Message.Contains(name, StringComparison.Ordinal)) throw new FuzzFailure($"A refusal that helps nobody: {refusal}");
            signature.AddShape(refusal.Message);
            return null;
        }
        catch (Exception damage) when (damage is IOException or InvalidDataException)
        {
            // Reading by path turns these into a refusal that names the file.
            signature.AddShape(damage.Message);
            return null;
        }
    }

    public static void Judge(TableSet set)
    {
        if (set.Patients.Count == 0) throw new FuzzFailure("A set without a patient.");
        foreach (var patient in set.Patients)
        {
            if (patient.RowCount < 1 || patient.SecondsAt(0) != 0 || !(patient.StepSeconds > 0) || !double.IsFinite(patient.LengthSeconds)) throw new FuzzFailure($"'{patient.Id}' has {patient.RowCount} rows, a step of {patient.StepSeconds} s, {patient.LengthSeconds} s in all.");
            for (var row = 0; row < patient.RowCount; row++)
            {
                if (row > 0 && !(patient.SecondsAt(row) > patient.SecondsAt(row - 1))) throw new FuzzFailure($"'{patient.Id}', row {row}: {patient.SecondsAt(row)} s does not come after {patient.SecondsAt(row - 1)} s.");
                foreach (var definition in VitalCatalogue.All)
                {
                    if (double.IsInfinity(patient.ValueAt(row, definition.Vital))) throw new FuzzFailure($"'{patient.Id}', row {row}: {definition.Name} is infinite.");
                }
            }
        }
    }

    public static void RequireSame(TableSet before, TableSet after)
    {
        if (before.Patients.Count != after.Patients.Count) throw new FuzzFailure($"Written again, {before.Patients.Count} patients become {after.Patients.Count}.");
        foreach (var (one, other) in before.Patients.Zip(after.Patients))
        {
            if (one.RowCount != other.RowCount) throw new FuzzFailure($"Written again, {one.RowCount} rows become {other.RowCount}.");
            for (var row = 0; row < one.RowCount; row++)
            {
                if (one.SecondsAt(row) != other.SecondsAt(row)) throw new FuzzFailure($"Written again, {one.SecondsAt(row)} s become {other.SecondsAt(row)} s.");
                foreach (var definition in VitalCatalogue.All)
                {
                    var (x, y) = (one.ValueAt(row, definition.Vital), other.ValueAt(row, definition.Vital));
                    if (!x.Equals(y)) throw new FuzzFailure($"Written again, {definition.WireKey} {x} becomes {y}.");
                }
            }
        }
    }

    /// <summary>A patient as comma-separated text.</summary>
    public static byte[] ToCsv(PatientTable patient)
    {
        var text = new StringBuilder(string.Join(',', Columns)).Append('\n');
        foreach (var row in Rows(patient)) text.AppendJoin(',', row.Select(cell => Convert.ToString(cell, CultureInfo.InvariantCulture))).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Patients as a workbook of a sheet each.</summary>
    public static byte[] ToWorkbook(IEnumerable<PatientTable> patients)
    {
        using var stream = new MemoryStream();
        using (var writer = new XlsxWriter(stream))
        {
            var number = 0;
            foreach (var patient in patients) writer.AddSheet($"Bed {++number}", [Columns, .. Rows(patient)], 10);
        }

        return stream.ToArray();
    }

    /// <summary>Takes a zip apart, changes one part and packs it again; null where it is no zip.</summary>
    public static byte[]? MutateZip(FuzzMutator mutator, byte[] input, byte[] other, int maxBytes)
    {
        try
        {
            var parts = Unpack(input, maxBytes);
            if (parts.Count == 0) return null;
            var chosen = mutator.Random.Next(parts.Count);
            if (mutator.Random.Next(2) == 0) chosen = parts.FindIndex(part => part.Name.Contains("sheet1", StringComparison.Ordinal)) is var sheet and >= 0 ? sheet : chosen;
            var donor = mutator.Random.Next(2) == 0 ? parts[mutator.Random.Next(parts.Count)].Content : Unpack(other, maxBytes).Select(part => part.Content).FirstOrDefault() ?? [];
            parts[chosen] = parts[chosen] with { Content = mutator.Mutate(parts[chosen].Content, donor) };
            return Pack(parts, mutator.Random.Next(4) == 0 ? CompressionLevel.Fastest : CompressionLevel.NoCompression);
        }
        catch (Exception damage) when (damage is InvalidDataException or IOException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    public static byte[] Pack(IEnumerable<(string Name, byte[] Content)> parts, CompressionLevel level)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in parts)
            {
                var entry = archive.CreateEntry(name, level);
                entry.LastWriteTime = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero); // the same bytes from the same seed
                using var part = entry.Open();
                part.Write(content);
            }
        }

        return stream.ToArray();
    }

    private static List<(string Name, byte[] Content)> Unpack(byte[] input, int maxBytes)
    {
        List<(string, byte[])> parts = [];
        using var archive = new ZipArchive(new MemoryStream(input), ZipArchiveMode.Read);
        foreach (var entry in archive.Entries)
        {
            using var part = entry.Open();
            var content = new byte[maxBytes];
            parts.Add((entry.FullName, content[..part.ReadAtLeast(content, maxBytes, throwOnEndOfStream: false)]));
        }

        return parts;
    }

    private static IEnumerable<object?[]> Rows(PatientTable patient)
    {
        for (var row = 0; row < patient.RowCount; row++)
        {
            var cells = new object?[Columns.Length];
            cells[0] = patient.SecondsAt(row);
            foreach (var definition in VitalCatalogue.All)
            {
                var value = patient.ValueAt(row, definition.Vital);
                cells[1 + (int)definition.Vital] = double.IsNaN(value) ? null : definition.Vital == Vital.Consciousness ? "ACVPU".Substring((int)value, 1) : value;
            }

            yield return cells;
        }
    }
}
