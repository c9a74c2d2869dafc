using System.IO.Compression;
using System.Xml;

namespace Wardwatch.Simulator.Tables;

/// <summary>
/// Looks through a workbook before the reader proper may: an .xlsx is a zip of XML, and a hostile one unpacks to gigabytes, or names a cell so far out that
/// a row of that width would fill the memory. Here every part is unpacked once into nothing, counted, and every cell reference checked.
/// </summary>
internal static class WorkbookGuard
{
    public const long MaxUnpackedBytes = 160L << 20;
    public const int MaxParts = 2_000;
    public const int MaxColumnLetters = 3;
    private const int MaxSharedStringsBytes = 32 << 20;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreWhitespace = true,
        IgnoreComments = true,
        MaxCharactersInDocument = MaxUnpackedBytes,
        CloseInput = true,
    };

    /// <summary>Looks through the file; answers how many cells hold an error of the spreadsheet (#DIV/0!), which the reader proper takes for empty.</summary>
    /// <exception cref="SimulatorException">The file is not a workbook that can be read in bounded memory and time.</exception>
    public static int Check(Stream file, string name)
    {
        var errors = 0;
        try
        {
            using var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            if (archive.Entries.Count > MaxParts)
                throw SimulatorException.Input($"{name} holds {archive.Entries.Count:N0} parts; a workbook of at most {MaxParts:N0} is read.");
            if (archive.GetEntry("xl/workbook.xml") is null && archive.GetEntry("/xl/workbook.xml") is null)
                throw SimulatorException.Input($"{name} is a zip archive but not an Excel workbook (.xlsx).");

            var total = 0L;
            foreach (var entry in archive.Entries)
                total += CheckPart(entry, name, MaxUnpackedBytes - total, ref errors);
            return errors;
        }
        catch (InvalidDataException problem)
        {
            throw new SimulatorException(ExitCode.Input, $"{name} is not an Excel workbook (.xlsx), or is damaged: {problem.Message}", problem);
        }
        catch (XmlException problem)
        {
            throw new SimulatorException(ExitCode.Input, $"{name} is damaged, or holds XML that is not accepted (no document types, no entities): {problem.Message}", problem);
        }
    }

    private static long CheckPart(ZipArchiveEntry entry, string name, long left, ref int errors)
    {
        var limit = entry.FullName.EndsWith("sharedStrings.xml", StringComparison.OrdinalIgnoreCase) ? Math.Min(left, MaxSharedStringsBytes) : left;
        using var part = new CountingStream(entry.Open(), limit, $"{name}: its part {Path.GetFileName(entry.FullName)} unpacks to");
        if (entry.FullName.EndsWith(".xml", StringComparison.OrdinalIgnoreCase) || entry.FullName.EndsWith(".rels", StringComparison.OrdinalIgnoreCase))
        {
            using var xml = XmlReader.Create(part, Settings);
            while (xml.Read())
            {
                if (xml.Depth > 64) throw SimulatorException.Input($"{name}: its XML is nested more than 64 deep.");
                if (xml is { NodeType: XmlNodeType.Element, LocalName: "c" } && xml.GetAttribute("t") == "e") errors++;
                if (xml is { NodeType: XmlNodeType.Element, LocalName: "c" or "dimension" or "row" or "col" })
                    CheckReference(xml, name);
            }
        }
        else
        {
            part.CopyTo(Stream.Null);
        }

        return part.BytesRead;
    }

    // A reference is letters, then digits ("XFD1048576" is the last cell that Excel knows); a dimension has two of them.
    private static void CheckReference(XmlReader xml, string name)
    {
        var value = xml.LocalName switch
        {
            "dimension" => xml.GetAttribute("ref"),
            "col" => xml.GetAttribute("max"),
            _ => xml.GetAttribute("r"),
        };
        if (value is null) return;

        foreach (var reference in value.Split(':'))
        {
            var letters = 0;
            while (letters < reference.Length && char.IsAsciiLetter(reference[letters])) letters++;
            var digits = reference.Length - letters;
            if (letters > MaxColumnLetters || digits > 7 || !reference.AsSpan(letters).ContainsOnlyDigits())
                throw SimulatorException.Input($"{name}: '{Shorten(reference)}' is not a cell that a workbook can have.");
        }
    }

    private static bool ContainsOnlyDigits(this ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');

    private static string Shorten(string text) => text.Length <= 24 ? text : text[..24] + "…";
}
