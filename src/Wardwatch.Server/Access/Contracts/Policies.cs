namespace Wardwatch.Server.Access.Contracts;

/// <summary>Policies that are more than one permission.</summary>
public static class Policies
{
    /// <summary>
    /// Whoever sees records at all: others' (<see cref="Permissions.ReadPatients"/>) or the own (<see cref="Permissions.ReadOwn"/>). Which ones is said by
    /// <see cref="Caller.Visible"/>, and every endpoint under this policy asks it.
    /// </summary>
    public const string SeePatients = "patients.see";

    /// <summary>Whoever may know who has seen a record: the patient (<see cref="Permissions.ReadOwn"/>), or a reader of the audit (<see cref="Permissions.ReadAudit"/>).</summary>
    public const string SeeLooks = "looks.see";

    /// <summary>Whoever needs to know which wards and beds there are.</summary>
    public const string SeeWards = "wards.see";

    /// <summary>Whoever sees alerts: those of patients (<see cref="Permissions.ReadPatients"/>), or technical ones (<see cref="Permissions.TechnicalAlerts"/>). Which ones, every endpoint under this policy asks.</summary>
    public const string SeeAlerts = "alerts.see";

    /// <summary>Whoever acts on alerts: those of patients (<see cref="Permissions.ActOnAlerts"/>), or technical ones (<see cref="Permissions.TechnicalAlerts"/>).</summary>
    public const string ActOnAnyAlerts = "alerts.act-any";

    /// <summary>Whoever has something live to see: patients, the own record, technical alerts, notifications.</summary>
    public const string FollowLive = "live.follow";
}
