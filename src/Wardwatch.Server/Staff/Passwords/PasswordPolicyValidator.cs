using Microsoft.AspNetCore.Identity;

namespace Wardwatch.Server.Staff.Passwords;

/// <summary>The password policy where Identity sets a password: on the command line, and when an administrator does.</summary>
internal sealed class PasswordPolicyValidator : IPasswordValidator<StaffAccount>
{
    /// <inheritdoc />
    public Task<IdentityResult> ValidateAsync(UserManager<StaffAccount> manager, StaffAccount user, string? password) => Task.FromResult(
        PasswordPolicy.Refuse(password ?? "", user.UserName ?? "", user.Name) is { } why
            ? IdentityResult.Failed(new IdentityError { Code = "WeakPassword", Description = why })
            : IdentityResult.Success);
}
