using System.Globalization;
using System.IO.Compression;
using System.Security;
using System.Text;

namespace Wardwatch.Simulator.Workbooks;

/// <summary>
/// Writes the least that is an .xlsx: a zip of a workbook part, a style part and one part per sheet, with numbers and inline texts. The time stamps in the zip are
/// fixed, so that the same content gives the same file.
/// </summary>
internal sealed class XlsxWriter : IDisposable
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Package = "http://schemas.openxmlformats.org/package/2006";
    private static readonly DateTimeOffset EntryTime = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ZipArchive _archive;
    private readonly List<string> _sheets = [];

    public XlsxWriter(Stream output) => _archive = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);

    /// <summary>Adds a sheet; its first row is the bold header. A cell is a double (NaN: empty), a text, or null (empty).</summary>
    public void AddSheet(string name, IEnumerable<object?[]> rows, double columnWidth)
    {
        _sheets.Add(name);
        var xml = new StringBuilder();
        xml.Append($"<worksheet xmlns=\"{Main}\"><sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" state=\"frozen\"/></sheetView></sheetViews>");
        xml.Append(CultureInfo.InvariantCulture, $"<cols><col min=\"1\" max=\"20\" width=\"{columnWidth}\" customWidth=\"1\"/></cols><sheetData>");
        var number = 0;
        foreach (var row in rows)
        {
            number++;
            xml.Append(CultureInfo.InvariantCulture, $"<row r=\"{number}\">");
            for (var column = 0; column < row.Length; column++)
                AppendCell(xml, Tables.WorkbookReader.Address(column, number), row[column], number == 1);
            xml.Append("</row>");
        }

        xml.Append("</sheetData></worksheet>");
        Put($"xl/worksheets/sheet{_sheets.Count}.xml", xml.ToString());
    }

    public void Dispose()
    {
        var numbers = Enumerable.Range(1, _sheets.Count).ToList();
        Put("[Content_Types].xml", $"<Types xmlns=\"{Package}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>"
            + string.Concat(numbers.Select(n => $"<Override PartName=\"/xl/worksheets/sheet{n}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>")) + "</Types>");
        Put("_rels/.rels", $"<Relationships xmlns=\"{Package}/relationships\"><Relationship Id=\"rId1\" Type=\"{Relationships}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
        Put("xl/workbook.xml", $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Relationships}\"><sheets>" + string.Concat(numbers.Select(n => $"<sheet name=\"{SecurityElement.Escape(_sheets[n - 1])}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>")) + "</sheets></workbook>");
        Put("xl/_rels/workbook.xml.rels", $"<Relationships xmlns=\"{Package}/relationships\">" + string.Concat(numbers.Select(n => $"<Relationship Id=\"rId{n}\" Type=\"{Relationships}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"))
            + $"<Relationship Id=\"rId{_sheets.Count + 1}\" Type=\"{Relationships}/styles\" Target=\"styles.xml\"/></Relationships>");
        Put("xl/styles.xml", $"<styleSheet xmlns=\"{Main}\"><fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font><font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts><fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills><borders count=\"1\"><border/></borders><cellStyleXfs count=\"1\"><xf/></cellStyleXfs><cellXfs count=\"2\"><xf xfId=\"0\"/><xf fontId=\"1\" applyFont=\"1\" xfId=\"0\"/></cellXfs></styleSheet>");
        _archive.Dispose();
    }

    private static void AppendCell(StringBuilder xml, string address, object? value, bool header)
    {
        var style = header ? " s=\"1\"" : "";
        switch (value)
        {
            case double number when !double.IsNaN(number):
                xml.Append(CultureInfo.InvariantCulture, $"<c r=\"{address}\"{style}><v>{number:R}</v></c>");
                break;
            case string text when text.Length > 0:
                xml.Append($"<c r=\"{address}\"{style} t=\"inlineStr\"><is><t xml:space=\"preserve\">{SecurityElement.Escape(text)}</t></is></c>");
                break;
            default:
                break; // an empty cell is no cell
        }
    }

    private void Put(string name, string xml)
    {
        var entry = _archive.CreateEntry(name, CompressionLevel.SmallestSize);
        entry.LastWriteTime = EntryTime;
        using var part = new StreamWriter(entry.Open(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        part.Write("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
        part.Write(xml);
    }
}
