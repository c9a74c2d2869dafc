using System.Buffers.Binary;
using System.Globalization;
using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Simulator.Tables;

/// <summary>
/// Reads a record of monitor numerics in PhysioNet's WFDB form: a text header (.hea) and samples in format 16 (signed 16-bit, little-endian, signal after signal;
/// -32768 = missing), as described in the WFDB manual pages header(5) and signal(5). One record is one patient.
/// </summary>
/// <remarks>
/// The monitors behind these records write 0 as well where a sensor gave nothing (all numerics are 0 while the cables are off): a zero is read as not measured.
/// A signal that is hardly ever there (an arterial line never connected) is ignored, so that the cuff's values count.
/// </remarks>
internal static class WfdbRecordReader
{
    private const short Missing = short.MinValue;
    private const int MaxSignals = 64;
    private const double LeastShare = 0.01;
    private const int MaxHeaderBytes = 64 << 10;

    /// <exception cref="SimulatorException">The record cannot be used.</exception>
    public static TableSet Read(string headerPath)
    {
        var name = Path.GetFileName(headerPath);
        try
        {
            if (new FileInfo(headerPath).Length > MaxHeaderBytes) throw SimulatorException.Input($"{name} is too long for a WFDB header.");
            var header = Header.Parse(File.ReadAllLines(headerPath), name);
            return Build(header, ReadSamples(header, Path.GetDirectoryName(Path.GetFullPath(headerPath)) ?? ".", name), name);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SimulatorException(ExitCode.Input, $"{problem.Message} A record needs its .hea and its .dat in one folder.", problem);
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            throw new SimulatorException(ExitCode.Input, $"{name} cannot be read: {problem.Message}", problem);
        }
    }

    private static byte[] ReadSamples(Header header, string folder, string name)
    {
        var path = Path.Combine(folder, header.FileName);
        var length = new FileInfo(path).Length - header.ByteOffset;
        var frameBytes = header.Signals.Count * sizeof(short);
        var frames = header.FrameCount > 0 ? header.FrameCount : length / frameBytes;
        if (frames > TableLimits.MaxRowsPerPatient) throw SimulatorException.Input($"{name}: more than {TableLimits.MaxRowsPerPatient:N0} samples.");
        if (length < 0 || length < frames * frameBytes) throw SimulatorException.Input($"{name}: {header.FileName} ends before the {frames:N0} samples that the header names.");

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        file.Position = header.ByteOffset;
        var bytes = new byte[frames * frameBytes];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static TableSet Build(Header header, byte[] bytes, string name)
    {
        var notes = new List<string> { $"{name}: zeros are read as not measured" };
        var names = header.Signals.Select((signal, index) => IsPresent(header, bytes, index) ? signal.Description : "").ToList();
        var map = ColumnMap.TryCreate(names, name)
            ?? throw SimulatorException.Input($"{name}: no signal is a vital sign. Found {string.Join(", ", header.Signals.Select(signal => signal.Description))}.");
        if (names.Contains("")) notes.Add($"{name}: signals that are hardly ever there: {string.Join(", ", header.Signals.Where((_, index) => names[index].Length == 0).Select(signal => signal.Description))}");
        if (map.Ignored.Count > 0) notes.Add($"{name}: ignored signals {string.Join(", ", map.Ignored)}");

        var patients = new PatientDrafts(name) { AnyColumns = true };
        var draft = patients.Get(Path.GetFileNameWithoutExtension(name), map.HasContinuousPressure, name);
        var frameBytes = header.Signals.Count * sizeof(short);
        var values = new double[VitalCatalogue.Count];
        for (var frame = 0; frame < bytes.Length / frameBytes; frame++)
        {
            Array.Fill(values, double.NaN);
            foreach (var column in map.Vitals)
            {
                var value = ValueAt(header, bytes, frame, column.Index);
                values[(int)column.Vital] = (value * column.Scale) + column.Offset;
            }

            draft.Add(frame / header.FramesPerSecond, values, $"{name}, sample {frame}");
        }

        return patients.Build(notes);
    }

    private static double ValueAt(Header header, byte[] bytes, int frame, int index)
    {
        var sample = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(((frame * header.Signals.Count) + index) * sizeof(short)));
        var signal = header.Signals[index];
        var value = (sample - signal.Baseline) / signal.Gain;
        return sample == Missing || value == 0 ? double.NaN : value;
    }

