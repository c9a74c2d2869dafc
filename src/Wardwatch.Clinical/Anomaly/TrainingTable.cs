namespace Wardwatch.Clinical.Anomaly;

/// <summary>
/// A table of numbers to train or evaluate a model on: rows of named columns, NaN where a value is missing, and labels if the source had any.
/// Reads CSV and NumPy archives (.npz) from a stream that the caller opens and closes. Sources are bounded: what is larger is refused.
/// </summary>
public sealed class TrainingTable
{
    /// <summary>The most values (rows × columns) that a table may have: 64 million, 256 MB.</summary>
    public const int MaxValues = 64_000_000;

    private readonly string[] _columns;
    private readonly float[] _values;
    private readonly bool[]? _labels;

    /// <summary>A table from values in memory.</summary>
    /// <param name="columns">Column names, each once.</param>
    /// <param name="rowMajor">The rows one after another.</param>
    /// <param name="labels">One label per row (true for anomalous), or null.</param>
    /// <exception cref="ArgumentException">Names repeat, or the lengths do not fit each other.</exception>
    public TrainingTable(IReadOnlyList<string> columns, float[] rowMajor, bool[]? labels)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(rowMajor);
        if (columns.Count == 0 || rowMajor.Length % columns.Count != 0)
            throw new ArgumentException($"{rowMajor.Length} values are not whole rows of {columns.Count} columns.", nameof(rowMajor));
        if (columns.Distinct(StringComparer.Ordinal).Count() != columns.Count)
            throw new ArgumentException("Column names repeat.", nameof(columns));
        if (labels is not null && labels.Length != rowMajor.Length / columns.Count)
            throw new ArgumentException($"{labels.Length} labels for {rowMajor.Length / columns.Count} rows.", nameof(labels));

        _columns = [.. columns];
        _values = rowMajor;
        _labels = labels;
    }

    /// <summary>Column names in order.</summary>
    public IReadOnlyList<string> Columns => _columns;

    /// <summary>Number of rows.</summary>
    public int RowCount => _values.Length / _columns.Length;

    /// <summary>All values, row after row.</summary>
    public ReadOnlySpan<float> RowMajor => _values;

    /// <summary>Whether the source had labels.</summary>
    public bool HasLabels => _labels is not null;

    /// <summary>One label per row, true for anomalous; empty if the source had none.</summary>
    public ReadOnlySpan<bool> Labels => _labels;

    /// <summary>One row.</summary>
    public ReadOnlySpan<float> Row(int index) => _values.AsSpan(index * _columns.Length, _columns.Length);

    /// <summary>The same rows with these columns only, in this order.</summary>
    /// <exception cref="ArgumentException">A column is not in the table.</exception>
    public TrainingTable Select(IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        int[] from = new int[columns.Count];
        for (int c = 0; c < from.Length; c++)
        {
            from[c] = Array.IndexOf(_columns, columns[c]);
            if (from[c] < 0)
                throw new ArgumentException($"There is no column \"{columns[c]}\"; there are {string.Join(", ", _columns)}.", nameof(columns));
        }

        float[] values = new float[RowCount * from.Length];
        for (int row = 0; row < RowCount; row++)
        {
            for (int c = 0; c < from.Length; c++)
                values[(row * from.Length) + c] = _values[(row * _columns.Length) + from[c]];
        }

        return new TrainingTable(columns, values, _labels);
    }

    /// <summary>
    /// Reads comma-separated values (RFC 4180, UTF-8, first line column names, decimal point). An empty cell, "NA", "NaN" or "null" is a missing value.
    /// </summary>
    /// <param name="source">The text; read to its end, not closed.</param>
    /// <param name="columns">The columns to take, in order; null for all but the label. Columns that are not taken may hold any text.</param>
    /// <param name="labelColumn">The column of labels (0 ordinary, anything else anomalous), or null.</param>
    /// <exception cref="InvalidDataException">The text is not such a table; the message names the line and column.</exception>
    public static TrainingTable ReadCsv(Stream source, IReadOnlyList<string>? columns, string? labelColumn) =>
        CsvTable.Read(source, columns, labelColumn);

    /// <summary>
    /// Reads a NumPy archive: a zip that holds X.npy (rows × columns of any integer, float or boolean type) and, if there are labels, y.npy.
    /// </summary>
    /// <param name="source">The archive; must be seekable; not closed.</param>
    /// <param name="columns">Names for the columns of X; null for "x0", "x1", ….</param>
    /// <exception cref="InvalidDataException">The archive is damaged or does not hold such a table.</exception>
    public static TrainingTable ReadNpz(Stream source, IReadOnlyList<string>? columns) => NpzTable.Read(source, columns);
}
