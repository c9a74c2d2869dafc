using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Simulator.Patients;

/// <summary>
/// What is true of a patient at one moment, before a device rounds it: a value per vital in the units of <see cref="VitalCatalogue"/>, NaN where nothing can be
/// measured, and which intermittent vitals somebody takes just now. One frame per patient is used again and again.
/// </summary>
public sealed class VitalFrame
{
    private readonly double[] _values = new double[VitalCatalogue.Count];

    /// <summary>Makes an empty frame.</summary>
    public VitalFrame() => Clear();

    /// <summary>A bit per vital that is taken at this moment; continuous vitals are always measured and need none.</summary>
    public int TakenMask { get; private set; }

    /// <summary>The value in the catalogue's unit, or NaN.</summary>
    public double this[Vital vital]
    {
        get => _values[(int)vital];
        set => _values[(int)vital] = value;
    }

    /// <summary>Whether there is a value.</summary>
    public bool Has(Vital vital) => !double.IsNaN(_values[(int)vital]);

    /// <summary>Empties the frame.</summary>
    public void Clear()
    {
        Array.Fill(_values, double.NaN);
        TakenMask = 0;
    }

    /// <summary>Marks an intermittent vital as taken at this moment.</summary>
    public void Take(Vital vital) => TakenMask |= 1 << (int)vital;

    /// <summary>Moves a value, within limits; a gap stays a gap.</summary>
    public void Shift(Vital vital, double by, double min, double max)
    {
        ref var value = ref _values[(int)vital];
        if (!double.IsNaN(value)) value = Math.Clamp(value + by, min, max);
    }
}

/// <summary>
/// A patient's vital signs over the data timeline. Sampled at times that never go back; the same seed and the same times give the same values.
/// </summary>
public interface IVitalsSource
{
    /// <summary>Fills an empty frame.</summary>
    /// <param name="seconds">The data timeline: seconds since the patient's first sample.</param>
    /// <param name="frame">Empty; vitals that are not measured stay so.</param>
    void Sample(double seconds, VitalFrame frame);
}
