using Microsoft.Extensions.DependencyInjection;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff;

namespace Wardwatch.Server.Cli.Seed;

/// <summary>The accounts of the demo hospital.</summary>
internal static class DemoStaff
{
    // The patients whose stories are told: whoever is asked about one of them may see them.
    private static readonly int[] Storied = [.. Enumerable.Range(1, DemoHospital.DefaultPatients)];

    private static readonly DemoAccount[] Accounts =
    [
        new("admin", AccountRoles.Administrator, "Robin Vale"),
        new("analyst.okoye", AccountRoles.Analyst, "Chinwe Okoye"),

        // Those who are on duty: 24.
        new("dr.osei", AccountRoles.Physician, "Dr Beatrice Osei") { AllWards = true },
        new("dr.arvidsson", AccountRoles.Physician, "Dr Nils Arvidsson") { AllWards = true },
        new("dr.mbatha", AccountRoles.Physician, "Dr Lindiwe Mbatha") { AllWards = true },
        new("nurse.falk", AccountRoles.Nurse, "Ines Falk") { AllWards = true },
        new("nurse.brandt", AccountRoles.Nurse, "Tomas Brandt") { Wards = ["ward-1"] },
        new("nurse.castell", AccountRoles.Nurse, "Noemi Castell") { Wards = ["ward-1"] },
        new("nurse.adeyemi", AccountRoles.Nurse, "Tunde Adeyemi") { Wards = ["ward-1"] },
        new("nurse.rahimi", AccountRoles.Nurse, "Mina Rahimi") { Wards = ["ward-2"] },
        new("nurse.halloran", AccountRoles.Nurse, "Conor Halloran") { Wards = ["ward-2"] },
        new("nurse.soto", AccountRoles.Nurse, "Pilar Soto") { Wards = ["ward-2"] },
        new("nurse.petit", AccountRoles.Nurse, "Remy Petit") { Wards = ["ward-2"] },
        new("charge.keane", AccountRoles.ChargeNurse, "Aoife Keane") { AllWards = true },
        new("charge.duarte", AccountRoles.ChargeNurse, "Rui Duarte") { AllWards = true },
        new("dr.vance", AccountRoles.Specialist, "Dr Elena Vance") { Patients = Storied },
        new("dr.oyelaran", AccountRoles.Specialist, "Dr Femi Oyelaran") { Patients = Storied },
        new("dr.tanaka", AccountRoles.Specialist, "Dr Kenji Tanaka") { Patients = Storied },
        new("dr.imhof", AccountRoles.Specialist, "Dr Clara Imhof") { Patients = Storied },
        new("dr.salvesen", AccountRoles.Specialist, "Dr Jorunn Salvesen") { Patients = Storied },
        new("dr.prior", AccountRoles.Specialist, "Dr Neil Prior") { Patients = Storied },
        new("dr.abboud", AccountRoles.Specialist, "Dr Karim Abboud") { Patients = Storied },
        new("dr.lasker", AccountRoles.Specialist, "Dr Ruth Lasker") { Patients = Storied },
        new("dr.quint", AccountRoles.Specialist, "Dr Sanne Quint") { Patients = Storied },
        new("tech.ivers", AccountRoles.Technician, "Pat Ivers"),
        new("tech.demir", AccountRoles.Technician, "Ayla Demir"),

        // Names of accounts are in clear in the database, those of patients are not: what the account shows is not to give away what is sealed elsewhere.
        new("patient.0003", AccountRoles.Patient, "Patient in ward 1, bed 3") { Patients = [3] },
        new("service.interface", AccountRoles.Service, "Interface engine"),
    ];

    /// <summary>Adds the accounts that are missing. A password is in the file before its account is in the database: a crash between leaves nobody locked out.</summary>
    /// <param name="installation">The installation.</param>
    /// <param name="tenantId">The demo hospital.</param>
    /// <param name="patients">The numbers of the patients there are; they say which wards there are.</param>
    /// <param name="files">Where the passwords are.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<List<DemoCredential>> EnsureAsync(Installation installation, int tenantId, IReadOnlyList<int> patients, DemoFiles files, CancellationToken cancellation)
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

        // Hashing a password is slow on purpose: one on each processor.
        await Parallel.ForEachAsync(
            after, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation },
            async (credential, stop) => await EnsureAsync(services, tenantId, credential, known.Contains(credential.User), before.ContainsKey(credential.User), files, stop));

        await AssignAsync(accounts, tenantId, patients, cancellation);
        return after;
    }

    private static async Task EnsureAsync(
        ServiceProvider services, int tenantId, DemoCredential credential, bool isKnown, bool isInFile, DemoFiles files, CancellationToken cancellation)
    {
        await using var scope = services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<StaffAccounts>();
        var refusal = (isKnown, isInFile) switch
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

    // Again at each seeding: wards and patients may have been added since.
    private static async Task AssignAsync(StaffAccounts accounts, int tenantId, IReadOnlyList<int> patients, CancellationToken cancellation)
    {
        string[] all = [.. DemoPatients.Wards(patients[^1]).Select(ward => ward.Id)];
        foreach (var account in Accounts)
        {
            var called = account.Patients.Where(patients.Contains).Select(DemoPatients.IdOf).ToList();
            if (await accounts.AssignAsync(tenantId, account.User, account.AllWards ? all : account.Wards, called, cancellation) is { } refusal)
            {
                throw new StartupException($"The demo account {account.User} cannot be set up: {refusal}", "Remove the demo's folder and start again.");
            }
        }
    }

    private sealed record DemoAccount(string User, string Role, string Name)
    {
        public bool AllWards { get; init; }

        public string[] Wards { get; init; } = [];

        public int[] Patients { get; init; } = [];
    }
}
