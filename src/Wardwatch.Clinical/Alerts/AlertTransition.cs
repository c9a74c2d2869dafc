using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Clinical.Alerts;

/// <summary>What happened to an alert's condition; named as IHE's phases are.</summary>
public enum AlertPhase : byte
{
    /// <summary>The condition has held for its delay (IHE: start).</summary>
    Raised,

    /// <summary>It has become more urgent (escalate).</summary>
    Escalated,

    /// <summary>It has become less urgent (de-escalate).</summary>
    Deescalated,

    /// <summary>It is over (end).</summary>
    Ended,
}

/// <summary>A change of one alert's condition, with what was seen at that moment. Times are Unix microseconds.</summary>
public struct AlertTransition
{
    /// <summary>No vital.</summary>
    public const byte NoVital = byte.MaxValue;

    /// <summary>The type's place in <see cref="AlertCatalogue"/>.</summary>
    public int Type;

    /// <summary>What happened.</summary>
    public AlertPhase Phase;

    /// <summary>The priority that the alert has now, or had at its end.</summary>
    public AlertPriority Priority;

    /// <summary>When: the step's <see cref="AlertInput.Now"/>.</summary>
    public long At;

    /// <summary>Since when the condition holds: before its delay, by the time of measurement.</summary>
    public long OnsetAt;

    /// <summary>The value that was judged, in the unit of the limit; NaN if there is none.</summary>
    public double Value;

    /// <summary>The limit that was in force; NaN if there is none.</summary>
    public double Limit;

    /// <summary>The delay that was in force; 0 where the value stood alone and none applied.</summary>
    public double DelaySeconds;

    /// <summary>The <see cref="Vitals.Vital"/> concerned as a number, or <see cref="NoVital"/>.</summary>
    public byte Vital;

    /// <summary>The value is a lower bound of NEWS2, not the whole score.</summary>
    public bool IsLowerBound;

    /// <summary>
    /// For <see cref="AlertPhase.Ended"/>: the type of the alert that stands for the same problem from now on, because it is the more severe one; -1 if the condition itself is over.
    /// </summary>
    public int SupersededBy;

    /// <summary>The vital concerned, or null.</summary>
    public readonly Vital? VitalOrNull => Vital == NoVital ? null : (Vital)Vital;
}
