using Npgsql;
using Wardwatch.Clinical.Anomaly;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.History;

/// <summary>
/// Rows to train an anomaly model on, out of the history: what was known of a patient at one moment, joined over the same windows as when a reading is scored.
/// Neighbouring seconds say the same, so each patient gives at most a row a minute; late readings and those that were anomalous by the model of then stay in,
/// since the forest is to see the ward as it is.
/// </summary>
internal sealed class TrainingRows(NpgsqlDataSource database, TenantDatabase tenants)
{
    private const long BetweenRows = 60_000_000;
    private static readonly Vital[] Features = [Vital.HeartRate, Vital.SpO2, Vital.SystolicPressure, Vital.DiastolicPressure, Vital.Temperature, Vital.RespiratoryRate];

    private readonly ReadingStore _store = new(database, tenants, metrics: null);
    private readonly List<float> _values = [];

    /// <summary>Reads all patients in [<paramref name="from"/>, <paramref name="until"/>), microseconds since the Unix epoch.</summary>
    /// <param name="patients">Whose readings to take.</param>
    /// <param name="from">Beginning.</param>
    /// <param name="until">End, exclusive.</param>
    /// <param name="maxRows">Where there are more rows, every second, third … is taken.</param>
    /// <param name="progress">Told how many patients are read.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<TrainingTable> ReadAsync(
        IReadOnlyList<PatientEntry> patients, long from, long until, int maxRows, IProgress<int>? progress, CancellationToken cancellation)
    {
        for (var i = 0; i < patients.Count; i++)
        {
            await ReadAsync(patients[i], from, until, cancellation);
            progress?.Report(i + 1);
        }

        return new TrainingTable([.. Features.Select(vital => VitalCatalogue.Of(vital).WireKey)], Thin(maxRows), labels: null);
    }

    private async Task ReadAsync(PatientEntry patient, long from, long until, CancellationToken cancellation)
    {
        var known = default(VitalSet);
        var next = long.MinValue;
        await _store.ReadAsync(patient, from, until, most: null, (in StoredReading reading) =>
        {
            for (var vital = 0; vital < VitalCatalogue.Count; vital++)
            {
                if (reading.Content.Has(vital))
                {
                    known.Update((Vital)vital, reading.Content.Values[vital], reading.Key.MeasuredAt - reading.Content.AgeMilliseconds[vital] * 1000L);
                }
            }

            if (reading.Key.MeasuredAt >= next)
            {
                next = reading.Key.MeasuredAt + BetweenRows;
                Add(in known, reading.Key.MeasuredAt);
            }

            return true;
        }, cancellation);
    }

    private void Add(in VitalSet known, long at)
    {
        foreach (var feature in Features)
        {
            _values.Add(ScoreWindow.Default.TryGetFresh(in known, feature, at, out var value, out _) ? (float)value : float.NaN);
        }
    }

    private float[] Thin(int maxRows)
    {
        var rows = _values.Count / Features.Length;
        if (rows <= maxRows)
        {
            return [.. _values];
        }

        var kept = new float[maxRows * Features.Length];
        for (var row = 0; row < maxRows; row++)
        {
            var source = (int)((long)row * rows / maxRows);
            _values.CopyTo(source * Features.Length, kept, row * Features.Length, Features.Length);
        }

        return kept;
    }
}
