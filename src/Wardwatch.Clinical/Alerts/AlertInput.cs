using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Clinical.Alerts;

/// <summary>
/// What is known of a patient at one moment: after a reading, or at a tick of the clock. Holds references to the caller's values, so that it costs no copy.
/// All times are Unix microseconds.
/// </summary>
public readonly ref struct AlertInput
{
    /// <summary>The latest value of each vital with its own time; which of them are new, the engine sees from the times.</summary>
    public readonly ref readonly VitalSet Vitals;

    /// <summary>NEWS2 with its bounds as of now; <c>default</c> knows nothing and so neither raises nor clears.</summary>
    public readonly ref readonly News2Score News2;

    /// <summary>Describes a moment of which only the vitals and the score are known; the rest is unknown until it is set.</summary>
    public AlertInput(in VitalSet vitals, in News2Score news2, long now)
    {
        Vitals = ref vitals;
        News2 = ref news2;
        Now = now;
        AnomalyScore = double.NaN;
        BatteryPercent = double.NaN;
        ClockOffsetSeconds = double.NaN;
    }

    /// <summary>The time of the server's clock.</summary>
    public long Now { get; }

    /// <summary>The anomaly score of the latest reading, 0 to 1; NaN if there is none.</summary>
    public double AnomalyScore { get; init; }

    /// <summary>The share of the model's inputs that were known, 0 to 1.</summary>
    public double AnomalyCompleteness { get; init; }

    /// <summary>
    /// When the last reading of the monitor that the patient wears was received; if it has sent none yet, since when it is worn. 0: no monitor is worn, and none is missed.
    /// </summary>
    public long DeviceHeardAt { get; init; }

    /// <summary>Since when the patient wears that monitor: what was last measured before is not missed. 0: not known, and everything is.</summary>
    public long DeviceFrom { get; init; }

    /// <summary>Since when readings could be heard at all: what did not come before says nothing of a monitor. 0: always.</summary>
    public long WatchedFrom { get; init; }

    /// <summary>When the monitor last said something of its own state; 0: never. What it said then goes on until it says something else.</summary>
    public long StatusAt { get; init; }

    /// <summary>The device's battery in percent; NaN if it does not say.</summary>
    public double BatteryPercent { get; init; }

    /// <summary>What the device says is not on the patient: a bit per <see cref="Vital"/> whose electrodes or sensor are off; null if it does not say.</summary>
    public int? SensorsOff { get; init; }

    /// <summary>By how many seconds the device's clock runs ahead (behind: negative), as its latest reading shows; NaN if not known.</summary>
    public double ClockOffsetSeconds { get; init; }
}
