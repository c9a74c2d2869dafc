using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Wardwatch.Clinical.Vitals;

/// <summary>
/// The latest value of each vital sign of one patient, each with its own measurement time: readings joined over a window. Both a single reading and a
/// patient's running state have this shape. Times are Unix microseconds, values are in the units of <see cref="VitalCatalogue"/>.
/// </summary>
/// <remarks>
/// A mutable struct of 168 bytes without references, so that a patient's state costs no allocation and can be copied whole: keep it in a field, pass it by
/// <c>in</c> or <c>ref</c>. It is not safe for several writers; a lane owns it. A vital that was never measured is absent, which is not a zero.
/// </remarks>
public struct VitalSet
{
    private Values _values;
    private Times _times;
    private ushort _present;

    /// <summary>A bit per vital that has a value: bit n is the vital whose number is n.</summary>
    public readonly ushort PresentMask => _present;

    /// <summary>The number of vitals that have a value.</summary>
    public readonly int Count => BitOperations.PopCount(_present);

    /// <summary>Whether the vital has a value, however old.</summary>
    public readonly bool Has(Vital vital) => (_present & (1 << (int)vital)) != 0;

    /// <summary>The value, or NaN if the vital was never measured.</summary>
    public readonly double ValueOrNaN(Vital vital) => Has(vital) ? _values[(int)vital] : double.NaN;

    /// <summary>The latest value and when it was measured.</summary>
    public readonly bool TryGet(Vital vital, out double value, out long measuredAtMicros)
    {
        if (!Has(vital))
        {
            value = double.NaN;
            measuredAtMicros = 0;
            return false;
        }

        value = _values[(int)vital];
        measuredAtMicros = _times[(int)vital];
        return true;
    }

    /// <summary>The level of consciousness, if it was assessed.</summary>
    public readonly bool TryGetConsciousness(out Consciousness level, out long measuredAtMicros)
    {
        bool present = TryGet(Vital.Consciousness, out double value, out measuredAtMicros);
        level = present ? (Consciousness)(byte)value : Consciousness.Alert;
        return present;
    }

    /// <summary>The age of a vital in seconds; NaN if it was never measured, negative if the device's clock runs ahead.</summary>
    public readonly double AgeSeconds(Vital vital, long nowMicros) =>
        Has(vital) ? (nowMicros - _times[(int)vital]) / 1e6 : double.NaN;

    /// <summary>The state of a vital by its age; <see cref="DataState.Offline"/> if it was never measured.</summary>
    public readonly DataState StateAt(Vital vital, long nowMicros) =>
        VitalCatalogue.Of(vital).Ages.StateAt(AgeSeconds(vital, nowMicros));

    /// <summary>
    /// Takes a value unless a newer one is held. Of two values with one time the last to come stands, which is how a device corrects itself.
    /// </summary>
    /// <returns>False if the value was older than the one held, or not a finite number; nothing has changed then.</returns>
    public bool Update(Vital vital, double value, long measuredAtMicros)
    {
        int index = (int)vital;
        if (!double.IsFinite(value) || (Has(vital) && measuredAtMicros < _times[index]))
            return false;

        _values[index] = value;
        _times[index] = measuredAtMicros;
        _present |= (ushort)(1 << index);
        return true;
    }

    /// <inheritdoc cref="Update(Vital, double, long)"/>
    public bool Update(Consciousness level, long measuredAtMicros) => Update(Vital.Consciousness, (double)level, measuredAtMicros);

    /// <summary>
    /// Joins a reading into this set: each of its values is taken unless a newer one is held, so that a late reading never overwrites a fresh value.
    /// </summary>
    /// <returns>A bit per vital that was taken, as in <see cref="PresentMask"/>.</returns>
    public ushort Join(in VitalSet reading)
    {
        int taken = 0;
        for (int rest = reading._present; rest != 0; rest &= rest - 1)
        {
            int index = BitOperations.TrailingZeroCount(rest);
            if (Update((Vital)index, reading._values[index], reading._times[index]))
                taken |= 1 << index;
        }

        return (ushort)taken;
    }

    [InlineArray(VitalCatalogue.Count)]
    [SuppressMessage("Style", "IDE0044", Justification = "An inline array's element field cannot be readonly.")]
    private struct Values
    {
        private double _first;
    }

    [InlineArray(VitalCatalogue.Count)]
    [SuppressMessage("Style", "IDE0044", Justification = "An inline array's element field cannot be readonly.")]
    private struct Times
    {
        private long _first;
    }
}
