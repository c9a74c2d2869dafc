namespace Wardwatch.Simulator.Stories;

/// <summary>
/// What happens on the ward when nobody asks for anything: most patients stay calm, one after the other deteriorates and recovers, so that a screen shows something
/// within the first minutes and never for ever. Times are real seconds, since they are meant for somebody who watches.
/// </summary>
internal static class DemoCourse
{
    /// <summary>After this many seconds the course comes again in the same patients.</summary>
    public const double PeriodSeconds = 3_600;

    // Patient (from 1), story, onset, develop, hold, recover: all in real seconds.
    private static readonly (int Patient, string Story, double Onset, double Develop, double Hold, double Recover)[] Course =
    [
        (3, "hypoxia", 40, 150, 120, 180),
        (13, "arrhythmia", 240, 20, 240, 20),
        (8, "sepsis", 420, 420, 240, 420),
        (11, "haemorrhage", 900, 300, 180, 420),
        (6, "opioid", 1_500, 300, 120, 300),
        (2, "hypoxia", 2_100, 180, 120, 180),
        (14, "sepsis", 2_500, 420, 180, 300),
    ];

    /// <summary>The runs for one patient, on the data timeline.</summary>
    public static IEnumerable<StoryRun> For(int patient, double speed)
    {
        foreach (var entry in Course)
        {
            if (entry.Patient != patient || !StoryCatalogue.TryFind(entry.Story, out var story)) continue;
            yield return new StoryRun(story, entry.Onset * speed, entry.Develop * speed, entry.Hold * speed, entry.Recover * speed, PeriodSeconds * speed);
        }
    }
}
