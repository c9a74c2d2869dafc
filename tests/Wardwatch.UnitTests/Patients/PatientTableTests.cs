using System.Text;
using Shouldly;
using Wardwatch.Server.Patients.Import;
using Xunit;

namespace Wardwatch.UnitTests.Patients;

public sealed class PatientTableTests
{
    private const string Header = "record_number,name,date_of_birth,sex\n";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cells_may_be_quoted_hold_separators_quotation_marks_and_line_breaks_and_lines_end_either_way()
    {
        const string text = "a,\"b,\"\"c\"\"\",\"d\r\ne\"\r\n,,\nlast,\"\",x";
        string[] expected = ["a|b,\"c\"|d\r\ne", "||", "last||x"];
        for (var cut = 1; cut <= text.Length; cut++)
        {
            (await RowsAsync(text, cut)).Rows.ConvertAll(row => string.Join('|', row)).ShouldBe(expected, Case.Sensitive, $"read {cut} characters at a time");
        }
    }

    [Theory]
    [InlineData("a\"b,c", nameof(CsvFault.Quotes))]
    [InlineData("\"a\"b,c", nameof(CsvFault.Quotes))]
    [InlineData("a\n\"b", nameof(CsvFault.Quotes))]
    public async Task Quotation_marks_where_none_belong_end_the_table(string text, string fault) => (await RowsAsync(text, 3)).Fault.ToString().ShouldBe(fault);

    [Fact]
    public async Task An_endless_cell_and_an_endless_row_end_the_table()
    {
        (await RowsAsync(new string('x', 2000), 100)).Fault.ShouldBe(CsvFault.CellTooLong);
        (await RowsAsync(new string(',', 2000), 100)).Fault.ShouldBe(CsvFault.TooManyCells);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\ufeff")]
    public async Task A_table_is_read_with_and_without_a_mark_and_with_semicolons(string mark)
    {
        (await ReadAsync(mark + Header + "1-1,\"Abel, Ann\",1980-01-02,female\r\n\r\n")).Patients.ShouldHaveSingleItem().Name.ShouldBe("Abel, Ann");
        var (patients, problems) = await ReadAsync(mark + "sex;name;record_number;date_of_birth;bed;ward;status\nmale;Abel, Ben;1-2;1980-01-02;3;w-1;stable");
        problems.Count.ShouldBe(0);
        patients.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            patient => (patient.Name, patient.RecordNumber, patient.Ward, patient.Bed, patient.Status).ShouldBe(("Abel, Ben", "1-2", "w-1", "3", "stable")));
    }

    [Theory]
    [InlineData("name,age\nx,1", 1)]
    [InlineData("", 1)]
    [InlineData("record_number,name,name,date_of_birth,sex\n", 1)]
    [InlineData(Header + "1-1,x\n", 2)]
    [InlineData(Header + "1-1,Abel,1980-01-02,female\n=1+1,Abel,1980-01-02,female", 3)]
    [InlineData(Header + "1-1,@Abel,1980-01-02,female", 2)]
    [InlineData(Header + "1-1,Abel,02.01.1980,female", 2)]
    [InlineData(Header + "1-1,Abel,2180-01-02,female", 2)]
    [InlineData(Header + "1-1,Abel,1980-01-02,f", 2)]
    [InlineData(Header + ",Abel,1980-01-02,female", 2)]
    [InlineData(Header + "1-1,A\"bel,1980-01-02,female", 2)]
    public async Task What_is_wrong_is_told_by_its_row_and_never_repeated(string table, int row)
    {
        var (_, problems) = await ReadAsync(table);
        problems.Count.ShouldBeGreaterThan(0);
        problems.First.ShouldAllBe(problem => problem.Row == row && !problem.Problem.Contains("Abel") && !problem.Problem.Contains("age"));
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF8_end_the_table()
    {
        var (_, problems) = await ReadAsync([.. Encoding.UTF8.GetBytes(Header), 0xff, 0xfe]);
        problems.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Of_very_many_problems_a_hundred_are_kept_and_all_are_counted()
    {
        var (_, problems) = await ReadAsync(Header + string.Concat(Enumerable.Repeat("x\n", 500)));
        (problems.Count, problems.First.Count).ShouldBe((500, 100));
    }

    private static Task<(List<Wardwatch.Server.Patients.NewPatient> Patients, ImportProblems Problems)> ReadAsync(string table) => ReadAsync(Encoding.UTF8.GetBytes(table));

    private static async Task<(List<Wardwatch.Server.Patients.NewPatient> Patients, ImportProblems Problems)> ReadAsync(byte[] table)
    {
        var problems = new ImportProblems();
        var patients = new List<Wardwatch.Server.Patients.NewPatient>();
        await foreach (var row in new PatientTable(new MemoryStream(table), problems, TimeProvider.System).ReadAsync(Cancellation))
        {
            patients.Add(row.Patient);
        }

        return (patients, problems);
    }

    private static async Task<(List<string[]> Rows, CsvFault Fault)> RowsAsync(string text, int atOnce)
    {
        var csv = new CsvRows(new Piecemeal(text, atOnce), ',');
        var rows = new List<string[]>();
        while (await csv.NextAsync(Cancellation) is { } row)
        {
            rows.Add(row);
        }

        return (rows, csv.Fault);
    }

    private sealed class Piecemeal(string text, int atOnce) : StringReader(text)
    {
        public override ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(atOnce, buffer.Length)], cancellationToken);
    }
}
