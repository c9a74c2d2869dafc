using System.Collections.Frozen;
using Wardwatch.Server.Access.Contracts;

namespace Wardwatch.Server.Access;

/// <summary>
/// Which role may do what, and how far: the one place that says so. The administration page and docs/security.md show this table; every check asks it.
/// </summary>
internal static class PermissionTable
{
    private static readonly FrozenDictionary<string, FrozenDictionary<string, Reach>> Table = new Dictionary<string, FrozenDictionary<string, Reach>>(StringComparer.Ordinal)
    {
        [AccountRoles.Administrator] = May(
            (Permissions.ReadPatients, Reach.Hospital), (Permissions.RegisterPatients, Reach.Hospital), (Permissions.MovePatients, Reach.Hospital),
            (Permissions.MergePatients, Reach.Hospital), (Permissions.ImportPatients, Reach.Hospital), (Permissions.ErasePatients, Reach.Hospital), (Permissions.BindDevices, Reach.Hospital),
            (Permissions.ManageDevices, Reach.Hospital), (Permissions.ManagePeople, Reach.Hospital), (Permissions.ManageWards, Reach.Hospital),
            (Permissions.ReadAudit, Reach.Hospital), (Permissions.ReviewSecurity, Reach.Hospital), (Permissions.ReviewEmergencyAccess, Reach.Hospital),
            (Permissions.ReadAnalytics, Reach.Hospital), (Permissions.ReadModels, Reach.Hospital), (Permissions.TrainModels, Reach.Hospital),
            (Permissions.ReadOperations, Reach.Hospital), (Permissions.ManageOperations, Reach.Hospital),
            (Permissions.TechnicalAlerts, Reach.Hospital), (Permissions.ReadOnCall, Reach.Hospital), (Permissions.ManageOnCall, Reach.Hospital), (Permissions.ManageWebhooks, Reach.Hospital)),
        [AccountRoles.Physician] = May(
            (Permissions.ReadPatients, Reach.Wards), (Permissions.RegisterPatients, Reach.Wards), (Permissions.MovePatients, Reach.Wards), (Permissions.SetPatientStatus, Reach.Wards),
            (Permissions.BindDevices, Reach.Wards), (Permissions.UseEmergencyAccess, Reach.Hospital), (Permissions.ReadAnalytics, Reach.Wards), (Permissions.ReadModels, Reach.Hospital),
            (Permissions.ActOnAlerts, Reach.Wards), (Permissions.SetLimits, Reach.Wards), (Permissions.ReadOnCall, Reach.Hospital)),
        [AccountRoles.Specialist] = May(
            (Permissions.ReadPatients, Reach.Patients), (Permissions.SetPatientStatus, Reach.Patients), (Permissions.UseEmergencyAccess, Reach.Hospital), (Permissions.ReadModels, Reach.Hospital),
            (Permissions.ActOnAlerts, Reach.Patients), (Permissions.SetLimits, Reach.Patients), (Permissions.ReadOnCall, Reach.Hospital)),
        [AccountRoles.Nurse] = May(
            (Permissions.ReadPatients, Reach.Wards), (Permissions.RegisterPatients, Reach.Wards), (Permissions.MovePatients, Reach.Wards), (Permissions.SetPatientStatus, Reach.Wards),
            (Permissions.BindDevices, Reach.Wards), (Permissions.UseEmergencyAccess, Reach.Hospital), (Permissions.ReadModels, Reach.Hospital),
            (Permissions.ActOnAlerts, Reach.Wards), (Permissions.ReadOnCall, Reach.Hospital)),
        [AccountRoles.ChargeNurse] = May(
            (Permissions.ReadPatients, Reach.Wards), (Permissions.RegisterPatients, Reach.Wards), (Permissions.MovePatients, Reach.Wards), (Permissions.SetPatientStatus, Reach.Wards),
            (Permissions.MergePatients, Reach.Wards), (Permissions.BindDevices, Reach.Wards), (Permissions.UseEmergencyAccess, Reach.Hospital),
            (Permissions.ReviewEmergencyAccess, Reach.Wards), (Permissions.ReadAnalytics, Reach.Wards), (Permissions.ReadModels, Reach.Hospital),
            (Permissions.ActOnAlerts, Reach.Wards), (Permissions.SetLimits, Reach.Wards), (Permissions.TechnicalAlerts, Reach.Wards), (Permissions.ReadOnCall, Reach.Hospital), (Permissions.ManageOnCall, Reach.Wards)),
        [AccountRoles.Technician] = May(
            (Permissions.ManageDevices, Reach.Hospital), (Permissions.ReadModels, Reach.Hospital), (Permissions.ReadOperations, Reach.Hospital), (Permissions.ManageOperations, Reach.Hospital),
            (Permissions.TechnicalAlerts, Reach.Hospital), (Permissions.ReadOnCall, Reach.Hospital)),
        [AccountRoles.Analyst] = May((Permissions.ReadAnalytics, Reach.Hospital), (Permissions.ReadModels, Reach.Hospital)),
        [AccountRoles.Patient] = May((Permissions.ReadOwn, Reach.Self)),
        [AccountRoles.Device] = May((Permissions.SendReadings, Reach.Self)),
        [AccountRoles.Service] = May((Permissions.ReadPatients, Reach.Hospital), (Permissions.SendReadings, Reach.Hospital), (Permissions.ReadModels, Reach.Hospital)),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> Descriptions = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [Permissions.ReadPatients] = "See patients, readings, scores, live streams",
        [Permissions.ReadOwn] = "See one's own record, and who has seen it",
        [Permissions.RegisterPatients] = "Register patients, correct who they are and what they agreed to",
        [Permissions.MovePatients] = "Admit, transfer and discharge patients",
        [Permissions.SetPatientStatus] = "Say in which state a patient is",
        [Permissions.MergePatients] = "Merge two records of one person",
        [Permissions.ImportPatients] = "Register many patients from a table",
        [Permissions.ErasePatients] = "Erase a patient by destroying their key",
        [Permissions.BindDevices] = "Say which patient wears which device",
        [Permissions.SendReadings] = "Send a device's readings over HTTP",
        [Permissions.ManageDevices] = "Register devices, issue and revoke keys",
        [Permissions.ManagePeople] = "Look after accounts, roles, passwords and sessions",
        [Permissions.ManageWards] = "Set up wards and beds",
        [Permissions.ReadAudit] = "Read and verify the audit trail",
        [Permissions.ReviewSecurity] = "See and settle security events",
        [Permissions.UseEmergencyAccess] = "Open any patient of the hospital in an emergency, with a reason, on record",
        [Permissions.ReviewEmergencyAccess] = "Judge emergency accesses afterwards",
        [Permissions.ReadAnalytics] = "See figures of wards and hours, in which no patient stands",
        [Permissions.ReadModels] = "See the models in use",
        [Permissions.TrainModels] = "Train models and choose the one in use",
        [Permissions.ReadOperations] = "See what could not be believed or handled; what it carries only who may read every patient",
        [Permissions.ManageOperations] = "Have it handled after all, or drop it",
        [Permissions.ActOnAlerts] = "Acknowledge, silence and judge alerts, respond to incidents, pause a ward's sound",
        [Permissions.SetLimits] = "Change alert limits of patients and wards",
        [Permissions.TechnicalAlerts] = "See technical alerts and their incidents, in which no patient stands, and act on them",
        [Permissions.ReadOnCall] = "See who is on call",
        [Permissions.ManageOnCall] = "Make schedules, overrides and swaps, say what somebody is on duty as",
        [Permissions.ManageWebhooks] = "Say which other systems are told of incidents",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every permission, with what it allows in words.</summary>
    public static IReadOnlyDictionary<string, string> All => Descriptions;

    /// <summary>How far a role's permission reaches; an unknown role reaches nothing.</summary>
    public static Reach Of(string? role, string permission) =>
        role is not null && Table.TryGetValue(role, out var permissions) && permissions.TryGetValue(permission, out var reach) ? reach : Reach.None;

    private static FrozenDictionary<string, Reach> May(params ReadOnlySpan<(string Permission, Reach Reach)> permissions)
    {
        var table = new Dictionary<string, Reach>(StringComparer.Ordinal);
        foreach (var (permission, reach) in permissions)
        {
            table.Add(permission, reach);
        }

        return table.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
