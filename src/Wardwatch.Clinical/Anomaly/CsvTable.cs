using System.Globalization;
using System.Text;

namespace Wardwatch.Clinical.Anomaly;

/// <summary>Reads a table from comma-separated values (RFC 4180).</summary>
internal static class CsvTable
{
    private const int MaxLineCharacters = 1_000_000;

    public static TrainingTable Read(Stream source, IReadOnlyList<string>? columns, string? labelColumn)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var reader = new StreamReader(source, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 65_536, leaveOpen: true);
        var cells = new List<string>();
        int line = 0;
        if (!ReadRecord(reader, cells, ref line))
            throw new InvalidDataException("The table is empty: its first line must hold the column names.");

        string[] header = [.. cells.Select(c => c.Trim())];
        string[] names = columns is null ? [.. header.Where(n => !string.Equals(n, labelColumn, StringComparison.Ordinal))] : [.. columns];
        if (names.Length == 0 || names.Distinct(StringComparer.Ordinal).Count() != names.Length)
            throw new InvalidDataException("Line 1: column names are missing or repeat.");
        int[] positions = Array.ConvertAll(names, n => PositionOf(header, n));
        int labelPosition = labelColumn is null ? -1 : PositionOf(header, labelColumn);

        var values = new List<float>();
        var labels = labelColumn is null ? null : new List<bool>();
        while (ReadRecord(reader, cells, ref line))
        {
            if (cells.Count == 1 && cells[0].Length == 0)
                continue;   // a blank line
            if (cells.Count != header.Length)
                throw new InvalidDataException($"Line {line} has {cells.Count} cells, the first line has {header.Length}.");
            if (values.Count + positions.Length > TrainingTable.MaxValues)
                throw new InvalidDataException($"Line {line}: more than {TrainingTable.MaxValues} values are refused.");

            for (int c = 0; c < positions.Length; c++)
                values.Add(ParseCell(cells[positions[c]], line, names[c]));
            labels?.Add(ParseLabel(cells[labelPosition], line, labelColumn!));
        }

        return new TrainingTable(names, [.. values], labels is null ? null : [.. labels]);
    }

    private static int PositionOf(string[] header, string name)
    {
        int position = Array.IndexOf(header, name);
        return position >= 0
            ? position
            : throw new InvalidDataException($"Line 1: there is no column \"{name}\"; there are {string.Join(", ", header.Take(50))}.");
    }

    private static float ParseCell(string cell, int line, string column)
    {
        var text = cell.AsSpan().Trim();
        if (text.IsEmpty || text.Equals("NA", StringComparison.OrdinalIgnoreCase) || text.Equals("NaN", StringComparison.OrdinalIgnoreCase)
            || text.Equals("null", StringComparison.OrdinalIgnoreCase))
        {
            return float.NaN;
        }

        if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value))
            return value;
        throw new InvalidDataException($"Line {line}, column \"{column}\": \"{Shortened(cell)}\" is not a number.");
    }

    private static bool ParseLabel(string cell, int line, string column)
    {
        float label = ParseCell(cell, line, column);
        return float.IsNaN(label) ? throw new InvalidDataException($"Line {line}, column \"{column}\": a label is missing.") : label != 0;
    }

    private static string Shortened(string cell) => cell.Length <= 40 ? cell : cell[..40] + "…";

    /// <summary>Reads one record, which quotes may carry over several lines. <paramref name="line"/> becomes the line on which it ends.</summary>
    private static bool ReadRecord(StreamReader reader, List<string> cells, ref int line)
    {
        cells.Clear();
        if (reader.Peek() < 0)
            return false;

        int firstLine = ++line;
        var cell = new StringBuilder();
        bool quoted = false;
        int length = 0;
        while (true)
        {
            int next = reader.Read();
            if (++length > MaxLineCharacters)
                throw new InvalidDataException($"Line {firstLine} is longer than {MaxLineCharacters} characters.");
            if (quoted)
            {
                if (next < 0)
                    throw new InvalidDataException($"Line {firstLine}: a quote is never closed.");
                if (next == '\n')
                    line++;
                if (next != '"')
                    cell.Append((char)next);
                else if (reader.Peek() == '"')
                    cell.Append((char)reader.Read());
                else
                    quoted = false;
                continue;
            }

            switch (next)
            {
                case '"' when cell.Length == 0:
                    quoted = true;
                    break;
                case ',':
                    cells.Add(cell.ToString());
                    cell.Clear();
                    break;
                case '\r' when reader.Peek() == '\n':
                    break;
                case '\n' or -1:
                    cells.Add(cell.ToString());
                    return true;
                default:
                    cell.Append((char)next);
                    break;
            }
        }
    }
}
