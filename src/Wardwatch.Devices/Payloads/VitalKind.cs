namespace Wardwatch.Devices.Payloads;

/// <summary>The vital signs that a payload can name. The numbers index tables and may be stored; add at the end only.</summary>
public enum VitalKind : byte
{
    /// <summary>Beats per minute.</summary>
    HeartRate = 0,

    /// <summary>Peripheral oxygen saturation in percent.</summary>
    SpO2 = 1,

    /// <summary>mmHg.</summary>
    SystolicPressure = 2,

    /// <summary>mmHg.</summary>
    DiastolicPressure = 3,

    /// <summary>Degrees Celsius.</summary>
    Temperature = 4,

    /// <summary>Breaths per minute.</summary>
    RespiratoryRate = 5,

    /// <summary>A <see cref="ConsciousnessLevel"/>.</summary>
    Consciousness = 6,

    /// <summary>1 where the patient is given oxygen, 0 where not.</summary>
    SupplementalOxygen = 7,

    /// <summary>End-tidal carbon dioxide in mmHg.</summary>
    EndTidalCo2 = 8,

    /// <summary>mmol/L.</summary>
    Glucose = 9,
}

/// <summary>Level of consciousness on the ACVPU scale, as NEWS2 uses it (Royal College of Physicians, 2017).</summary>
public enum ConsciousnessLevel : byte
{
    Alert = 0,

    /// <summary>New confusion.</summary>
    Confusion = 1,

    /// <summary>Responds to voice.</summary>
    Voice = 2,

    /// <summary>Responds to pain.</summary>
    Pain = 3,
    Unresponsive = 4,
}

/// <summary>What a payload says about one vital sign. Everything from <see cref="WrongType"/> on is a refusal of that vital alone.</summary>
public enum VitalStatus : byte
{
    /// <summary>Not in the payload.</summary>
    Absent = 0,

    /// <summary>Read, and plausible.</summary>
    Accepted,

    /// <summary>Not of the type that the vital has, or null, or an object without "v".</summary>
    WrongType,

    /// <summary>A number too large or too long to be read exactly.</summary>
    NumberUnreadable,

    /// <summary>Outside the range of <see cref="Vitals.Minimum"/> to <see cref="Vitals.Maximum"/>.</summary>
    Implausible,

    /// <summary>Its own time is not an ISO 8601 time with an offset.</summary>
    TimeUnreadable,

    /// <summary>Its own time is later than <see cref="MeasurementTimes.FutureLimit"/> allows.</summary>
    TooFarInFuture,

    /// <summary>Its own time is earlier than <see cref="MeasurementTimes.PastLimit"/> allows.</summary>
    TooFarInPast,
}
