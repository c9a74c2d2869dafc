using System.Collections.Frozen;
using System.Security.Claims;

namespace Wardwatch.Server.Access.Contracts;

/// <summary>Who calls, as the account is now and not as it was when the token was issued.</summary>
public sealed record Caller
{
    /// <summary>The account's id.</summary>
    public required Guid AccountId { get; init; }

    /// <summary>The database key of the hospital; everything that is shown or changed is of this one.</summary>
    public required int TenantId { get; init; }

    /// <summary>The name with which the caller signs in.</summary>
    public required string User { get; init; }

    /// <summary>The name to be shown.</summary>
    public required string Name { get; init; }

    /// <summary>One of <see cref="AccountRoles"/>.</summary>
    public required string Role { get; init; }

    /// <summary>The sign-in session, the family of refresh tokens.</summary>
    public required Guid SessionId { get; init; }

    /// <summary>The wards on which the caller works.</summary>
    public FrozenSet<string> Wards { get; init; } = [];

    /// <summary>The patients to whom the caller is called; for a patient's account, the patient.</summary>
    public FrozenSet<int> Patients { get; init; } = [];

    /// <summary>The patients whose records the caller has opened in an emergency, while that lasts.</summary>
    public FrozenSet<int> Opened { get; init; } = [];

    /// <summary>When the caller must show a new token; what stays open ends then.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Whether the caller's role has a permission at all.</summary>
    public bool May(string permission) => PermissionTable.Of(Role, permission) != Reach.None;

    /// <summary>The records that the caller may see: those of patients in the caller's care, or the own.</summary>
    public AccessScope Visible => ScopeOf(May(Permissions.ReadPatients) ? Permissions.ReadPatients : Permissions.ReadOwn);

    /// <summary>How far the caller's permission reaches.</summary>
    public AccessScope ScopeOf(string permission) => PermissionTable.Of(Role, permission) switch
    {
        Reach.Hospital => new(TenantId, WholeHospital: true, [], []),
        Reach.Wards => new(TenantId, WholeHospital: false, Wards, Opened),
        Reach.Patients => new(TenantId, WholeHospital: false, [], Opened.Count == 0 ? Patients : Opened.Concat(Patients).ToFrozenSet()),
        Reach.Self => new(TenantId, WholeHospital: false, [], Patients),
        _ => new(TenantId, WholeHospital: false, [], []),
    };
}

/// <summary>A signed-in principal that knows its <see cref="Caller"/>.</summary>
public sealed class CallerPrincipal(Caller caller, string scheme)
    : ClaimsPrincipal(new ClaimsIdentity([new(UserClaim, caller.User)], scheme, UserClaim, roleType: null))
{
    private const string UserClaim = "user";

    /// <summary>Who calls.</summary>
    public Caller Caller { get; } = caller;
}

/// <summary>Reads the caller from a request's principal.</summary>
public static class CallerPrincipals
{
    /// <summary>Who calls. The endpoint must not let in anybody who is not signed in.</summary>
    public static Caller Caller(this ClaimsPrincipal principal) =>
        principal.FindCaller() ?? throw new InvalidOperationException("The endpoint lets in somebody who is not signed in.");

    /// <summary>Who calls, or null if nobody is signed in.</summary>
    public static Caller? FindCaller(this ClaimsPrincipal principal) => (principal as CallerPrincipal)?.Caller;

    /// <summary>The caller's hospital.</summary>
    public static int TenantId(this ClaimsPrincipal principal) => principal.Caller().TenantId;
}
