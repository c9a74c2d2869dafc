using System.Runtime.CompilerServices;

namespace Wardwatch.Devices.Payloads;

/// <summary>One vital sign of a payload.</summary>
/// <param name="Status">Whether the value may be used, or why not.</param>
/// <param name="Value">In the unit of its <see cref="VitalKind"/>, kept for the record even where it is refused; NaN where none could be read.</param>
/// <param name="MeasuredAt">Unix microseconds: the value's own time, else the payload's.</param>
public readonly record struct VitalReading(VitalStatus Status, double Value, long MeasuredAt);

/// <summary>
/// One set of vital signs. A plain value of fixed size (about 260 bytes: hand it by reference), without allocations.
/// A vital sign that was not sent is <see cref="VitalStatus.Absent"/>, never a zero.
/// </summary>
public struct VitalsPayload
{
    private Readings readings;

    /// <summary>The payload's "t", in unix microseconds.</summary>
    public long MeasuredAt { get; set; }

    /// <summary>How many members were not understood; <see cref="UnmappedMembers"/> finds them in the payload's bytes.</summary>
    public int UnmappedCount { get; internal set; }

    /// <summary>How many vital signs were refused; each says why in its <see cref="VitalReading.Status"/>.</summary>
    public readonly int RefusedCount
    {
        get
        {
            var count = 0;
            foreach (ref readonly var reading in (ReadOnlySpan<VitalReading>)readings)
            {
                if (reading.Status > VitalStatus.Accepted) count++;
            }

            return count;
        }
    }

    /// <summary>What the payload says about one vital sign.</summary>
    public readonly VitalReading this[VitalKind kind] =>
        readings[(int)kind] is { Status: not VitalStatus.Absent } reading ? reading : new VitalReading(VitalStatus.Absent, double.NaN, MeasuredAt);

    /// <summary>The value in its unit, or null where it is absent or refused.</summary>
    public readonly double? ValueOf(VitalKind kind) => readings[(int)kind] is { Status: VitalStatus.Accepted } reading ? reading.Value : null;

    public readonly ConsciousnessLevel? Consciousness => ValueOf(VitalKind.Consciousness) is { } level ? (ConsciousnessLevel)(int)level : null;

    public readonly bool? SupplementalOxygen => ValueOf(VitalKind.SupplementalOxygen) is { } given ? given != 0 : null;

    /// <summary>Sets a vital sign as measured at the payload's own time (set <see cref="MeasuredAt"/> first).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is implausible: the receiver would refuse it.</exception>
    public void Set(VitalKind kind, double value) => Set(kind, value, MeasuredAt);

    /// <summary>Sets a vital sign with a time of its own, in unix microseconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is implausible: the receiver would refuse it.</exception>
    public void Set(VitalKind kind, double value, long measuredAt)
    {
        var whole = kind is VitalKind.Consciousness or VitalKind.SupplementalOxygen;
        if (!Vitals.IsPlausible(kind, value) || (whole && !double.IsInteger(value))) throw new ArgumentOutOfRangeException(nameof(value), value, $"Outside the plausible range of {kind}");
        readings[(int)kind] = new VitalReading(VitalStatus.Accepted, value, measuredAt);
    }

    public void Set(ConsciousnessLevel level) => Set(VitalKind.Consciousness, (double)level);

    public void SetSupplementalOxygen(bool given) => Set(VitalKind.SupplementalOxygen, given ? 1 : 0);

    /// <summary>
    /// Judges the payload's time and the values' own times. A value whose own time is out of bounds is refused; if the payload's own
    /// time is, the answer says so and the payload is to be refused as a whole.
    /// </summary>
    public TimeVerdict JudgeTimes(long nowUnixMicroseconds)
    {
        foreach (ref var reading in (Span<VitalReading>)readings)
        {
            if (reading.Status != VitalStatus.Accepted || reading.MeasuredAt == MeasuredAt) continue;
            var verdict = MeasurementTimes.Judge(reading.MeasuredAt, nowUnixMicroseconds);
            if (verdict == TimeVerdict.Acceptable) continue;
            reading = reading with { Status = verdict == TimeVerdict.TooFarInFuture ? VitalStatus.TooFarInFuture : VitalStatus.TooFarInPast };
        }

        return MeasurementTimes.Judge(MeasuredAt, nowUnixMicroseconds);
    }

    internal void Put(VitalKind kind, VitalReading reading) => readings[(int)kind] = reading;

    /// <summary>Gives the payload's time to the values that have none of their own (marked with <see cref="NoTimeYet"/>).</summary>
    internal void FillTimes()
    {
        foreach (ref var reading in (Span<VitalReading>)readings)
        {
            if (reading.MeasuredAt == NoTimeYet) reading = reading with { MeasuredAt = MeasuredAt };
        }
    }

    internal const long NoTimeYet = long.MinValue;

    [InlineArray(Vitals.Count)]
    private struct Readings
    {
        private VitalReading first;
    }
}
