using System.Text.Json;
using Shouldly;
using Wardwatch.Server.Cli.Seed;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Platform;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Registry;

public sealed class SeedTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_demo_hospital_is_seeded_once_grown_on_request_and_its_files_come_back()
    {
        var data = ServerProcess.NewFolder();
        try
        {
            await using (var installation = await DemoServer.OpenBesideAsync(data, Cancellation))
            {
                var hospital = new DemoHospital(installation, TimeProvider.System);
                await SeedingTwiceChangesNothing(installation, hospital);
                await MorePatientsAreAdded(installation, hospital);
                await LostFilesAreWrittenAnew(installation, hospital);
                await ThousandsFindBeds(installation, hospital);
            }

            await DumpHoldsNoSecret(data);
        }
        finally
        {
            await PostgresProcesses.WaitUntilNoneAsync(data, CancellationToken.None);
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task SeedingTwiceChangesNothing(Installation installation, DemoHospital hospital)
    {
        var first = await hospital.SeedAsync(15, simulated: true, Cancellation);
        first.Patients.ShouldBe(15);
        first.AddedPatients.ShouldBe(15);
        first.Accounts.CountBy(account => account.Role).ToDictionary().ShouldBe(
            new Dictionary<string, int>
            {
                ["administrator"] = 1,
                ["physician"] = 3,
                ["nurse"] = 8,
                ["charge-nurse"] = 2,
                ["specialist"] = 9,
                ["technician"] = 2,
                ["analyst"] = 1,
                ["patient"] = 1,
                ["service"] = 1,
            },
            ignoreOrder: true);
        foreach (var file in new[] { first.CredentialsFile, first.DeviceKeysFile })
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var keys = Devices(first);
        keys.Count.ShouldBe(17);
        keys[0].EnumerateObject().Select(member => member.Name).ShouldBe(["device", "keyId", "key", "token", "topic", "simulated"]);
        keys[0].Text("device").ShouldBe("M-101");
        keys[0].Text("topic").ShouldBe("hospital/demo/ward/ward-1/patient/p-0001");
        keys.Where(key => !key.GetProperty("simulated").GetBoolean()).Select(key => key.Text("topic")).ShouldBe(
            ["hospital/demo/ward/ward-1/patient/p-0001", "hospital/demo/ward/ward-1/patient/p-0002"]);
        (await ScalarAsync(installation, "select count(*) from device_bindings where valid_from > now() - interval '7 days 23 hours'")).ShouldBe(0L);

        var before = (Stamp(first.CredentialsFile), Stamp(first.DeviceKeysFile), await RowsAsync(installation));
        (await hospital.SeedAsync(15, simulated: true, Cancellation)).AddedPatients.ShouldBe(0);
        (Stamp(first.CredentialsFile), Stamp(first.DeviceKeysFile), await RowsAsync(installation)).ShouldBe(before);
    }

    private static async Task MorePatientsAreAdded(Installation installation, DemoHospital hospital)
    {
        var before = Devices(await hospital.SeedAsync(15, simulated: true, Cancellation)).Select(key => key.ToString()).ToList();
        var grown = await hospital.SeedAsync(40, simulated: true, Cancellation);
        grown.AddedPatients.ShouldBe(25);
        var after = Devices(grown);
        after.Count.ShouldBe(42);
        before.ShouldBeSubsetOf(after.Select(key => key.ToString()));
        (await ScalarAsync(installation, "select count(*) from wards")).ShouldBe(3L);

        // A ward that was added belongs to those who work on all of them, and to nobody else.
        (await ScalarAsync(installation, "select string_agg(user_name, ' ' order by user_name) from staff_wards join staff_accounts using (account_id) where ward_id = 'ward-3'"))
            .ShouldBe("charge.duarte charge.keane dr.arvidsson dr.mbatha dr.osei nurse.falk");
        (await ScalarAsync(
            installation, "select string_agg(distinct patient_id, ' ' order by patient_id) from staff_patients join staff_accounts using (account_id) join patients using (patient_no) where role = 'specialist'"))
            .ShouldBe(string.Join(' ', Enumerable.Range(1, 15).Select(DemoPatients.IdOf)));
        (await ScalarAsync(
            installation, "select string_agg(patient_id, ' ') from staff_patients join staff_accounts using (account_id) join patients using (patient_no) where role = 'patient'")).ShouldBe("p-0003");

        // Fewer than there are: nobody is removed, the others' monitors are left to whoever wants them.
        var fewer = Devices(await hospital.SeedAsync(20, simulated: true, Cancellation));
        fewer.Count.ShouldBe(42);
        fewer.Count(key => key.GetProperty("simulated").GetBoolean()).ShouldBe(20);
        Devices(await hospital.SeedAsync(40, simulated: false, Cancellation)).ShouldAllBe(key => !key.GetProperty("simulated").GetBoolean());
    }

    private static async Task LostFilesAreWrittenAnew(Installation installation, DemoHospital hospital)
    {
        var report = await hospital.SeedAsync(40, simulated: true, Cancellation);
        var keys = Devices(report).ToDictionary(key => key.Text("device"), key => key.Text("key"));
        var passwords = report.Accounts.ToDictionary(account => account.User, account => account.Password);
        File.Delete(report.DeviceKeysFile);
        File.Delete(report.CredentialsFile);

        var again = await hospital.SeedAsync(40, simulated: true, Cancellation);
        Devices(again).ToDictionary(key => key.Text("device"), key => key.Text("key")).ShouldBe(keys, ignoreOrder: true);
        again.Accounts.ShouldAllBe(account => account.Password != passwords[account.User]);
        (await ScalarAsync(installation, "select count(*) from staff_accounts")).ShouldBe(28L);
    }

    private static async Task ThousandsFindBeds(Installation installation, DemoHospital hospital)
    {
        (await hospital.SeedAsync(10_000, simulated: false, Cancellation)).Patients.ShouldBe(10_000);
        (await ScalarAsync(installation, "select count(*) from patients where bed is not null")).ShouldBe(10_000L);
    }

    private static async Task DumpHoldsNoSecret(string data)
    {
        await using var installation = await DemoServer.OpenBesideAsync(data, Cancellation);
        var dump = await DatabaseDump.OfAsync(installation, Cancellation);
        dump.ShouldContain("p-0001", customMessage: "the dump holds the patients");

        // A colleague may be called what a patient is called, and stands there in clear; a patient's account must not.
        var credentials = new DemoFiles(installation.Data).ReadCredentials();
        var colleagues = credentials.Where(account => account.Role != "patient").SelectMany(account => account.Name.Split(' ')).ToHashSet(StringComparer.Ordinal);
        var secrets = Enumerable.Range(1, 200).Select(DemoPatients.Create)
            .SelectMany(patient => new[] { patient.Name, patient.Name.Split(',')[0], patient.RecordNumber, PatientIdentity.Normalise(patient.RecordNumber), patient.DateOfBirth.ToString("O") })
            .Where(text => !colleagues.Contains(text))
            .Where(text => text.Length >= 5)    // three letters stand by chance in the base64 of a password's hash
            .Concat(Devices(Path.Combine(data, "device-keys.json")).Take(500).SelectMany(key => new[] { key.Text("key"), key.Text("token") }))
            .Concat(credentials.Select(credential => credential.Password));
        DatabaseDump.ShouldHoldNone(dump, secrets);
    }

    private static List<JsonElement> Devices(DemoReport report) => Devices(report.DeviceKeysFile);

    private static List<JsonElement> Devices(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return [.. document.RootElement.Clone().EnumerateArray()];
    }

    private static (DateTime Written, string Content) Stamp(string file) => (File.GetLastWriteTimeUtc(file), File.ReadAllText(file));

    private static async Task<string> RowsAsync(Installation installation) => (string)(await ScalarAsync(
        installation,
        """
        select md5(string_agg(row, '|' order by row)) from (
            select patients::text from patients union all select devices::text from devices union all select device_keys::text from device_keys
            union all select device_bindings::text from device_bindings union all select staff_accounts::text from staff_accounts
            union all select oncall_duties::text from oncall_duties union all select oncall_schedules::text from oncall_schedules
            union all select oncall_revisions::text from oncall_revisions union all select wards::text from wards union all select beds::text from beds union all select tenants::text from tenants) as everything (row)
        """))!;

    private static async Task<object?> ScalarAsync(Installation installation, string sql)
    {
        await using var command = installation.Database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
