namespace Wardwatch.Server.Access.Contracts;

/// <summary>How accounts are recognised over HTTP.</summary>
public static class AccountTokens
{
    /// <summary>The authentication scheme of access tokens (RFC 6750), which the accounts' module adds.</summary>
    public const string Scheme = "Bearer";
}
