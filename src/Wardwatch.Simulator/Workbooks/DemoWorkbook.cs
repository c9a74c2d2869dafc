using Wardwatch.Clinical.Vitals;
using Wardwatch.Simulator.Patients;
using Wardwatch.Simulator.Stories;
using Wardwatch.Simulator.Tables;

namespace Wardwatch.Simulator.Workbooks;

/// <summary>
/// Makes the workbook that ships with the simulator: fifteen invented patients, a sheet each, eight hours at a row a minute. Everything comes from the synthetic
/// patients and the stories with fixed seeds, so that the file can be made again. Nobody's data is in it.
/// </summary>
public static class DemoWorkbook
{
    /// <summary>The number of patients.</summary>
    public const int PatientCount = 15;

    /// <summary>The number of rows below each header.</summary>
    public const int Minutes = 8 * 60;

    private const int Seed = 20_261_120;
    private const string ResourceName = "demo-ward.xlsx";

    private static readonly Vital[] Columns =
    [
        Vital.HeartRate, Vital.SpO2, Vital.RespiratoryRate, Vital.SystolicPressure, Vital.DiastolicPressure, Vital.Temperature,
        Vital.Consciousness, Vital.SupplementalOxygen, Vital.EndTidalCo2, Vital.Glucose,
    ];

    // Patient, story, onset in minutes: what happens in the eight hours, so that a fast replay shows more than a calm ward.
    private static readonly (int Patient, string Story, double OnsetMinutes, double DevelopMinutes, double HoldMinutes, double RecoverMinutes)[] Course =
    [
        (3, "hypoxia", 95, 25, 30, 40),
        (6, "opioid", 150, 40, 15, 45),
        (8, "sepsis", 120, 150, 120, 90),
        (11, "haemorrhage", 200, 45, 40, 90),
        (13, "arrhythmia", 60, 1, 55, 2),
        (13, "arrhythmia", 300, 1, 80, 2),
    ];

    // Patient, vital, first minute, minutes: probes come off, cuffs are left out.
    private static readonly (int Patient, Vital Vital, int From, int Length)[] Gaps =
    [
        (2, Vital.SpO2, 140, 12), (5, Vital.RespiratoryRate, 65, 30), (9, Vital.SpO2, 210, 6), (9, Vital.HeartRate, 210, 6),
        (12, Vital.SpO2, 330, 20), (15, Vital.HeartRate, 90, 4),
    ];

    /// <summary>Reads the workbook that ships with the simulator.</summary>
    public static TableSet ReadShipped()
    {
        using var file = typeof(DemoWorkbook).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException("The demonstration workbook is not part of this build.");
        return WorkbookReader.Read(file, ResourceName, sheet: null);
    }

    /// <summary>Writes the workbook.</summary>
    public static void Write(Stream output)
    {
        using var workbook = new XlsxWriter(output);
        workbook.AddSheet("README", Explanation().Select(line => new object?[] { line }), columnWidth: 110);
        for (var patient = 1; patient <= PatientCount; patient++)
            workbook.AddSheet($"Patient {patient:00}", Rows(patient), columnWidth: 10);
    }

    private static string[] Explanation() =>
    [
        "Demonstration ward: fifteen invented patients",
        "Every number on the following sheets was computed; no real patient is behind any of them.",
        "A sheet is a patient, a row is a minute. An empty cell means: not measured.",
        "Time in minutes; HR, RR per minute; SpO2 in percent; SBP, DBP, EtCO2 in mmHg; Temp in °C; Glucose in mmol/L; ACVPU one letter; O2 1 = on oxygen.",
        "Cuff pressure, temperature, consciousness and oxygen are taken every quarter of an hour, more often while a patient deteriorates.",
        "Patient 03 becomes short of oxygen after 1 h 35 min, 06 breathes too little from 2 h 30 min, 08 turns septic from 2 h, 11 bleeds from 3 h 20 min, 13 has two spells of a fast irregular heart.",
        "Make it again with: ward simulate make-workbook demo-ward.xlsx",
    ];

    private static IEnumerable<object?[]> Rows(int patient)
    {
        yield return ["Time (min)", .. Columns.Select(Header)];

        var profile = SyntheticProfile.Draw(new Random(Seed + patient));
        var stories = Course.Where(entry => entry.Patient == patient).Select(entry => Run(entry.Story, entry.OnsetMinutes, entry.DevelopMinutes, entry.HoldMinutes, entry.RecoverMinutes));
        var bed = new PatientSimulation(new SyntheticPatient(profile, Seed + (patient * 1_000), continuesAPast: false), [.. stories]);

        // A sample before the first row, so that the first row itself has a cuff's values: a ward should not begin with empty numbers.
        bed.Observe(-60, -60_000_000L);
        for (var minute = 0; minute < Minutes; minute++)
        {
            var now = minute * 60_000_000L;
            var reading = bed.Observe(minute * 60.0, now);
            var row = new object?[Columns.Length + 1];
            row[0] = (double)minute;
            for (var column = 0; column < Columns.Length; column++)
            {
                var vital = Columns[column];
                var fresh = reading.TryGet(vital, out var value, out var at) && at == now;
                var gap = Array.Exists(Gaps, entry => entry.Patient == patient && entry.Vital == vital && minute >= entry.From && minute < entry.From + entry.Length);
                row[column + 1] = !fresh || gap ? null : vital == Vital.Consciousness ? ConsciousnessCodes.ToLetter((Consciousness)(int)value).ToString() : value;
            }

            yield return row;
        }
    }

    private static string Header(Vital vital) => vital switch
    {
        Vital.SpO2 => "SpO2",
        Vital.EndTidalCo2 => "EtCO2",
        Vital.SupplementalOxygen => "O2",
        Vital.Glucose => "Glucose",
        _ => VitalCatalogue.Of(vital).ShortName,
    };

    private static StoryRun Run(string name, double onsetMinutes, double developMinutes, double holdMinutes, double recoverMinutes) =>
        StoryCatalogue.TryFind(name, out var story)
            ? new StoryRun(story, onsetMinutes * 60, developMinutes * 60, holdMinutes * 60, recoverMinutes * 60)
            : throw new ArgumentException("Unknown story", nameof(name));
}
