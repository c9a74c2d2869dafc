using System.Diagnostics.CodeAnalysis;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Simulator.Patients;

namespace Wardwatch.Simulator.Stories;

/// <summary>
/// The scripted deteriorations. Directions and order follow textbook descriptions, named at each; amounts and speeds are Wardwatch's own, chosen
/// so that a healthy baseline passes the usual alarm limits. They exercise alarms; they are no model of disease.
/// </summary>
public static class StoryCatalogue
{
    /// <summary>All stories.</summary>
    public static IReadOnlyList<StoryDefinition> All { get; } =
    [
        new("sepsis", ["septic", "septicaemia", "septicemia", "infection"], 600, Sepsis),
        new("hypoxia", ["hypoxic", "hypoxaemia", "hypoxemia", "desaturation"], 240, Hypoxia),
        new("haemorrhage", ["hemorrhage", "bleeding", "bleed"], 480, Haemorrhage),
        new("arrhythmia", ["af", "atrial-fibrillation", "afib", "tachycardia"], 30, Arrhythmia),
        new("opioid", ["opioids", "overdose", "respiratory-depression"], 420, Opioid),
    ];

    /// <summary>Finds a story by name or synonym, without regard to case, blanks and dashes.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out StoryDefinition? story)
    {
        ArgumentNullException.ThrowIfNull(name);
        var wanted = Plain(name);
        story = All.FirstOrDefault(candidate => Plain(candidate.Name) == wanted || candidate.Synonyms.Any(synonym => Plain(synonym) == wanted));
        return story is not null;

        static string Plain(string text) => new([.. text.Where(char.IsAsciiLetter).Select(char.ToLowerInvariant)]);
    }

    /// <summary>
    /// Fever, fast heart and breathing, falling pressure, then confusion. Direction: the criteria of SIRS (temperature, heart rate, respiratory rate) and of qSOFA
    /// (respiratory rate ≥ 22, systolic ≤ 100, altered mentation; Singer et al., JAMA 2016). Oxygen is given on the way. Assumption: pressure holds for the first third.
    /// </summary>
    private static void Sepsis(VitalFrame frame, double severity, double seconds)
    {
        var late = Late(severity, 0.35);
        frame.Shift(Vital.Temperature, 2.3 * severity, 30, 41.5);
        frame.Shift(Vital.HeartRate, 46 * severity, 20, 190);
        frame.Shift(Vital.RespiratoryRate, 13 * severity, 3, 50);
        frame.Shift(Vital.SystolicPressure, -42 * late, 55, 300);
        frame.Shift(Vital.DiastolicPressure, -26 * late, 25, 200);
        frame.Shift(Vital.SpO2, -5.5 * severity, 60, 100);
        frame.Shift(Vital.EndTidalCo2, -9 * severity, 8, 120);
        frame.Shift(Vital.Glucose, 3 * severity, 2, 40);
        Worsen(frame, severity > 0.75 ? Consciousness.Confusion : Consciousness.Alert);
        GiveOxygen(frame, severity > 0.6);
    }

    /// <summary>
    /// Saturation falls; breathing and heart answer at once, confusion follows. Direction: the response to acute hypoxaemia of any physiology text.
    /// Assumption: oxygen is given when two thirds are through, and does not help at once.
    /// </summary>
    private static void Hypoxia(VitalFrame frame, double severity, double seconds)
    {
        frame.Shift(Vital.SpO2, -14 * severity, 55, 100);
        frame.Shift(Vital.RespiratoryRate, 13 * severity, 3, 50);
        frame.Shift(Vital.HeartRate, 32 * severity, 20, 180);
        frame.Shift(Vital.SystolicPressure, 12 * severity, 55, 300);
        frame.Shift(Vital.DiastolicPressure, 6 * severity, 25, 200);
        frame.Shift(Vital.EndTidalCo2, -6 * severity, 8, 120);
        Worsen(frame, severity > 0.85 ? Consciousness.Confusion : Consciousness.Alert);
        GiveOxygen(frame, severity > 0.66);
    }