    private static bool IsPresent(Header header, byte[] bytes, int index)
    {
        var frames = bytes.Length / sizeof(short) / header.Signals.Count;
        var present = 0;
        for (var frame = 0; frame < frames; frame++)
        {
            if (!double.IsNaN(ValueAt(header, bytes, frame, index))) present++;
        }

        return present > frames * LeastShare;
    }

    private sealed record Signal(double Gain, int Baseline, string Description);

    private sealed record Header(double FramesPerSecond, long FrameCount, string FileName, long ByteOffset, IReadOnlyList<Signal> Signals)
    {
        public static Header Parse(IEnumerable<string> lines, string name)
        {
            var fields = lines.Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(parts => parts.Length > 0).ToList();
            if (fields.Count == 0 || fields[0].Length < 2) throw SimulatorException.Input($"{name} is not a WFDB header.");
            if (fields[0][0].Contains('/', StringComparison.Ordinal)) throw SimulatorException.Input($"{name} is a record of several segments; name one of its segments.");
            if (!int.TryParse(fields[0][1], CultureInfo.InvariantCulture, out var count) || count is < 1 or > MaxSignals || fields.Count < count + 1)
                throw SimulatorException.Input($"{name}: the number of signals is not between 1 and {MaxSignals}, or lines are missing.");

            var rate = fields[0].Length > 2 ? Number(fields[0][2].Split('/', '(')[0], name) : 250;
            if (rate is not (>= 1e-6 and <= 1000)) throw SimulatorException.Input($"{name}: a sampling rate of {rate} /s is not believed.");
            var frames = fields[0].Length > 3 ? (long)Number(fields[0][3], name) : 0;

            var file = fields[1][0];
            if (Path.GetFileName(file) != file || file.Length == 0 || file.Contains('\0', StringComparison.Ordinal)) throw SimulatorException.Input($"{name}: the samples must lie in the header's own folder.");
            var signals = new List<Signal>(count);
            foreach (var parts in fields.Skip(1).Take(count))
                signals.Add(ParseSignal(parts, file, fields[1], name));
            var offset = fields[1][1].Split('+') is [_, var text] ? (long)Number(text, name) : 0;
            return new Header(rate, Math.Max(0, frames), file, Math.Max(0, offset), signals);
        }

        private static Signal ParseSignal(string[] parts, string file, string[] first, string name)
        {
            if (parts.Length < 2 || parts[0] != file || parts[1] != first[1])
                throw SimulatorException.Input($"{name}: all signals must be in one file and one format.");
            if (parts[1].Split('+')[0] != "16")
                throw SimulatorException.Input($"{name}: samples in format {parts[1]}. Numerics in format 16 are read; this may be a waveform.");

            var gainText = parts.Length > 2 ? parts[2].Split('/')[0] : "200";
            var open = gainText.IndexOf('(', StringComparison.Ordinal);
            var gain = Number(open < 0 ? gainText : gainText[..open], name);
            var zero = parts.Length > 4 ? (int)Number(parts[4], name) : 0;
            var baseline = open < 0 ? zero : (int)Number(gainText[(open + 1)..].TrimEnd(')'), name);
            return new Signal(gain == 0 ? 200 : gain, baseline, parts.Length > 8 ? string.Join(' ', parts[8..]) : "");
        }

        private static double Number(string text, string name) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < 1e12
                ? number
                : throw SimulatorException.Input($"{name}: '{(text.Length > 24 ? text[..24] : text)}' is not a number.");
    }
}
