using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;

namespace Wardwatch.Server.Staff;

/// <summary>
/// A hash of a password that nobody has, made like all others: checking against it makes an unknown user cost as much as a known one.
/// </summary>
internal sealed class DummyPassword(IPasswordHasher<StaffAccount> hasher)
{
    private static readonly StaffAccount Nobody = new() { Name = "", Role = "" };

    private readonly string _hash = hasher.HashPassword(Nobody, RandomNumberGenerator.GetHexString(32));

    /// <summary>Costs what a check costs, and fails.</summary>
    public void Check(string password) => hasher.VerifyHashedPassword(Nobody, _hash, password);
}

/// <summary>Checks user and password.</summary>
internal sealed class SignIn(UserManager<StaffAccount> users, DummyPassword dummy)
{
    /// <summary>The account, if there is one and the password is its own; otherwise null, after the same time.</summary>
    public async Task<StaffAccount?> CheckAsync(string user, string password)
    {
        // PostgreSQL takes no zero in a text, and no account has one; the query is made all the same.
        var account = await users.FindByNameAsync(user.Replace('\0', '?'));
        if (account?.PasswordHash is null)
        {
            dummy.Check(password);
            return null;
        }

        return await users.CheckPasswordAsync(account, password) ? account : null;
    }
}
