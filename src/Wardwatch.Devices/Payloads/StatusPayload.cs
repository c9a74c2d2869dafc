namespace Wardwatch.Devices.Payloads;

/// <summary>What a device says of itself. A plain value without allocations; what it does not say is unknown, never a zero.</summary>
public struct StatusPayload
{
    /// <summary>The payload's "t", in unix microseconds.</summary>
    public long MeasuredAt { get; set; }

    /// <summary>What is left in the battery, 0 to 100 %; null: it does not say.</summary>
    public double? Battery { get; set; }

    /// <summary>The sensors of which it says that they are on the patient: a bit per <see cref="VitalKind"/>.</summary>
    public int SensorsOn { get; set; }

    /// <summary>The sensors, or electrodes, of which it says that they are off the patient: likewise.</summary>
    public int SensorsOff { get; set; }

    /// <summary>How many members were not understood. They stay in the payload's bytes.</summary>
    public int UnmappedCount { get; internal set; }

    /// <summary>How many members were refused: of another type, or out of range.</summary>
    public int RefusedCount { get; internal set; }

    /// <summary>Whether it says anything of its sensors.</summary>
    public readonly bool HasSensors => (SensorsOn | SensorsOff) != 0;
}
