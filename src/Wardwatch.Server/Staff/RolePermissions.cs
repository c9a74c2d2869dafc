using System.Collections.Frozen;
using Wardwatch.Server.Staff.Contracts;

namespace Wardwatch.Server.Staff;

/// <summary>Which role may do what: the one place that says so.</summary>
internal static class RolePermissions
{
    private static readonly FrozenDictionary<string, FrozenSet<string>> Table = new Dictionary<string, FrozenSet<string>>(StringComparer.Ordinal)
    {
        [StaffRoles.Administrator] = Set(Permissions.ReadPatients, Permissions.BindDevices, Permissions.ManageDevices, Permissions.ManagePeople, Permissions.TrainModels),
        [StaffRoles.Physician] = Set(Permissions.ReadPatients, Permissions.BindDevices),
        [StaffRoles.Nurse] = Set(Permissions.ReadPatients, Permissions.BindDevices),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every permission that some role has.</summary>
    public static IEnumerable<string> All => Table.Values.SelectMany(permissions => permissions).Distinct(StringComparer.Ordinal);

    /// <summary>Whether a role has a permission; an unknown role has none.</summary>
    public static bool Has(string? role, string permission) =>
        role is not null && Table.TryGetValue(role, out var permissions) && permissions.Contains(permission);

    private static FrozenSet<string> Set(params ReadOnlySpan<string> permissions) => FrozenSet.Create(StringComparer.Ordinal, permissions);
}
