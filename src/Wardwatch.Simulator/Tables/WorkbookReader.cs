using System.Globalization;
using System.Text;
using System.Xml;
using ExcelDataReader;
using ExcelDataReader.Exceptions;
using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Simulator.Tables;

/// <summary>
/// Reads an Excel workbook (.xlsx): a sheet per patient, or a sheet in which a column names the patient. The first row with text is the header; sheets without
/// a column that carries a vital sign (a title page, say) are left out and named in the notes.
/// </summary>
public static class WorkbookReader
{
    private const int MaxHeaderSearchRows = 20;
    private const long MaxFileBytes = 64L << 20;

    // The reader library asks for code page 1252 (for the old binary format) before it knows what it reads.
    static WorkbookReader() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <param name="path">The file.</param>
    /// <param name="sheet">The one sheet to read, or null for all.</param>
    /// <exception cref="SimulatorException">The file cannot be used; the message names sheet and cell.</exception>
    public static TableSet Read(string path, string? sheet)
    {
        var name = Path.GetFileName(path);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return Read(file, name, sheet);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SimulatorException(ExitCode.Input, $"There is no workbook at {path}.", problem);
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            throw new SimulatorException(ExitCode.Input, $"{path} cannot be read: {problem.Message}", problem);
        }
    }

    /// <inheritdoc cref="Read(string, string?)"/>
    /// <param name="file">A stream that can seek.</param>
    /// <param name="name">How messages name it.</param>
    /// <param name="sheet">The one sheet to read, or null for all.</param>
    public static TableSet Read(Stream file, string name, string? sheet)
    {
        if (file.Length == 0) throw SimulatorException.Input($"{name} is empty (0 bytes).");
        if (file.Length > MaxFileBytes) throw SimulatorException.Input($"{name} has more than {MaxFileBytes >> 20} MB; split it.");
        var errorCells = WorkbookGuard.Check(file, name);
        file.Position = 0;

        try
        {
            using var reader = ExcelReaderFactory.CreateOpenXmlReader(file, new ExcelReaderConfiguration { LeaveOpen = true });
            var notes = new List<string>();
            if (errorCells > 0) notes.Add($"{name}: {errorCells:N0} cells with an error of the spreadsheet, such as #DIV/0!, are read as not measured");
            return ReadSheets(reader, name, sheet, notes);
        }
        catch (Exception problem) when (problem is ExcelReaderException or InvalidDataException or FormatException or IndexOutOfRangeException or NullReferenceException or ArgumentException or OverflowException or XmlException)
        {
            // The reader library answers a damaged workbook with whatever its parsing runs into.
            throw new SimulatorException(ExitCode.Input, $"{name} is damaged: {problem.Message}", problem);
        }
    }

    private static TableSet ReadSheets(IExcelDataReader reader, string name, string? wanted, List<string> notes)
    {
        var patients = new PatientDrafts(name);
        var sheets = new List<string>();
        var headersSeen = new List<string>();
        do
        {
            sheets.Add(reader.Name);
            if (wanted is not null && !string.Equals(wanted, reader.Name, StringComparison.OrdinalIgnoreCase)) continue;

            var place = $"{name}, sheet '{reader.Name}'";
            if (FindHeader(reader, place, out var headerRow, out var headers) is not { } map)
            {
                if (headers.Count > 0) headersSeen.Add($"'{reader.Name}' ({string.Join(", ", headers.Take(8))})");
                continue;
            }

            if (map.Ignored.Count > 0) notes.Add($"{place}: ignored columns {string.Join(", ", map.Ignored.Take(40))}");
            ReadRows(reader, map, headerRow, place, patients);
        }
        while (reader.NextResult());

        if (wanted is not null && !sheets.Contains(wanted, StringComparer.OrdinalIgnoreCase))
            throw SimulatorException.Input($"{name} has no sheet '{wanted}'. Its sheets: {string.Join(", ", sheets.Take(40))}.");
        if (!patients.AnyColumns && headersSeen.Count == 0)
            throw SimulatorException.Input($"{name} is empty: no sheet has a header row. The first row names the columns, such as Time, HR, SpO2, SBP, DBP, Temp, RR.");
        if (!patients.AnyColumns)
            throw SimulatorException.Input($"{name}: no sheet has a column that carries a vital sign. Found {string.Join("; ", headersSeen.Take(5))}. Known are HR, SpO2, SBP, DBP, Temp, RR, ACVPU, O2, EtCO2, Glucose.");

        return patients.Build(notes);
    }

    private static ColumnMap? FindHeader(IExcelDataReader reader, string place, out int row, out IReadOnlyList<string> headers)
    {
        headers = [];
        for (row = 1; row <= MaxHeaderSearchRows && reader.Read(); row++)
        {
            if (reader.FieldCount > TableLimits.MaxColumns)
                throw SimulatorException.Input($"{place}: more than {TableLimits.MaxColumns:N0} columns.");

            var texts = new string[reader.FieldCount];
            for (var i = 0; i < texts.Length; i++)
                texts[i] = reader.GetValue(i) as string ?? "";
            if (ColumnMap.TryCreate(texts, place) is { } map) return map;
            if (headers.Count == 0 && texts.Any(text => text.Length > 0))
                headers = [.. texts.Where(text => text.Length > 0)];
        }

        return null;
    }

    private static void ReadRows(IExcelDataReader reader, ColumnMap map, int headerRow, string place, PatientDrafts patients)
    {
        patients.AnyColumns = true;
        var values = new double[VitalCatalogue.Count];
        for (var row = headerRow + 1; reader.Read(); row++)
        {
            if (row > TableLimits.MaxRowsPerPatient + MaxHeaderSearchRows)
                throw SimulatorException.Input($"{place}: more than {TableLimits.MaxRowsPerPatient:N0} rows.");
            if (IsBlank(reader)) continue;

            Array.Fill(values, double.NaN);
            foreach (var column in map.Vitals)
            {
                if (!CellParser.TryReadVital(Text(reader, column.Index), column, out values[(int)column.Vital]))
                    throw Refused(reader, column.Index, row, column.Header, place, VitalCatalogue.Of(column.Vital).Name);
            }

            var seconds = double.NaN;
            if (map.TimeIndex >= 0 && !TryReadTime(reader, map, out seconds))
                throw Refused(reader, map.TimeIndex, row, "time", place, "a time");

            var id = map.PatientIndex >= 0 ? Text(reader, map.PatientIndex).Trim() : reader.Name;
            if (id.Length == 0) throw SimulatorException.Input($"{place}: cell {Address(map.PatientIndex, row)} names no patient.");
            var address = $"{place}, row {row}";
            patients.Get(id, map.HasContinuousPressure, address).Add(seconds, values, address);
        }
    }

    private static bool TryReadTime(IExcelDataReader reader, ColumnMap map, out double seconds)
    {
        switch (reader.GetValue(map.TimeIndex))
        {
            case DateTime date:
                seconds = (date - DateTime.UnixEpoch).TotalSeconds;
                return true;
            case TimeSpan span:
                seconds = span.TotalSeconds;
                return true;
            default:
                return CellParser.TryReadTime(Text(reader, map.TimeIndex), map.TimeUnit, out seconds);
        }
    }

    private static string Text(IExcelDataReader reader, int index)
    {
        if (index >= reader.FieldCount) return "";
        return reader.GetValue(index) switch
        {
            null => "",
            string text => text,
            double number => number.ToString("R", CultureInfo.InvariantCulture),
            bool flag => flag ? "true" : "false",
            var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? "",
        };
    }

    private static bool IsBlank(IExcelDataReader reader)
    {
        for (var i = 0; i < reader.FieldCount; i++)
        {
            if (reader.GetValue(i) is not (null or "")) return false;
        }

        return true;
    }

    private static SimulatorException Refused(IExcelDataReader reader, int column, int row, string header, string place, string expected)
    {
        var text = Text(reader, column);
        return SimulatorException.Input($"{place}: cell {Address(column, row)} (column '{header}') holds '{(text.Length > 40 ? text[..40] + "…" : text)}', which is not {expected}. Leave the cell empty where nothing was measured.");
    }

    /// <summary>A cell's address as spreadsheets write it: column 0, row 1 is A1.</summary>
    internal static string Address(int column, int row)
    {
        var letters = "";
        for (var rest = column + 1; rest > 0; rest = (rest - 1) / 26)
            letters = (char)('A' + ((rest - 1) % 26)) + letters;
        return $"{letters}{row}";
    }
}
