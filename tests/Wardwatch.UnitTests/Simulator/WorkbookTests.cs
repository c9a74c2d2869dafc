using System.IO.Compression;
using System.Text;
using Shouldly;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Simulator;
using Wardwatch.Simulator.Tables;
using Wardwatch.Simulator.Workbooks;
using Xunit;

namespace Wardwatch.UnitTests.Simulator;

public class WorkbookTests
{
    private static MemoryStream Workbook(params (string Name, object?[][] Rows)[] sheets)
    {
        var stream = new MemoryStream();
        using (var writer = new XlsxWriter(stream))
        {
            foreach (var (name, rows) in sheets) writer.AddSheet(name, rows, 10);
        }

        stream.Position = 0;
        return stream;
    }

    private static string Refusal(Stream workbook, string? sheet = null)
    {
        var problem = Should.Throw<SimulatorException>(() => WorkbookReader.Read(workbook, "ward.xlsx", sheet));
        problem.Code.ShouldBe(ExitCode.Input);
        return problem.Message;
    }

    /// <summary>Takes a good workbook and replaces the content of one part.</summary>
    private static MemoryStream WithPart(string part, string content)
    {
        var stream = Workbook(("A", [["HR"], [80.0]]));
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            archive.GetEntry(part)?.Delete();
            using var writer = new StreamWriter(archive.CreateEntry(part).Open());
            writer.Write(content);
        }

