namespace Wardwatch.Server.Access.Contracts;

/// <summary>
/// What a caller may do. Each is the name of an authorisation policy: <c>RequireAuthorization(Permissions.ReadPatients)</c>.
/// Which role has which, and how far it reaches, is said in one place, <see cref="PermissionTable"/>. What names none is open to everyone signed in.
/// </summary>
public static class Permissions
{
    /// <summary>See patients, their readings, scores and alerts.</summary>
    public const string ReadPatients = "patients.read";

    /// <summary>See one's own record, and who else has seen it.</summary>
    public const string ReadOwn = "own.read";

    /// <summary>Register patients, correct who they are and what they agreed to.</summary>
    public const string RegisterPatients = "patients.register";

    /// <summary>Admit, transfer and discharge patients.</summary>
    public const string MovePatients = "patients.move";

    /// <summary>Say in which state a patient is.</summary>
    public const string SetPatientStatus = "patients.status";

    /// <summary>Merge two records of one person.</summary>
    public const string MergePatients = "patients.merge";

    /// <summary>Register many patients from a table.</summary>
    public const string ImportPatients = "patients.import";

    /// <summary>Destroy a patient's key, and with it everything that is known of them.</summary>
    public const string ErasePatients = "patients.erase";

    /// <summary>Say which patient wears which device.</summary>
    public const string BindDevices = "devices.bind";

    /// <summary>Send a device's readings over HTTP.</summary>
    public const string SendReadings = "readings.send";

    /// <summary>Register devices, hand out and revoke their keys.</summary>
    public const string ManageDevices = "devices.manage";

    /// <summary>Add and remove accounts, set roles, wards and passwords, end sessions.</summary>
    public const string ManagePeople = "people.manage";

    /// <summary>Set up wards and beds.</summary>
    public const string ManageWards = "wards.manage";

    /// <summary>Read and verify the audit trail.</summary>
    public const string ReadAudit = "audit.read";

    /// <summary>See security events and say what was done about them.</summary>
    public const string ReviewSecurity = "security.review";

    /// <summary>Open the record of a patient who is not one's own, in an emergency and on record.</summary>
    public const string UseEmergencyAccess = "breakglass.use";

    /// <summary>Judge emergency accesses afterwards.</summary>
    public const string ReviewEmergencyAccess = "breakglass.review";

    /// <summary>See figures of wards and hours, in which no patient stands.</summary>
    public const string ReadAnalytics = "analytics.read";

    /// <summary>See which models there are.</summary>
    public const string ReadModels = "models.read";

    /// <summary>Train models and choose the one in use.</summary>
    public const string TrainModels = "models.train";

    /// <summary>See what could not be believed or handled; what it carries only with <see cref="ReadPatients"/> of the whole hospital.</summary>
    public const string ReadOperations = "operations.read";

    /// <summary>Have it handled after all, or drop it.</summary>
    public const string ManageOperations = "operations.manage";

    /// <summary>Acknowledge, silence and judge alerts, respond to incidents, pause a ward's sound.</summary>
    public const string ActOnAlerts = "alerts.act";

    /// <summary>Change alert limits of patients and wards.</summary>
    public const string SetLimits = "alerts.limits";

    /// <summary>See technical alerts and their incidents, in which no patient stands, and act on them.</summary>
    public const string TechnicalAlerts = "alerts.technical";

    /// <summary>See who is on call.</summary>
    public const string ReadOnCall = "oncall.read";

    /// <summary>Make schedules, overrides and swaps, say what somebody is on duty as.</summary>
    public const string ManageOnCall = "oncall.manage";

    /// <summary>Say which other systems are told of incidents.</summary>
    public const string ManageWebhooks = "webhooks.manage";

    /// <summary>Every permission.</summary>
    public static IReadOnlyList<string> All { get; } =
        [ReadPatients, ReadOwn, RegisterPatients, MovePatients, SetPatientStatus, MergePatients, ImportPatients, ErasePatients, BindDevices, SendReadings, ManageDevices, ManagePeople, ManageWards, ReadAudit, ReviewSecurity, UseEmergencyAccess, ReviewEmergencyAccess, ReadAnalytics, ReadModels, TrainModels, ReadOperations, ManageOperations,
            ActOnAlerts, SetLimits, TechnicalAlerts, ReadOnCall, ManageOnCall, ManageWebhooks];
}
