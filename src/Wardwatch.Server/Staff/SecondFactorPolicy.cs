using Microsoft.Extensions.Options;
using Wardwatch.Server.Access.Contracts;

namespace Wardwatch.Server.Staff;

/// <summary>Of whom a second factor is required.</summary>
internal sealed class SecondFactorPolicy(IOptions<StaffOptions> options)
{
    /// <summary>Whether accounts of this role must have one.</summary>
    public bool IsRequiredOf(string role) => options.Value.SecondFactorRequired && AccountRoles.OfStaff.Contains(role, StringComparer.Ordinal);

    /// <summary>Whether an account must set one up before anything else.</summary>
    public bool MustEnrol(StaffEntry account) => !account.HasSecondFactor && IsRequiredOf(account.Role);
}
