using Wardwatch.Clinical.Vitals;
using Wardwatch.Simulator.Tables;

namespace Wardwatch.Simulator.Patients;

/// <summary>What a replay does when its table ends.</summary>
public enum AfterEnd
{
    /// <summary>Goes on synthetically from the last values.</summary>
    Continue,

    /// <summary>Begins again with the first row.</summary>
    Loop,

    /// <summary>Measures nothing any more.</summary>
    Stop,
}

/// <summary>
/// Replays a table. Continuous vitals run from row to row in a straight line with a little noise that is zero at the rows themselves; intermittent ones are taken at
/// their row. A gap stays a gap: a value holds for its own tick, and where the next row has none, nothing is measured in the next tick.
/// </summary>
public sealed class TableReplay : IVitalsSource
{
    private const double GapFactor = 3;
    private const double NoNoiseBelowStepSeconds = 5;

    private readonly PatientTable _table;
    private readonly AfterEnd _afterEnd;
    private readonly int _seed;
    private readonly Random _random;
    private readonly bool _fineRows;
    private WanderingNoise _heartRate = new(1.2, 8);
    private WanderingNoise _saturation = new(0.3, 12);
    private WanderingNoise _breaths = new(0.7, 20);
    private WanderingNoise _carbonDioxide = new(0.8, 20);
    private WanderingNoise _pressure = new(1.5, 10);
    private SyntheticPatient? _continuation;
    private int _lastRow = -1;
    private long _lastLap;

    /// <param name="table">What to replay.</param>
    /// <param name="afterEnd">What to do when it ends.</param>
    /// <param name="seed">The same seed gives the same noise.</param>
    public TableReplay(PatientTable table, AfterEnd afterEnd, int seed)
    {
        ArgumentNullException.ThrowIfNull(table);
        _table = table;
        _afterEnd = afterEnd;
        _seed = seed;
        _random = new Random(seed);
        _fineRows = table.StepSeconds < NoNoiseBelowStepSeconds;
    }

    /// <inheritdoc/>
    public void Sample(double seconds, VitalFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var length = _table.LengthSeconds;
        if (seconds >= length && _afterEnd != AfterEnd.Loop)
        {
            if (_afterEnd == AfterEnd.Stop) return;
            _continuation ??= new SyntheticPatient(LastValues(), _seed, continuesAPast: true);
            _continuation.Sample(seconds, frame);
            return;
        }

        var lap = (long)(seconds / length);
        if (lap != _lastLap) (_lastLap, _lastRow) = (lap, -1);
        var at = seconds - (lap * length);
        var row = _table.RowAt(at);
        foreach (var definition in VitalCatalogue.All)
            frame[definition.Vital] = ValueAt(definition.Vital, row, at, seconds);
        MarkTaken(row, frame);
        _lastRow = row;
    }

    private double ValueAt(Vital vital, int row, double at, double seconds)
    {
        var value = _table.ValueAt(row, vital);
        if (double.IsNaN(value)) return value;

        var begin = _table.SecondsAt(row);
        var end = row + 1 < _table.RowCount ? _table.SecondsAt(row + 1) : begin + _table.StepSeconds;
        if (end - begin > GapFactor * _table.StepSeconds)
        {
            // Rows are missing here: the value holds for one tick, as everywhere, and then there is none.
            return at - begin < _table.StepSeconds ? value : double.NaN;
        }

        if (!IsContinuous(vital)) return value;
        var share = (at - begin) / (end - begin);
        var next = row + 1 < _table.RowCount ? _table.ValueAt(row + 1, vital) : double.NaN;
        if (!double.IsNaN(next)) value += share * (next - value);
        if (_fineRows) return value;

        var noisy = value + (Math.Sqrt(4 * share * (1 - share)) * Noise(vital, seconds));
        return vital == Vital.SpO2 ? Math.Min(noisy, Math.Max(100, value)) : noisy;
    }

    private double Noise(Vital vital, double seconds) => vital switch
    {
        Vital.HeartRate => _heartRate.At(seconds, _random),
        Vital.SpO2 => _saturation.At(seconds, _random),
        Vital.RespiratoryRate => _breaths.At(seconds, _random),
        Vital.EndTidalCo2 => _carbonDioxide.At(seconds, _random),
        Vital.SystolicPressure => _pressure.At(seconds, _random),
        _ => 0,
    };

    private bool IsContinuous(Vital vital) =>
        VitalCatalogue.Of(vital).IsContinuous || (_table.HasContinuousPressure && vital is Vital.SystolicPressure or Vital.DiastolicPressure);

    private void MarkTaken(int row, VitalFrame frame)
    {
        if (_table.HasContinuousPressure)
        {
            frame.Take(Vital.SystolicPressure);
            frame.Take(Vital.DiastolicPressure);
        }

        if (row == _lastRow) return;
        foreach (var definition in VitalCatalogue.All)
        {
            if (IsContinuous(definition.Vital)) continue;

            // At high speed several rows pass between two samples: the latest value among them is the one that was taken.
            for (var r = row; r > _lastRow; r--)
            {
                var value = _table.ValueAt(r, definition.Vital);
                if (double.IsNaN(value)) continue;
                frame[definition.Vital] = value;
                frame.Take(definition.Vital);
                break;
            }
        }
    }

    private SyntheticProfile LastValues() => new()
    {
        HeartRate = LastValue(Vital.HeartRate),
        SpO2 = LastValue(Vital.SpO2),
        SystolicPressure = LastValue(Vital.SystolicPressure),
        DiastolicPressure = LastValue(Vital.DiastolicPressure),
        Temperature = LastValue(Vital.Temperature),
        RespiratoryRate = LastValue(Vital.RespiratoryRate),
        ConsciousnessLevel = LastValue(Vital.Consciousness),
        SupplementalOxygen = LastValue(Vital.SupplementalOxygen),
        EndTidalCo2 = LastValue(Vital.EndTidalCo2),
        Glucose = LastValue(Vital.Glucose),
        HasContinuousPressure = _table.HasContinuousPressure,
    };

    private double LastValue(Vital vital)
    {
        for (var row = _table.RowCount - 1; row >= 0; row--)
        {
            if (_table.ValueAt(row, vital) is var value && !double.IsNaN(value)) return value;
        }

        return double.NaN;
    }
}
