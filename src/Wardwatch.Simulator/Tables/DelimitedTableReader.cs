using CsvHelper;
using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Simulator.Tables;

/// <summary>
/// Reads one delimited text file (.psv, .csv, .tsv): the first line names the columns, a line is a tick, <c>NaN</c> or nothing means not measured.
/// The separator (<c>| ; tab ,</c>) is found from the first lines. A column may name the patient; otherwise the file is one patient.
/// </summary>
internal static class DelimitedTableReader
{
    private static readonly CsvReaderOptions Options = new()
    {
        MaxRecordSize = TableLimits.MaxLineBytes, // a table with a 10 MB line is not a table
        AllowLineBreaksInQuotes = false,
        TrackLineNumbers = true,
        TrimWhitespace = true,
        BufferSize = 16 << 10,
    };

    /// <summary>Reads the file's rows into the drafts.</summary>
    /// <param name="file">Bytes in UTF-8; closed by the caller.</param>
    /// <param name="name">The file's name, for messages and, without its ending, as the patient's id.</param>
    /// <param name="patients">Where the rows go.</param>
    /// <param name="notes">What the operator should know.</param>
    /// <exception cref="SimulatorException">The text cannot be used; the message names line and column.</exception>
    public static void Read(Stream file, string name, PatientDrafts patients, List<string> notes)
    {
        using var csv = CsvReader.Create(file, Options, leaveOpen: true);
        try
        {
            csv.ReadHeader();
            string[] headers = [.. csv.Headers];
            if (headers.All(string.IsNullOrWhiteSpace))
                throw SimulatorException.Input($"{name} is empty. The first line names the columns, such as HR|O2Sat|Temp|SBP|DBP|Resp.");
            if (headers.Length > TableLimits.MaxColumns)
                throw SimulatorException.Input($"{name}: more than {TableLimits.MaxColumns:N0} columns.");
            var map = ColumnMap.TryCreate(headers, name)
                ?? throw SimulatorException.Input($"{name}: unknown columns; none carries a vital sign. Found {string.Join(", ", headers.Take(10).Select(Shorten))}. Known are HR, O2Sat or SpO2, SBP, DBP, Temp, Resp or RR, EtCO2, Glucose, ACVPU, O2.");

            patients.AnyColumns = true;
            NoteIgnored(map, notes);
            ReadRows(csv, map, name, patients);
        }
        catch (CsvFormatException problem)
        {
            throw new SimulatorException(ExitCode.Input, $"{name}: not a readable table: {problem.Message}", problem);
        }
    }

    private static void ReadRows(CsvReader csv, ColumnMap map, string name, PatientDrafts patients)
    {
        var fileId = Path.GetFileNameWithoutExtension(name);
        var values = new double[VitalCatalogue.Count];
        TableDraft? draft = null;
        while (csv.Read())
        {
            if (++patients.RowsRead > TableLimits.MaxRows)
                throw SimulatorException.Input($"{name}: more than {TableLimits.MaxRows:N0} rows in all.");

            var row = csv.Current;
            var place = $"{name}, line {csv.LineNumber}";
            Array.Fill(values, double.NaN);
            foreach (var column in map.Vitals)
            {
                var text = Text(row, column.Index);
                if (!CellParser.TryReadVital(text, column, out values[(int)column.Vital]))
                    throw SimulatorException.Input($"{place}: column '{column.Header}' holds '{Shorten(text)}', which is not {VitalCatalogue.Of(column.Vital).Name}. Write NaN where nothing was measured.");
            }

            var seconds = double.NaN;
            if (map.TimeIndex >= 0 && !CellParser.TryReadTime(Text(row, map.TimeIndex), map.TimeUnit, out seconds))
                throw SimulatorException.Input($"{place}: the time column holds '{Shorten(Text(row, map.TimeIndex))}', which is not a time.");

            var id = map.PatientIndex >= 0 ? Text(row, map.PatientIndex).Trim() : fileId;
            if (id.Length == 0) throw SimulatorException.Input($"{place}: no patient is named.");
            if (draft is null || draft.Id != id) draft = patients.Get(id, map.HasContinuousPressure, place);
            draft.Add(seconds, values, place);
        }
    }

    // A line may end early: what it does not hold was not measured.
    private static string Text(CsvRow row, int index) => index < row.FieldCount ? row.GetString(index) ?? "" : "";

    // PhysioNet's tables carry laboratory values by design; they are named once, not once a file.
    private static void NoteIgnored(ColumnMap map, List<string> notes)
    {
        if (map.Ignored.Count == 0) return;
        var note = $"ignored columns: {string.Join(", ", map.Ignored.Take(60).Select(Shorten))}";
        if (!notes.Contains(note)) notes.Add(note);
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