        stream.Position = 0;
        return stream;
    }

    private static string Sheet(string cells) => $"<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>HR</t></is></c></row>{cells}</sheetData></worksheet>";

    [Fact]
    public void A_sheet_is_a_patient_and_a_title_page_is_none()
    {
        var set = WorkbookReader.Read(
            Workbook(
                ("About", [["Our ward"], ["some words"]]),
                ("Bed 1", [["Time (min)", "HR", "SpO2", "ACVPU", "Remarks"], [0.0, 80.0, 97.0, "A", "fine"], [1.0, null, 96.0, "V", null]]),
                ("Bed 2", [["Pulse", "Temp (F)"], [90.0, 98.6]])),
            "ward.xlsx",
            sheet: null);

        set.Patients.Select(patient => patient.Id).ShouldBe(["Bed 1", "Bed 2"]);
        set.Patients[0].SecondsAt(1).ShouldBe(60);
        set.Patients[0].ValueAt(1, Vital.HeartRate).ShouldBe(double.NaN);
        set.Patients[0].ValueAt(1, Vital.Consciousness).ShouldBe((double)Consciousness.Voice);
        set.Patients[1].ValueAt(0, Vital.Temperature).ShouldBe(37, 0.01);
        set.Notes.ShouldContain(note => note.Contains("Remarks"));
    }

    [Fact]
    public void A_column_may_name_the_patient_and_numbers_may_be_written_as_text()
    {
        var set = WorkbookReader.Read(Workbook(("All", [["Patient ID", "HR"], ["x", "80"], [7.0, 81.0], ["x", "n/a"]])), "ward.xlsx", null);
        set.Patients.Select(patient => patient.Id).ShouldBe(["x", "7"]);
        set.Patients[0].ValueAt(0, Vital.HeartRate).ShouldBe(80);
    }

    [Fact]
    public void Refusals_name_sheet_and_cell()
    {
        Refusal(new MemoryStream()).ShouldContain("empty");
        Refusal(Workbook(("A", []))).ShouldContain("empty");
        Refusal(Workbook(("A", [["HR", "SpO2"]]))).ShouldContain("no readable rows");
        Refusal(Workbook(("A", [["HR", "SpO2"], [null, null]]))).ShouldContain("no readable rows");
        Refusal(Workbook(("A", [["Name", "Shoe size"], ["x", 42.0]]))).ShouldContain("Shoe size");
        Refusal(Workbook(("A", [["HR"], [80.0]])), sheet: "B").ShouldContain("no sheet 'B'");
        Refusal(Workbook(("A", [["HR"], [80.0]])), sheet: "B").ShouldContain("A");

        var text = Refusal(Workbook(("Bed 3", [["Time", "HR", "SpO2"], [0.0, 80.0, 97.0], [1.0, "eighty", 97.0]])));
        text.ShouldContain("Bed 3");
        text.ShouldContain("B3");
        text.ShouldContain("eighty");
    }

    [Fact]
    public void Cells_with_an_error_of_the_spreadsheet_are_gaps_and_said()
    {
        var set = WorkbookReader.Read(WithPart("xl/worksheets/sheet1.xml", Sheet("<row r=\"2\"><c r=\"A2\"><v>80</v></c></row><row r=\"3\"><c r=\"A3\" t=\"e\"><v>#DIV/0!</v></c></row>")), "ward.xlsx", null);
        set.Patients[0].RowCount.ShouldBe(1);
        set.Notes.ShouldHaveSingleItem().ShouldContain("1 cells with an error");
    }

    [Fact]
    public void What_is_no_workbook_is_refused()
    {
        Refusal(new MemoryStream("HR,SpO2\n80,97\n"u8.ToArray())).ShouldContain("not an Excel workbook");

        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true)) archive.CreateEntry("readme.txt");
        zip.Position = 0;
        Refusal(zip).ShouldContain("not an Excel workbook");
    }

    [Theory]
    [InlineData("ZZZZZZZ2")]
    [InlineData("A99999999999")]
    [InlineData("-5")]
    public void A_cell_beyond_every_sheet_is_refused_before_memory_is_taken(string reference) =>
        Refusal(WithPart("xl/worksheets/sheet1.xml", Sheet($"<row r=\"2\"><c r=\"{reference}\"><v>1</v></c></row>"))).ShouldContain("not a cell");

    [Fact]
    public void Entities_are_refused() =>
        Refusal(WithPart("xl/worksheets/sheet1.xml", "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\">]><x>&a;</x>")).ShouldContain("XML");

    [Fact]
    public void A_part_that_unpacks_to_far_too_much_is_refused()
    {
        var stream = WithPart("xl/sharedStrings.xml", $"<sst><si><t>{new string('a', 33 << 20)}</t></si></sst>");
        stream.Length.ShouldBeLessThan(1 << 20);
        Refusal(stream).ShouldContain("32 MB");
    }

    [Fact]
    public void A_damaged_workbook_is_refused_wherever_it_is_cut()
    {
        var bytes = Workbook(("A", [["HR", "SpO2"], [80.0, 97.0]])).ToArray();
        for (var length = 0; length < bytes.Length; length += 7)
            Refusal(new MemoryStream(bytes, 0, length));
    }

    [Fact]
    public void Flipped_bytes_never_give_anything_but_tables_or_a_message()
    {
        var good = Workbook(("A", [["HR", "SpO2"], [80.0, 97.0]])).ToArray();
        var random = new Random(7);
        for (var round = 0; round < 400; round++)
        {
            byte[] bytes = [.. good];
            for (var i = 0; i < 3; i++) bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                WorkbookReader.Read(new MemoryStream(bytes), "ward.xlsx", null);
            }
            catch (SimulatorException)
            {
                // Refused, as it should be.
            }
        }
    }

    [Fact]
    public void The_shipped_workbook_has_fifteen_patients_and_is_the_one_that_the_generator_writes()
    {
        var shipped = DemoWorkbook.ReadShipped();
        shipped.Patients.Count.ShouldBe(DemoWorkbook.PatientCount);
        shipped.Patients.ShouldAllBe(patient => patient.RowCount == DemoWorkbook.Minutes && patient.StepSeconds == 60);

        using var again = new MemoryStream();
        DemoWorkbook.Write(again);
        again.Length.ShouldBeLessThan(1 << 20);
        again.Position = 0;
        var made = WorkbookReader.Read(again, "again.xlsx", null);
        for (var i = 0; i < made.Patients.Count; i++)
        {
            for (var row = 0; row < DemoWorkbook.Minutes; row++)
            {
                foreach (var definition in VitalCatalogue.All)
                    made.Patients[i].ValueAt(row, definition.Vital).ShouldBe(shipped.Patients[i].ValueAt(row, definition.Vital));
            }
        }
    }

    [Fact]
    public void Cells_are_addressed_as_spreadsheets_do()
    {
        WorkbookReader.Address(0, 1).ShouldBe("A1");
        WorkbookReader.Address(25, 9).ShouldBe("Z9");
        WorkbookReader.Address(26, 10).ShouldBe("AA10");
        WorkbookReader.Address(16_383, 1).ShouldBe("XFD1");
    }
}
