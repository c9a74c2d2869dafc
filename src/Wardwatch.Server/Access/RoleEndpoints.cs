using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;

namespace Wardwatch.Server.Access;

/// <summary>A permission of a role.</summary>
/// <param name="Permission">Its name.</param>
/// <param name="Scope">How far it reaches: hospital, wards, patients or self.</param>
/// <param name="Description">What it allows, in words.</param>
internal sealed record RolePermission(string Permission, string Scope, string Description);

/// <summary>A role and what it may do.</summary>
internal sealed record RoleResponse(string Role, IReadOnlyList<RolePermission> Permissions);

/// <summary>Every role.</summary>
internal sealed record RolePage(IReadOnlyList<RoleResponse> Items, string? Next);

/// <summary>The permission table, for the administration page.</summary>
internal static class RoleEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/roles", List).WithTags("People").WithName("listRoles").WithSummary("Every role with its permissions and how far they reach.");

    private static Ok<RolePage> List() => TypedResults.Ok(new RolePage([.. AccountRoles.All.Select(Of)], Next: null));

    private static RoleResponse Of(string role) => new(role,
    [
        .. PermissionTable.All.Select(permission => (permission.Key, permission.Value, Reach: PermissionTable.Of(role, permission.Key)))
            .Where(entry => entry.Reach != Reach.None)
            .Select(entry => new RolePermission(entry.Key, Name(entry.Reach), entry.Value))
            .OrderBy(entry => entry.Permission, StringComparer.Ordinal),
    ]);

    private static string Name(Reach reach) => reach switch
    {
        Reach.Hospital => "hospital",
        Reach.Wards => "wards",
        Reach.Patients => "patients",
        Reach.Self => "self",
        _ => "none",
    };
}
