namespace Wardwatch.Clinical.Vitals;

/// <summary>What is fixed about one vital sign.</summary>
/// <param name="Vital">The vital sign.</param>
/// <param name="WireKey">Its member name in the vitals payload and in the API.</param>
/// <param name="Name">Its name in plain words, as a sentence would begin.</param>
/// <param name="ShortName">Its label where there is little room.</param>
/// <param name="Unit">Its UCUM unit; "1" for a coded value.</param>
/// <param name="DisplayUnit">Its unit as staff write it; empty for a coded value.</param>
/// <param name="Loinc">Its LOINC code, or null where LOINC has none for exactly this. Pulse-oximetry saturation is exchanged with 2708-6 beside its 59408-5.</param>
/// <param name="PlausibleMin">The least value that is believed, inclusive.</param>
/// <param name="PlausibleMax">The greatest value that is believed, inclusive.</param>
/// <param name="IsContinuous">True if a monitor measures it all the time; false if somebody or a cuff takes it now and then.</param>
/// <param name="Ages">When a displayed value counts as delayed, stale and offline.</param>
public sealed record VitalDefinition(
    Vital Vital,
    string WireKey,
    string Name,
    string ShortName,
    string Unit,
    string DisplayUnit,
    string? Loinc,
    double PlausibleMin,
    double PlausibleMax,
    bool IsContinuous,
    AgeRules Ages);

/// <summary>
/// The vital signs with their wire keys, units, LOINC codes, plausible ranges and age rules.
/// </summary>
/// <remarks>
/// Continuous vitals follow the display rule of central stations: live, delayed over 2 s, stale over 10 s, offline over 60 s. For intermittent vitals these
/// limits are Wardwatch's own choice, set against the NEWS2 monitoring frequencies (12-hourly at score 0, 4 to 6-hourly at 1 to 4, at least hourly from 5):
/// a value older than the hourly round carries a badge, one older than the round of a low-risk patient is no longer a current number,
/// and one that even the longest round would have replaced is lost.
/// </remarks>
public static class VitalCatalogue
{
    /// <summary>The number of vital signs.</summary>
    public const int Count = 10;

    private const double Hour = 3600;

    private static readonly AgeRules Continuous = new(2, 10, 60);

    // A cuff: hourly at NEWS2 5 and more, 4-hourly in the stricter half of the low-risk round.
    // Pressure can fall within minutes, so it gets the stricter limit of the two.
    private static readonly AgeRules Cuff = new(1 * Hour, 4 * Hour, 12 * Hour);

    // Taken by hand at every round; temperature drifts over hours, so a value from the last round (6 h) still describes the patient.
    private static readonly AgeRules Thermometer = new(4 * Hour, 6 * Hour, 12 * Hour);

    // Assessed by a nurse at every round; can change in minutes, hence the early badge, but nobody assesses more often than the round.
    private static readonly AgeRules Assessed = new(1 * Hour, 6 * Hour, 12 * Hour);

    // Charted when therapy is started, changed or stopped and confirmed at each round.
    private static readonly AgeRules Therapy = new(4 * Hour, 6 * Hour, 12 * Hour);

    // Usually before meals and at bedtime: four a day, the longest gap being the night.
    private static readonly AgeRules FingerPrick = new(4 * Hour, 8 * Hour, 24 * Hour);

    private static readonly VitalDefinition[] Definitions =
    [
        new(Vital.HeartRate, "hr", "Heart rate", "HR", "/min", "/min", "8867-4", 0, 350, true, Continuous),
        new(Vital.SpO2, "spo2", "SpO₂", "SpO₂", "%", "%", "59408-5", 0, 100, true, Continuous),
        new(Vital.SystolicPressure, "sbp", "Systolic pressure", "SBP", "mm[Hg]", "mmHg", "8480-6", 0, 350, false, Cuff),
        new(Vital.DiastolicPressure, "dbp", "Diastolic pressure", "DBP", "mm[Hg]", "mmHg", "8462-4", 0, 250, false, Cuff),
        new(Vital.Temperature, "temp", "Temperature", "Temp", "Cel", "°C", "8310-5", 20, 46, false, Thermometer),
        new(Vital.RespiratoryRate, "rr", "Respiratory rate", "RR", "/min", "/min", "9279-1", 0, 120, true, Continuous),
        new(Vital.Consciousness, "acvpu", "Consciousness", "ACVPU", "1", "", "67775-7", 0, 4, false, Assessed),
        new(Vital.SupplementalOxygen, "o2", "Supplemental oxygen", "O₂", "1", "", null, 0, 1, false, Therapy),
        new(Vital.EndTidalCo2, "etco2", "End-tidal CO₂", "EtCO₂", "mm[Hg]", "mmHg", "19889-5", 0, 150, true, Continuous),
        new(Vital.Glucose, "glucose", "Glucose", "Gluc", "mmol/L", "mmol/L", "15074-8", 0, 100, false, FingerPrick),
    ];

    /// <summary>All definitions, in the order of <see cref="Vital"/>.</summary>
    public static ReadOnlySpan<VitalDefinition> All => Definitions;

    /// <summary>The definition of a vital.</summary>
    /// <exception cref="IndexOutOfRangeException">The number is not one of <see cref="Vital"/>.</exception>
    public static VitalDefinition Of(Vital vital) => Definitions[(int)vital];

    /// <summary>Finds a vital by its wire key ("hr", "spo2", …), in lower case as it is written.</summary>
    public static bool TryFind(ReadOnlySpan<char> wireKey, out Vital vital)
    {
        foreach (var definition in Definitions)
        {
            if (wireKey.SequenceEqual(definition.WireKey))
            {
                vital = definition.Vital;
                return true;
            }
        }

        vital = default;
        return false;
    }

    /// <summary>Whether a value lies in the range that is believed; false for NaN. The range says what a sensor may report, not what is healthy.</summary>
    public static bool IsPlausible(Vital vital, double value)
    {
        var definition = Definitions[(int)vital];
        return value >= definition.PlausibleMin && value <= definition.PlausibleMax;
    }
}