    /// <summary>
    /// Bleeding: the heart speeds up and pulse pressure narrows while the systolic still holds, then pressure falls and consciousness with it. Direction and
    /// order: the four classes of haemorrhage of the Advanced Trauma Life Support course, from under 15 % to over 40 % of blood volume.
    /// </summary>
    private static void Haemorrhage(VitalFrame frame, double severity, double seconds)
    {
        var late = Late(severity, 0.4);
        var narrowing = Math.Min(severity, 0.4) / 0.4;
        frame.Shift(Vital.HeartRate, 58 * severity, 20, 190);
        frame.Shift(Vital.SystolicPressure, -58 * late, 45, 300);
        frame.Shift(Vital.DiastolicPressure, (6 * narrowing) - (38 * late), 20, 200);
        frame.Shift(Vital.RespiratoryRate, 15 * severity, 3, 50);
        frame.Shift(Vital.SpO2, -3.5 * late, 60, 100);
        frame.Shift(Vital.Temperature, -0.9 * severity, 30, 42);
        frame.Shift(Vital.EndTidalCo2, -13 * severity, 8, 120);
        Worsen(frame, severity > 0.92 ? Consciousness.Voice : severity > 0.75 ? Consciousness.Confusion : Consciousness.Alert);
    }

    /// <summary>
    /// Atrial fibrillation with a fast ventricular response: it is there within seconds, the rate jumps from number to number, pressure sags. Direction: rates of
    /// 110 to 160 /min untreated (ESC guideline on atrial fibrillation); irregularity by a hash of the second, so that the story stays a pure function of time.
    /// </summary>
    private static void Arrhythmia(VitalFrame frame, double severity, double seconds)
    {
        frame.Shift(Vital.HeartRate, severity * (66 + (13 * Irregular(seconds))), 20, 200);
        frame.Shift(Vital.SystolicPressure, -20 * severity, 60, 300);
        frame.Shift(Vital.DiastolicPressure, -8 * severity, 30, 200);
        frame.Shift(Vital.RespiratoryRate, 4 * severity, 3, 50);
        frame.Shift(Vital.SpO2, -1.8 * severity, 60, 100);
    }

    /// <summary>
    /// Too much opioid: sleepy first, then slow breathing, carbon dioxide rises, and saturation falls only after it (capnography sees it before oximetry does:
    /// Anesthesia Patient Safety Foundation on opioid-induced ventilatory impairment).
    /// </summary>
    private static void Opioid(VitalFrame frame, double severity, double seconds)
    {
        frame.Shift(Vital.RespiratoryRate, -10.5 * severity, 3, 50);
        frame.Shift(Vital.EndTidalCo2, 27 * severity, 8, 110);
        frame.Shift(Vital.SpO2, -15 * Late(severity, 0.3), 55, 100);
        frame.Shift(Vital.HeartRate, -13 * severity, 30, 190);
        frame.Shift(Vital.SystolicPressure, -16 * severity, 60, 300);
        frame.Shift(Vital.DiastolicPressure, -9 * severity, 30, 200);
        Worsen(frame, severity > 0.8 ? Consciousness.Pain : severity > 0.35 ? Consciousness.Voice : Consciousness.Alert);
    }

    /// <summary>What begins only when the severity has passed a point: 0 until then, 1 at the end.</summary>
    private static double Late(double severity, double from) => Math.Max(0, severity - from) / (1 - from);

    private static void Worsen(VitalFrame frame, Consciousness level)
    {
        if (frame.Has(Vital.Consciousness)) frame[Vital.Consciousness] = Math.Max(frame[Vital.Consciousness], (double)level);
    }

    private static void GiveOxygen(VitalFrame frame, bool given)
    {
        if (given && frame.Has(Vital.SupplementalOxygen)) frame[Vital.SupplementalOxygen] = 1;
    }

    /// <summary>-1 … 1, another number each second, the same for the same second.</summary>
    private static double Irregular(double seconds)
    {
        var x = unchecked((ulong)(long)Math.Floor(seconds) * 0x9E37_79B9_7F4A_7C15UL);
        x = unchecked((x ^ (x >> 29)) * 0xBF58_476D_1CE4_E5B9UL);
        x ^= x >> 32;
        return ((x & 0xFFFF) / 32_767.5) - 1;
    }
}
