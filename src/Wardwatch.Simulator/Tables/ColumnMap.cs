using System.Text;
using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Simulator.Tables;

/// <summary>What a time column counts.</summary>
internal enum TimeUnit
{
    Seconds,
    Minutes,
    Hours,

    /// <summary>Dates, times of day or, as bare numbers, days as spreadsheets count them.</summary>
    Dates,
}

/// <summary>One column that carries a vital sign.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Header">As the table has it.</param>
/// <param name="Vital">What it carries.</param>
/// <param name="Scale">Value in the catalogue's unit = cell × scale + offset.</param>
/// <param name="Offset">See <paramref name="Scale"/>.</param>
internal sealed record VitalColumn(int Index, string Header, Vital Vital, double Scale, double Offset);

/// <summary>
/// Which column carries what, by its header. Headers are compared without case, blanks, punctuation and units in brackets; units that
/// differ from the catalogue's (°F, mg/dL, kPa) are recognised in the header and converted.
/// </summary>
internal sealed class ColumnMap
{
    private const double MillimolesPerMilligramPerDecilitre = 1 / 18.016; // molar mass of glucose 180.16 g/mol
    private const double MillimetresPerKilopascal = 7.50062;

    private static readonly Dictionary<string, Vital> VitalNames = Names(
        (Vital.HeartRate, "hr heartrate pulse pulserate bpm pr"),
        (Vital.SpO2, "spo2 o2sat sao2 sat sats saturation oxygensaturation o2saturation satspo2"),
        (Vital.SystolicPressure, "sbp systolic systolicbp systolicpressure systolicbloodpressure nbpsys nibpsys bpsys abpsys abpsystolic sys"),
        (Vital.DiastolicPressure, "dbp diastolic diastolicbp diastolicpressure diastolicbloodpressure nbpdias nibpdias bpdias abpdias abpdiastolic dia"),
        (Vital.Temperature, "temp temperature bodytemperature t tempc temperaturec tempf temperaturef tempdegc tempdegf"),
        (Vital.RespiratoryRate, "rr resp respiration respirations respiratoryrate resprate breathingrate"),
        (Vital.Consciousness, "acvpu avpu consciousness levelofconsciousness loc"),
        (Vital.SupplementalOxygen, "o2 oxygen supplementaloxygen o2therapy suppo2 supplementalo2 onoxygen"),
        (Vital.EndTidalCo2, "etco2 endtidalco2 co2 etco2kpa"),
        (Vital.Glucose, "glucose bloodglucose glucosemgdl glucosemmoll bg bloodsugar"));

    private static readonly string[] FahrenheitMarks = ["(f)", "[f]", "°f", "degf", "deg f", "fahrenheit"];

    private static readonly string[] FahrenheitEndings = ["tempf", "temperaturef", "_f", " f"];

    private static readonly HashSet<string> PatientNames = new(StringComparer.Ordinal) { "patient", "patientid", "id", "bed", "subject", "subjectid", "stay", "stayid", "mrn", "recordnumber" };

    private static readonly Dictionary<string, TimeUnit> TimeNames = Names(
        (TimeUnit.Seconds, "time t seconds sec timesec timeseconds elapsed"),
        (TimeUnit.Minutes, "minutes minute min timemin timeminutes"),
        (TimeUnit.Hours, "hours hour iculos timehours"),
        (TimeUnit.Dates, "timestamp datetime date charttime measuredat"));

    private ColumnMap(IReadOnlyList<VitalColumn> vitals, int timeIndex, TimeUnit timeUnit, int patientIndex, IReadOnlyList<string> ignored)
    {
        Vitals = vitals;
        TimeIndex = timeIndex;
        TimeUnit = timeUnit;
        PatientIndex = patientIndex;
        Ignored = ignored;
        HasContinuousPressure = vitals.Any(column => column.Vital == Vital.SystolicPressure && Normalise(column.Header).StartsWith("abp", StringComparison.Ordinal));
    }

    public IReadOnlyList<VitalColumn> Vitals { get; }

    /// <summary>The time column, or -1.</summary>
    public int TimeIndex { get; }

    public TimeUnit TimeUnit { get; }

    /// <summary>The column that names the patient, or -1.</summary>
    public int PatientIndex { get; }

    /// <summary>Headers that mean nothing here.</summary>
    public IReadOnlyList<string> Ignored { get; }

    public bool HasContinuousPressure { get; }

