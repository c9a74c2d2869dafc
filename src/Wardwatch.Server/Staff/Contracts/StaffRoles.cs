namespace Wardwatch.Server.Staff.Contracts;

/// <summary>The roles of staff, as they stand in the database, in tokens and in the API.</summary>
public static class StaffRoles
{
    /// <summary>Looks after the installation: people, devices, models.</summary>
    public const string Administrator = "administrator";

    /// <summary>Treats patients.</summary>
    public const string Physician = "physician";

    /// <summary>Nurses patients.</summary>
    public const string Nurse = "nurse";

    /// <summary>Every role.</summary>
    public static IReadOnlyList<string> All { get; } = [Administrator, Physician, Nurse];
}
