using System.IO.Compression;

namespace Wardwatch.Simulator.Tables;

/// <summary>
/// Reads tables from a file (.psv, .csv, .tsv, .txt), a folder of such files, or an archive of such files (.zip, .tar, .tar.gz, .tgz). Archives are read in memory,
/// entry by entry, and only as many patients as are wanted.
/// </summary>
public static class TableReader
{
    private static readonly string[] Endings = [".psv", ".csv", ".tsv", ".txt"];

    /// <param name="path">File, folder or archive.</param>
    /// <param name="patientsWanted">Stop after the file that completes this number of patients.</param>
    /// <exception cref="SimulatorException">Nothing can be read; the message names the place.</exception>
    public static TableSet Read(string path, int patientsWanted)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        try
        {
            if (Directory.Exists(path)) return ReadFolder(path, name, patientsWanted);
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return Read(file, name, patientsWanted);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SimulatorException(ExitCode.Input, $"There is no file or folder at {path}.", problem);
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException or InvalidDataException)
        {
            throw new SimulatorException(ExitCode.Input, $"{path} cannot be read: {problem.Message}", problem);
        }
    }

    /// <summary>Reads one file or archive; its kind is told by its name.</summary>
    /// <inheritdoc cref="Read(string, int)"/>
    /// <param name="file">A stream; a .zip needs one that can seek.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="patientsWanted">Stop after the file that completes this number of patients.</param>
    public static TableSet Read(Stream file, string name, int patientsWanted)
    {
        var drafts = new PatientDrafts(name);
        var notes = new List<string>();
        if (EndsWith(name, ".tar.gz") || EndsWith(name, ".tgz"))
        {
            using var gzip = new GZipStream(file, CompressionMode.Decompress);
            ReadTar(gzip, name, drafts, notes, patientsWanted);
        }
        else if (EndsWith(name, ".tar"))
        {
            ReadTar(file, name, drafts, notes, patientsWanted);
        }
        else if (EndsWith(name, ".zip"))
        {
            ReadZip(file, name, drafts, notes, patientsWanted);
        }
        else if (IsTable(name))
        {
            using var counted = new CountingStream(file, TableLimits.MaxFileBytes, $"{name} has");
            DelimitedTableReader.Read(counted, name, drafts, notes);
        }
        else
        {
            throw SimulatorException.Input($"{name}: tables are read from {string.Join(", ", Endings)}, from .zip, .tar and .tar.gz, or from a folder. A workbook (.xlsx) goes with --workbook.");
        }

        return Finish(drafts, notes, name);
    }

    private static TableSet ReadFolder(string path, string name, int wanted)
    {
        var drafts = new PatientDrafts(name);
        var notes = new List<string>();
        foreach (var file in Directory.EnumerateFiles(path).Where(IsTable).Order(StringComparer.Ordinal))
        {
            if (drafts.Count >= wanted) break;
            using var stream = new CountingStream(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read), TableLimits.MaxFileBytes, $"{Path.GetFileName(file)} has");
            DelimitedTableReader.Read(stream, Path.GetFileName(file), drafts, notes);
        }

        return Finish(drafts, notes, name);
    }

    private static void ReadTar(Stream archive, string name, PatientDrafts drafts, List<string> notes, int wanted)
    {
        using var counted = new CountingStream(archive, TableLimits.MaxUnpackedBytes, $"{name} unpacks to");
        TarEntries.Visit(counted, name, (entry, content) =>
        {
            if (IsTable(entry)) DelimitedTableReader.Read(content, Path.GetFileName(entry), drafts, notes);
            return drafts.Count < wanted;
        });
    }

    private static void ReadZip(Stream file, string name, PatientDrafts drafts, List<string> notes, int wanted)
    {
        using var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        if (archive.Entries.Count > TableLimits.MaxArchiveEntries)
            throw SimulatorException.Input($"{name} holds more than {TableLimits.MaxArchiveEntries:N0} entries.");

        var left = TableLimits.MaxUnpackedBytes;
        foreach (var entry in archive.Entries.Where(entry => IsTable(entry.FullName)).OrderBy(entry => entry.FullName, StringComparer.Ordinal))
        {
            if (drafts.Count >= wanted) break;
            using var content = new CountingStream(entry.Open(), left, $"{name} unpacks to");
            DelimitedTableReader.Read(content, Path.GetFileName(entry.FullName), drafts, notes);
            left -= content.BytesRead;
        }
    }

    private static TableSet Finish(PatientDrafts drafts, List<string> notes, string name) =>
        drafts.AnyColumns ? drafts.Build(notes) : throw SimulatorException.Input($"{name} holds no table ({string.Join(", ", Endings)}).");

    private static bool IsTable(string name) => Endings.Any(ending => EndsWith(name, ending));

    private static bool EndsWith(string name, string ending) => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase);
}
