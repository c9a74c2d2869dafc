using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Simulator.Tables;

/// <summary>
/// Collects one patient's rows while a file is read, and makes the table of them: times become seconds since the first useful row,
/// empty rows at both ends are left out, rows in between stay as gaps.
/// </summary>
internal sealed class TableDraft(string id, bool continuousPressure)
{
    /// <summary>What a row lasts where a table has no time column and its kind does not say otherwise.</summary>
    public const double DefaultStepSeconds = 60;

    private readonly List<double> _seconds = [];
    private readonly List<double> _values = [];

    public string Id => id;

    public int RowCount => _seconds.Count;

    /// <summary>Takes a row.</summary>
    /// <param name="seconds">The row's time on any origin; NaN where the table has no times.</param>
    /// <param name="row">One value per vital, NaN where nothing was measured.</param>
    /// <param name="place">Where the row stands, for messages.</param>
    /// <exception cref="SimulatorException">Times do not increase, or there are too many rows.</exception>
    public void Add(double seconds, ReadOnlySpan<double> row, string place)
    {
        if (_seconds.Count >= TableLimits.MaxRowsPerPatient)
            throw SimulatorException.Input($"{place}: more than {TableLimits.MaxRowsPerPatient:N0} rows for one patient. Split the table.");

        if (double.IsNaN(seconds))
            seconds = _seconds.Count == 0 ? 0 : _seconds[^1] + DefaultStepSeconds;

        // Counted from the first row, as the table will have it: far from zero, two times may differ by less than a number can say.
        if (_seconds.Count > 0 && seconds - _seconds[0] <= _seconds[^1] - _seconds[0])
            throw SimulatorException.Input($"{place}: the time does not come after that of the row before. Sort the rows of a patient by time.");

        _seconds.Add(seconds);
        foreach (var value in row)
            _values.Add(value);
    }

    /// <summary>The table, or null where no row holds a single vital sign.</summary>
    public PatientTable? Build()
    {
        var first = 0;
        while (first < _seconds.Count && IsEmpty(first)) first++;
        if (first == _seconds.Count) return null;

        var end = _seconds.Count;
        while (IsEmpty(end - 1)) end--;

        var origin = _seconds[first];
        var seconds = new double[end - first];
        for (var i = 0; i < seconds.Length; i++)
            seconds[i] = _seconds[first + i] - origin;

        var values = _values.GetRange(first * VitalCatalogue.Count, seconds.Length * VitalCatalogue.Count).ToArray();
        return new PatientTable(id, seconds, values, continuousPressure);
    }

    private bool IsEmpty(int row)
    {
        for (var i = row * VitalCatalogue.Count; i < (row + 1) * VitalCatalogue.Count; i++)
        {
            if (!double.IsNaN(_values[i])) return false;
        }

        return true;
    }
}
