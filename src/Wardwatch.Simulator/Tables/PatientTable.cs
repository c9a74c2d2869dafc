using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Simulator.Tables;

/// <summary>
/// One patient's measurements as a table gave them: a row per tick, times in seconds since the first row, values in the units of
/// <see cref="VitalCatalogue"/>, NaN where nothing was measured. Immutable.
/// </summary>
public sealed class PatientTable
{
    private readonly double[] _seconds;
    private readonly double[] _values;

    /// <param name="id">How the table names the patient: a sheet's name, a file's name, an id in a column.</param>
    /// <param name="seconds">Strictly increasing; the first is 0.</param>
    /// <param name="values">Row after row, <see cref="VitalCatalogue.Count"/> values each.</param>
    /// <param name="continuousPressure">True where the pressures come from an arterial line, so that they hold all the time.</param>
    internal PatientTable(string id, double[] seconds, double[] values, bool continuousPressure)
    {
        if (seconds.Length == 0) throw new ArgumentException("A table has at least one row", nameof(seconds));
        if (values.Length != seconds.Length * VitalCatalogue.Count) throw new ArgumentException("A row has one value per vital", nameof(values));
        Id = id;
        _seconds = seconds;
        _values = values;
        HasContinuousPressure = continuousPressure;
        StepSeconds = seconds.Length > 1 ? (seconds[^1] - seconds[0]) / (seconds.Length - 1) : TableDraft.DefaultStepSeconds;
    }

    /// <summary>How the table names the patient.</summary>
    public string Id { get; }

    /// <summary>The number of rows, at least one.</summary>
    public int RowCount => _seconds.Length;

    /// <summary>True where the pressures come from an arterial line rather than from a cuff.</summary>
    public bool HasContinuousPressure { get; }

    /// <summary>The mean time between rows, in seconds.</summary>
    public double StepSeconds { get; }

    /// <summary>Where the last row's tick ends, in seconds since the first row.</summary>
    public double LengthSeconds => _seconds[^1] + StepSeconds;

    /// <summary>The row's time in seconds since the first row.</summary>
    public double SecondsAt(int row) => _seconds[row];

    /// <summary>The row's value, or NaN where it was not measured.</summary>
    public double ValueAt(int row, Vital vital) => _values[(row * VitalCatalogue.Count) + (int)vital];

    /// <summary>The row that is in force at a time: the last one that does not begin after it.</summary>
    public int RowAt(double seconds)
    {
        var index = Array.BinarySearch(_seconds, seconds);
        return index >= 0 ? index : Math.Max(0, ~index - 1);
    }
}

/// <summary>What a source of tables gave: the patients, and what the operator should know about the reading of them.</summary>
/// <param name="Patients">At least one.</param>
/// <param name="Notes">Sentences such as "ignored columns: …".</param>
public sealed record TableSet(IReadOnlyList<PatientTable> Patients, IReadOnlyList<string> Notes);

/// <summary>How much a table may ask of this process, whatever it holds. Real tables stay far below.</summary>
internal static class TableLimits
{
    public const long MaxFileBytes = 256L << 20;
    public const long MaxUnpackedBytes = 512L << 20;
    public const int MaxArchiveEntries = 60_000;
    public const int MaxLineBytes = 64 << 10;
    public const int MaxColumns = 1_000;
    public const int MaxRowsPerPatient = 1_000_000;
    public const int MaxRows = 4_000_000;
    public const int MaxPatients = 20_000;
}
