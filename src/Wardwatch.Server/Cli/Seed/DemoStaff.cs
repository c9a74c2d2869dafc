using Microsoft.Extensions.DependencyInjection;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff;
using Wardwatch.Server.Access.Contracts;

namespace Wardwatch.Server.Cli.Seed;

/// <summary>The accounts of the demo hospital.</summary>
internal static class DemoStaff
{
    private static readonly (string User, string Role, string Name)[] Accounts =
    [
        ("admin", AccountRoles.Administrator, "Robin Vale"),
        ("dr.osei", AccountRoles.Physician, "Dr Beatrice Osei"),
        ("dr.arvidsson", AccountRoles.Physician, "Dr Nils Arvidsson"),
        ("nurse.falk", AccountRoles.Nurse, "Ines Falk"),
        ("nurse.brandt", AccountRoles.Nurse, "Tomas Brandt"),
        ("nurse.rahimi", AccountRoles.Nurse, "Mina Rahimi"),
    ];

    /// <summary>Adds the accounts that are missing. A password is in the file before its account is in the database: a crash between leaves nobody locked out.</summary>
    public static async Task<List<DemoCredential>> EnsureAsync(Installation installation, int tenantId, DemoFiles files, CancellationToken cancellation)
    {
        await using var services = AccountServices.Build(installation);
        await using var scope = services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<StaffAccounts>();
        var known = (await accounts.ListAsync(tenantId, cancellation)).Select(account => account.User).ToHashSet(StringComparer.Ordinal);
        var before = files.ReadCredentials().ToDictionary(credential => credential.User, StringComparer.Ordinal);
        var after = Accounts
            .Select(account => before.GetValueOrDefault(account.User) ?? new DemoCredential(account.User, DemoFiles.DrawPassword(), account.Role, account.Name))
            .ToList();
        files.Write(after);

        foreach (var credential in after)
        {
            var refusal = (known.Contains(credential.User), before.ContainsKey(credential.User)) switch
            {
                (false, _) => await accounts.AddAsync(tenantId, credential.User, credential.Name, credential.Role, credential.Password),
                (true, false) => await accounts.SetPasswordAsync(tenantId, credential.User, credential.Password, cancellation),
                (true, true) => null,
            };
            if (refusal is not null)
            {
                throw new StartupException($"The demo account {credential.User} cannot be set up: {refusal}", $"Remove {files.Credentials} and start again.");
            }
        }

        return after;
    }
}
