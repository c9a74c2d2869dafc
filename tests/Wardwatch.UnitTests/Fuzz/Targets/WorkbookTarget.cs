using System.IO.Compression;
using System.Text;
using Wardwatch.Simulator.Tables;
using Wardwatch.Simulator.Workbooks;

namespace Wardwatch.UnitTests.Fuzz.Targets;

/// <summary>Excel workbooks: mostly one part of a good one is changed and packed again, sometimes the zip itself.</summary>
internal sealed class WorkbookTarget : FuzzTarget
{
    private const string Main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";

    public override string Name => "workbook";

    public override IReadOnlyList<byte[]> Seeds { get; } = [Plain(), SharedStringsAndDates()];

    public override IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "<c r=\"B2\"><v>80</v></c>", "<c r=\"A3\" t=\"s\"><v>0</v></c>", "<c r=\"C2\" t=\"inlineStr\"><is><t>x</t></is></c>", "<row r=\"3\">", "</row>", "</c>", " t=\"e\"", " t=\"b\"", " t=\"d\"", " t=\"str\"", " s=\"1\"", " s=\"99\"",
            "r=\"XFD1048576\"", "r=\"AAAA1\"", "r=\"A0\"", "r=\"\"", "<dimension ref=\"A1:XFD1048576\"/>", "<mergeCell ref=\"A1:B2\"/>", "<col min=\"1\" max=\"99999999\" width=\"1\"/>", "<!DOCTYPE x [<!ENTITY e \"e\">]>", "&e;", "&#0;",
            "&amp;", "<![CDATA[", "]]>", "<!--", "-->", "<?xml version=\"1.1\"?>", "numFmtId=\"14\"", "date1904=\"1\"", "<sheet name=\"Bed 9\" sheetId=\"9\" r:id=\"rId9\"/>", "Target=\"../../x\"", "TargetMode=\"External\"",
            "#DIV/0!", "2958466", "-1", "1e999", "HR", "Time", "SpO2", "Patient",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public override int MaxBytes => 16_000;

    public override int QuickExecutions => 800;

    // A page of zeros may unpack a thousandfold, and is read twice: once into nothing, then into cells.
    public override long AllocationLimit(int inputBytes) => 4_000_000 + (8_000L * inputBytes);

    public override TimeSpan TimeLimit => TimeSpan.FromSeconds(5);

    public override byte[] Mutate(FuzzMutator mutator, byte[] input, byte[] other) =>
        mutator.Random.Next(8) != 0 && TableOracle.MutateZip(mutator, input, other, MaxBytes) is { } zip ? zip : mutator.Mutate(input, other);

    public override ulong Execute(byte[] input, FuzzMeter meter)
    {
        var signature = new Signature();
        using var stream = new MemoryStream(input, writable: false);
        if (TableOracle.Read(() => WorkbookReader.Read(stream, "ward.xlsx", sheet: null), "ward.xlsx", meter, ref signature) is not { } set) return signature.Value;
        TableOracle.Judge(set);
        using var written = new MemoryStream(TableOracle.ToWorkbook(set.Patients));
        TableOracle.RequireSame(set, WorkbookReader.Read(written, "again.xlsx", sheet: null));
        return signature.Value;
    }

    private static byte[] Plain()
    {
        using var stream = new MemoryStream();
        using (var writer = new XlsxWriter(stream))
        {
            writer.AddSheet("Bed 1", [["Time (min)", "HR", "SpO2", "ACVPU", "Remarks"], [0.0, 80.0, 97.0, "A", "fine"], [1.0, null, 96.0, "V", null]], 10);
            writer.AddSheet("Ward", [["Patient ID", "HR", "O2"], ["x", "80", "yes"], [7.0, 81.0, 0.0], ["x", "n/a", null]], 10);
        }

        return stream.ToArray();
    }

    private static byte[] SharedStringsAndDates() => TableOracle.Pack(
        [
            ("[Content_Types].xml", Xml("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>")),
            ("_rels/.rels", Xml("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>")),
            ("xl/workbook.xml", Xml($"<workbook {Main} xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"Bed 2\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>")),
            ("xl/_rels/workbook.xml.rels", Xml("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings\" Target=\"sharedStrings.xml\"/><Relationship Id=\"rId3\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/></Relationships>")),
            ("xl/sharedStrings.xml", Xml($"<sst {Main}><si><t>Date</t></si><si><t>HR</t></si><si><r><t>Te</t></r><r><t>mp</t></r></si></sst>")),
            ("xl/styles.xml", Xml($"<styleSheet {Main}><numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"[h]:mm:ss\"/></numFmts><cellXfs count=\"3\"><xf/><xf numFmtId=\"22\" applyNumberFormat=\"1\"/><xf numFmtId=\"164\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>")),
            ("xl/worksheets/sheet1.xml", Xml($"<worksheet {Main}><dimension ref=\"A1:C3\"/><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"s\"><v>2</v></c></row><row r=\"2\"><c r=\"A2\" s=\"1\"><v>46346.375</v></c><c r=\"B2\"><v>80</v></c><c r=\"C2\"><v>37.1</v></c></row><row r=\"3\"><c r=\"A3\" s=\"1\"><v>46346.376</v></c><c r=\"B3\" t=\"e\"><v>#DIV/0!</v></c><c r=\"C3\" t=\"str\"><f>B3</f><v>36.9</v></c></row></sheetData></worksheet>")),
        ],
        CompressionLevel.NoCompression);

    private static byte[] Xml(string content) => Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + content);
}