    /// <summary>Reads a header row.</summary>
    /// <exception cref="SimulatorException">Two columns carry the same vital sign.</exception>
    /// <returns>The map, or null where no column carries a vital sign.</returns>
    public static ColumnMap? TryCreate(IReadOnlyList<string> headers, string place)
    {
        var vitals = new List<VitalColumn>();
        var ignored = new List<string>();
        int time = -1, patient = -1;
        var unit = TimeUnit.Seconds;

        // PhysioNet's sepsis tables state no units: their glucose is in mg/dL, and ICULOS (hours in intensive care) is their mark.
        var fromPhysioNet = headers.Any(header => Normalise(header) is "iculos");

        // "T" alone is a time where a column for the temperature exists as well, and the temperature where none does.
        var hasTemperature = headers.Any(header => Normalise(header) is not "t" && VitalNames.TryGetValue(Normalise(header), out var vital) && vital == Vital.Temperature);

        for (var index = 0; index < headers.Count; index++)
        {
            var header = headers[index].Trim();
            var name = Normalise(header);
            if (name.Length == 0) continue;

            if (time < 0 && TimeNames.TryGetValue(name, out var timeUnit) && (name is not "t" || hasTemperature))
            {
                time = index;
                unit = UnitInBrackets(header) ?? timeUnit;
            }
            else if (VitalNames.TryGetValue(name, out var vital))
            {
                if (vitals.Find(column => column.Vital == vital) is { } other && !MayReplace(other, name, vitals, index, header, ignored))
                    throw SimulatorException.Input($"{place}: columns '{Shorten(other.Header)}' and '{Shorten(header)}' both carry {VitalCatalogue.Of(vital).Name}. Rename or remove one.");
                if (vitals.Find(column => column.Vital == vital) is null)
                    vitals.Add(Column(index, header, vital, fromPhysioNet));
            }
            else if (patient < 0 && PatientNames.Contains(name))
            {
                patient = index;
            }
            else
            {
                ignored.Add(header);
            }
        }

        return vitals.Count == 0 ? null : new ColumnMap(vitals, time, unit, patient, ignored);
    }

    /// <summary>A header without case, blanks, punctuation and what stands in brackets.</summary>
    public static string Normalise(string header)
    {
        var text = new StringBuilder(header.Length);
        var depth = 0;
        foreach (var c in header)
        {
            if (c is '(' or '[') depth++;
            else if (c is ')' or ']') depth = Math.Max(0, depth - 1);
            else if (depth == 0 && c is '₂') text.Append('2');
            else if (depth == 0 && char.IsAsciiLetterOrDigit(c)) text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    /// <summary>
    /// Monitors give the pulse twice (from the ECG and from the finger) and tables the oxygen saturation twice (finger and blood gas): the first name of
    /// each pair is preferred, the other ignored. Any other double is an error, since one would have to be guessed.
    /// </summary>
    private static bool MayReplace(VitalColumn other, string name, List<VitalColumn> vitals, int index, string header, List<string> ignored)
    {
        var otherName = Normalise(other.Header);
        if (IsSecondChoice(name) && !IsSecondChoice(otherName))
        {
            ignored.Add(header);
            return true;
        }

        if (IsSecondChoice(otherName) && !IsSecondChoice(name))
        {
            ignored.Add(other.Header);
            vitals.Remove(other);
            return true;
        }

        return false;
    }

    private static string Shorten(string header) => header.Length <= 40 ? header : header[..40] + "…";

    private static bool IsSecondChoice(string name) => name is "pulse" or "pulserate" or "pr" or "sao2" or "nbpsys" or "nbpdias";

    private static VitalColumn Column(int index, string header, Vital vital, bool fromPhysioNet)
    {
        var text = header.ToLowerInvariant();
        if (vital == Vital.Temperature && (FahrenheitMarks.Any(text.Contains) || FahrenheitEndings.Any(ending => text.EndsWith(ending, StringComparison.Ordinal))))
            return new VitalColumn(index, header, vital, 5.0 / 9, -160.0 / 9);
        if (vital == Vital.Glucose && (text.Contains("mg/dl") || text.Contains("mgdl") || fromPhysioNet))
            return new VitalColumn(index, header, vital, MillimolesPerMilligramPerDecilitre, 0);
        if (vital == Vital.EndTidalCo2 && text.Contains("kpa"))
            return new VitalColumn(index, header, vital, MillimetresPerKilopascal, 0);
        return new VitalColumn(index, header, vital, 1, 0);
    }

    private static TimeUnit? UnitInBrackets(string header)
    {
        var open = header.IndexOfAny(['(', '[']);
        if (open < 0) return null;
        var unit = new string([.. header[open..].Where(char.IsAsciiLetter)]).ToLowerInvariant();
        return unit switch
        {
            "s" or "sec" or "seconds" => Tables.TimeUnit.Seconds,
            "m" or "min" or "minutes" => Tables.TimeUnit.Minutes,
            "h" or "hr" or "hours" => Tables.TimeUnit.Hours,
            "utc" or "date" or "d" or "days" => Tables.TimeUnit.Dates,
            _ => null,
        };
    }

    private static Dictionary<string, T> Names<T>(params ReadOnlySpan<(T Meaning, string Names)> entries)
    {
        var result = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var (meaning, names) in entries)
        {
            foreach (var name in names.Split(' '))
                result.Add(name, meaning);
        }

        return result;
    }
}
