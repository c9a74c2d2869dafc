using System.Security.Claims;

namespace Wardwatch.Server.Staff.Contracts;

/// <summary>What a signed-in principal says about a member of staff. The names are those of the access token.</summary>
public static class StaffClaims
{
    /// <summary>The account's id.</summary>
    public const string Subject = "sub";

    /// <summary>The name with which the member signs in.</summary>
    public const string User = "user";

    /// <summary>The name to be shown.</summary>
    public const string Name = "name";

    /// <summary>The role.</summary>
    public const string Role = "role";

    /// <summary>The database key of the hospital.</summary>
    public const string Tenant = "tenant";

    /// <summary>The sign-in session, the family of refresh tokens.</summary>
    public const string Session = "sid";

    /// <summary>The hospital of the member of staff; everything that is shown or changed is of this one.</summary>
    public static int TenantId(this ClaimsPrincipal principal) => int.Parse(Required(principal, Tenant));

    /// <summary>The account's id.</summary>
    public static Guid AccountId(this ClaimsPrincipal principal) => Guid.Parse(Required(principal, Subject));

    /// <summary>The sign-in session.</summary>
    public static Guid SessionId(this ClaimsPrincipal principal) => Guid.Parse(Required(principal, Session));

    private static string Required(ClaimsPrincipal principal, string claim) =>
        principal.FindFirst(claim)?.Value ?? throw new InvalidOperationException($"The principal has no claim {claim}: the endpoint lets in somebody who is not staff.");
}
