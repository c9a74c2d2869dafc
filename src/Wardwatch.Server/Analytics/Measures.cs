namespace Wardwatch.Server.Analytics;

/// <summary>What is summed up by ward and hour. The names stand in the database.</summary>
internal static class Measures
{
    /// <summary>Patients who were admitted to the ward.</summary>
    public const string Admissions = "admissions";

    /// <summary>Patients who left the hospital from the ward.</summary>
    public const string Discharges = "discharges";

    /// <summary>Patients who came from another bed, of this ward or another one.</summary>
    public const string Transfers = "transfers";

    /// <summary>Patients who became critical.</summary>
    public const string Critical = "critical";

    /// <summary>Seconds that beds were taken, of stays on the ward that are over; those that go on are added when asked.</summary>
    public const string OccupiedSeconds = "occupied-seconds";

    /// <summary>Readings that devices sent.</summary>
    public const string Readings = "readings";

    /// <summary>Of these, the ones that came late.</summary>
    public const string LateReadings = "late-readings";

    /// <summary>Before the name of a kind of event: how many there were, of the whole hospital.</summary>
    public const string EventPrefix = "event:";

    /// <summary>Before an alert type and a priority: how many alerts were raised, <c>alert:hr-high:medium</c>.</summary>
    public const string AlertPrefix = "alert:";

    /// <summary>Before an alert type and a judgement: how many of the alerts that were raised in the hour turned out so, <c>judged:hr-high:real</c>.</summary>
    public const string JudgedPrefix = "judged:";
}
