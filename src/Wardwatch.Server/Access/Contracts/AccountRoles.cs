namespace Wardwatch.Server.Access.Contracts;

/// <summary>The roles of accounts, as they stand in the database and in the API. What each may do is said in one place, <see cref="PermissionTable"/>.</summary>
public static class AccountRoles
{
    /// <summary>Looks after the installation: people, wards, devices, keys, the audit.</summary>
    public const string Administrator = "administrator";

    /// <summary>Treats the patients of their wards.</summary>
    public const string Physician = "physician";

    /// <summary>Is asked for single patients, on whatever ward.</summary>
    public const string Specialist = "specialist";

    /// <summary>Nurses the patients of their wards.</summary>
    public const string Nurse = "nurse";

    /// <summary>Leads the nursing of their wards.</summary>
    public const string ChargeNurse = "charge-nurse";

    /// <summary>Looks after devices; sees no patient's record.</summary>
    public const string Technician = "technician";

    /// <summary>Works with figures about wards; sees no patient's record.</summary>
    public const string Analyst = "analyst";

    /// <summary>Sees their own record.</summary>
    public const string Patient = "patient";

    /// <summary>A bedside device: it shows its own token, and sends its own readings.</summary>
    public const string Device = "device";

    /// <summary>A program of the hospital.</summary>
    public const string Service = "service";

    /// <summary>Every role.</summary>
    public static IReadOnlyList<string> All { get; } = [Administrator, Physician, Specialist, Nurse, ChargeNurse, Technician, Analyst, Patient, Device, Service];

    /// <summary>The roles that an account can have: all but the device's.</summary>
    public static IReadOnlyList<string> OfAccounts { get; } = [.. All.Where(role => role != Device)];

    /// <summary>The roles of people who work in the hospital: a second factor is required of them.</summary>
    public static IReadOnlyList<string> OfStaff { get; } = [Administrator, Physician, Specialist, Nurse, ChargeNurse, Technician, Analyst];
}
