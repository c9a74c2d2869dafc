namespace Wardwatch.Server.Incidents;

/// <summary>The kinds of durable timers of incidents. Their subject is the incident's id, or the ward's for coverage.</summary>
internal static class IncidentTimers
{
    /// <summary>Nobody has acknowledged it: it is carried on.</summary>
    public const string Step = "incident-step";

    /// <summary>Somebody has acknowledged it and does nothing more: they are told again.</summary>
    public const string ReAlert = "incident-re-alert";

    /// <summary>Somebody should have been there by now.</summary>
    public const string Response = "incident-response";

    /// <summary>Everything has ended for a while: it closes by itself.</summary>
    public const string Close = "incident-close";

    /// <summary>It has been resolved for long.</summary>
    public const string Archive = "incident-archive";

    /// <summary>A step found nobody: the ward's coverage is looked at.</summary>
    public const string Coverage = "incident-coverage";

    /// <summary>The subject of <see cref="Coverage"/> for what belongs to no ward.</summary>
    public const string WholeHospital = "-";
}
