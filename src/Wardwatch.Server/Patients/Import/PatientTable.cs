using System.Text;

namespace Wardwatch.Server.Patients.Import;

/// <summary>A row of a table, as a patient.</summary>
internal sealed record ImportRow(int Row, NewPatient Patient);

/// <summary>
/// Reads a table of patients: comma- or semicolon-separated (RFC 4180), UTF-8 with or without a mark, with the header
/// <c>record_number,name,date_of_birth,sex[,ward,bed,status]</c> in whatever order. A row at a time is held, and no cell longer than 1,000 characters.
/// </summary>
internal sealed class PatientTable(Stream stream, ImportProblems problems, TimeProvider time)
{
    private const int LongestHeader = 1000;

    private static readonly string[] Needed = ["record_number", "name", "date_of_birth", "sex"];
    private static readonly string[] Optional = ["ward", "bed", "status"];
    private static readonly char[] BeginsFormula = ['=', '+', '-', '@', '\t', '\r'];

    /// <summary>Rows read, without the header.</summary>
    public int Rows { get; private set; }

    /// <summary>The rows that are right; the others go to the problems.</summary>
    public async IAsyncEnumerable<ImportRow> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        using var text = new StreamReader(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true, leaveOpen: true);
        var (columns, separator) = await HeaderAsync(text, cancellation);
        if (columns.Length == 0)
        {
            yield break;
        }

        var csv = new CsvRows(text, separator);
        while (await csv.NextAsync(cancellation) is { } cells)
        {
            if (cells is [""])
            {
                continue; // an empty line
            }

            Rows++;
            if (Read(cells, columns) is { } patient)
            {
                yield return new(Rows + 1, patient);
            }
        }

        if (csv.Fault != CsvFault.None)
        {
            problems.Add(Rows + 2, null, $"{Explain(csv.Fault)}; nothing from there on was read.");
        }
    }

    private static string Explain(CsvFault fault) => fault switch
    {
        CsvFault.CellTooLong => $"has a cell of more than {CsvRows.MostCharacters} characters",
        CsvFault.TooManyCells => $"has more than {CsvRows.MostCells} cells",
        CsvFault.NotUtf8 => "is not UTF-8, or a row soon after it",
        _ => "has a quotation mark where none belongs, or one that is never closed",
    };

    private async Task<(string[] Columns, char Separator)> HeaderAsync(StreamReader text, CancellationToken cancellation)
    {
        string header;
        try
        {
            header = await FirstLineAsync(text, cancellation);
        }
        catch (DecoderFallbackException)
        {
            problems.Add(1, null, "is not UTF-8.");
            return ([], ',');
        }

        var separator = header.Contains(';', StringComparison.Ordinal) ? ';' : ',';
        string[] columns = [.. header.Split(separator).Select(column => column.Trim().Trim('"'))];
        foreach (var missing in Needed.Except(columns, StringComparer.Ordinal))
        {
            problems.Add(1, missing, "is missing in the header.");
        }

        foreach (var (place, column) in columns.Index())
        {
            // What stands there is not repeated: without a header it would be somebody's name.
            if (!Needed.Contains(column) && !Optional.Contains(column))
            {
                problems.Add(1, null, $"has a column that is not known (number {place + 1}); known are {string.Join(", ", Needed.Concat(Optional))}.");
            }
            else if (Array.IndexOf(columns, column) != place)
            {
                problems.Add(1, column, "comes twice in the header.");
            }
        }

        return (problems.Count == 0 ? columns : [], separator);
    }

    private static async Task<string> FirstLineAsync(StreamReader text, CancellationToken cancellation)
    {
        var line = new StringBuilder();
        var one = new char[1];
        while (line.Length < LongestHeader && await text.ReadAsync(one.AsMemory(), cancellation) == 1 && one[0] != '\n')
        {
            line.Append(one[0]);
        }

        return line.ToString();
    }

    private NewPatient? Read(string[] cells, string[] columns)
    {
        var row = Rows + 1;
        if (cells.Length != columns.Length)
        {
            problems.Add(row, null, $"has {cells.Length} cells, and the header {columns.Length}.");
            return null;
        }

        var before = problems.Count;
        foreach (var (place, column) in columns.Index())
        {
            if (cells[place] is { Length: > 0 } cell && BeginsFormula.Contains(cell[0]))
            {
                problems.Add(row, column, "begins like a formula (=, +, -, @ or a control character).");
            }
        }

        string? Cell(string column) => Array.IndexOf(columns, column) is >= 0 and var place && cells[place].Trim() is { Length: > 0 } value ? value : null;
        var fields = new PatientFields();
        var patient = new NewPatient(
            fields.Name("name", Cell("name")), fields.RecordNumber("record_number", Cell("record_number")), fields.DateOfBirth("date_of_birth", Cell("date_of_birth"), time.GetUtcNow()),
            fields.Sex("sex", Cell("sex")), Cell("ward"), Cell("bed"))
        {
            Status = fields.Status("status", Cell("status") ?? "admitted"),
        };
        if (patient.Ward is not null || patient.Bed is not null)
        {
            fields.Place(patient.Ward, patient.Bed);
        }

        foreach (var (field, found) in fields.Errors)
        {
            problems.Add(row, field, string.Join(" ", found));
        }

        return problems.Count == before ? patient : null;
    }
}
