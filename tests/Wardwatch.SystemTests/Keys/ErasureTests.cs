using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Keys;

/// <summary>Erasing a patient destroys their key: nothing of them can be read again, here, in a process beside, or from a backup; everybody else is as before.</summary>
public sealed class ErasureTests
{
    private const string Reason = "Asked for in writing on 2026-11-20, filed under 17/3";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task An_erased_patient_is_gone_everywhere_at_once_and_the_others_stay()
    {
        await using var ward = await DemoWard.StartAsync(8, [], Cancellation);
        var (erased, other) = (ward.TakeDevice(), ward.TakeDevice());
        await using var link = await PlayAsync(ward, erased, 131);
        await using var otherLink = await PlayAsync(ward, other, 132);
        (await link.PublishAsync(erased.SealBytes("no vitals"u8), 2, Cancellation)).ShouldNotBeNull();
        (await ward.DeadLettersAsync(erased, "unreadable-payload", Cancellation)).ShouldBe(1);
        var record = await ward.JsonAsync($"/api/patients/{erased.Patient}", Cancellation);
        var number = record.Text("recordNumber");

        (await EraseAsync(ward.Client, erased.Patient, "00-00000", Reason)).ShouldBe((400, "urn:wardwatch:record-number-differs"));
        (await EraseAsync(ward.Client, erased.Patient, number, "because")).ShouldBe((400, "urn:wardwatch:invalid-parameter"));
        (await EraseAsync(ward.Client, "p-9999", number, Reason)).ShouldBe((404, "urn:wardwatch:patient-not-found"));
        (await EraseAsync(await SignInAsync(ward.Server, "nurse"), erased.Patient, number, Reason)).ShouldBe((403, "urn:wardwatch:not-permitted"));
        (await HistoryAsync(ward.Client, erased.Patient)).ShouldBe([131]);

        (await EraseAsync(ward.Client, erased.Patient, $" {number.ToLowerInvariant()} ", Reason)).ShouldBe((204, null));
        foreach (var address in new[] { "", "/vitals/latest", "/vitals/history" })
        {
            using var answer = await ward.Client.GetAsync($"/api/patients/{erased.Patient}{address}", Cancellation);
            (await answer.ProblemAsync(Cancellation)).ShouldBe((404, "urn:wardwatch:patient-not-found"), address);
        }

        foreach (var address in new[] { "/api/patients", "/api/dashboard-data", "/api/live/recent", $"/api/patients?search={number}" })
        {
            (await ward.Client.GetStringAsync(address, Cancellation)).ShouldNotContain(erased.Patient, customMessage: address);
        }

        (await HistoryAsync(ward.Client, other.Patient)).ShouldBe([132]);
        (await EraseAsync(ward.Client, erased.Patient, number, Reason)).ShouldBe((404, "urn:wardwatch:patient-not-found"));

        // The device may still be at the bed: whatever it sends is nobody's, and what nobody could believe before is gone.
        (await link.PublishAsync(erased.Seal(Now, "\"hr\":133"), 3, Cancellation)).ShouldNotBeNull().Reason.ShouldNotBe(MqttReason.Success);
        (await ward.DeadLettersAsync(erased, "unreadable-payload", Cancellation)).ShouldBe(0);
        (await otherLink.PublishAsync(other.Seal(Now, "\"hr\":134"), 2, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);

        (await TextAsync(ward.Database, "select count(*) from patient_keys")).ShouldBe("7");
        (await TextAsync(ward.Database, $"select status || ' ' || length(identity) || ' ' || (ward_id is null) from patients where patient_id = '{erased.Patient}'")).ShouldBe("discharged 0 true");
        (await TextAsync(ward.Database, "select user_name || ' ' || array_length(patients, 1) || ' ' || done from audit_entries where action = 'patient.erase' and done order by audit_no desc limit 1"))
            .ShouldBe("admin 1 true");
        (await File.ReadAllTextAsync(Path.Combine(ward.Server.Data, "erased-patients"), Cancellation)).ShouldContain($" demo {erased.Patient} ");
    }

    [Fact]
    public async Task A_process_beside_the_server_forgets_the_key_as_well_and_so_does_a_server_when_the_command_line_erases()
    {
        await using var ward = await DemoWard.StartAsync(3, [], Cancellation);
        var device = ward.TakeDevice();
        await using var link = await PlayAsync(ward, device, 141);
        using var listener = await SignInAsync(ward.Server, "administrator");
        (await HistoryAsync(listener, device.Patient)).ShouldBe([141]);

        var refused = await Tool.RunAsync(Programs.Server, ["patient", "erase", device.Patient, "--reason", "short", "--data", ward.Server.Data], Cancellation);
        refused.ExitCode.ShouldBe(1);
        var done = await Tool.RunAsync(Programs.Server, ["patient", "erase", device.Patient, "--reason", Reason, "--data", ward.Server.Data, "--json"], Cancellation);
        done.ExitCode.ShouldBe(0, done.Error);
        await Poll.UntilAsync(async () =>
        {
            using var answer = await listener.GetAsync($"/api/patients/{device.Patient}/vitals/history", Cancellation);
            return answer.StatusCode == HttpStatusCode.NotFound;
        }, Poll.Patience, "the server has forgotten the patient", Cancellation);
        var again = await Tool.RunAsync(Programs.Server, ["patient", "erase", device.Patient, "--reason", Reason, "--data", ward.Server.Data], Cancellation);
        again.ExitCode.ShouldBe(1);

        // What the model may learn from, and what a restart finds.
        await ward.Server.KillAsync(Cancellation);
        await ward.Server.StartAsync(Cancellation);
        using var after = await SignInAsync(ward.Server, "administrator");
        (await after.GetStringAsync("/api/patients", Cancellation)).ShouldNotContain(device.Patient);
    }

    [Fact]
    public async Task Backups_from_before_do_not_bring_an_erased_patient_back()
    {
        await using var ward = await DemoWard.StartAsync(3, [], Cancellation);
        var (erased, other) = (ward.TakeDevice(), ward.TakeDevice());
        await using (await PlayAsync(ward, erased, 151))
        await using (await PlayAsync(ward, other, 152))
        {
        }

        string At(string name) => Path.Combine(ward.Server.Data, name);
        await Backups.DataAsync(ward.Server, At("data.dump"), Cancellation);
        await Backups.FullAsync(ward.Server, At("full.dump"), Cancellation);
        var number = (await ward.JsonAsync($"/api/patients/{erased.Patient}", Cancellation)).Text("recordNumber");
        (await EraseAsync(ward.Client, erased.Patient, number, Reason)).ShouldBe((204, null));
        await Backups.KeysAsync(ward.Server, At("keys.dump"), Cancellation);

        await using var postgres = await GivenPostgres.StartAsync([], Cancellation);

        // A full backup alone would: the test can see what it says is not there.
        var full = await Backups.RestoreAsync(postgres, "full_alone", [At("full.dump")], Cancellation);
        (await HistoriesAsync(ward.Server, full, withList: false, erased.Patient, other.Patient)).ShouldBe((HttpStatusCode.OK, "151", "152"));

        // The data as it was, and the keys as they are: the patient's is not among them.
        var apart = await Backups.RestoreAsync(postgres, "data_and_keys", [At("data.dump"), At("keys.dump")], Cancellation);
        (await HistoriesAsync(ward.Server, apart, withList: false, erased.Patient, other.Patient)).ShouldBe((HttpStatusCode.NotFound, "", "152"));

        // The full backup beside the installation's list: the key is destroyed before anything is read.
        var listed = await Backups.RestoreAsync(postgres, "full_with_list", [At("full.dump")], Cancellation);
        (await HistoriesAsync(ward.Server, listed, withList: true, erased.Patient, other.Patient)).ShouldBe((HttpStatusCode.NotFound, "", "152"));
        await using var database = NpgsqlDataSource.Create(listed);
        (await TextAsync(database, $"select (erased_at is not null)::text || ' ' || (select count(*) from patient_keys) from patients where patient_id = '{erased.Patient}'")).ShouldBe("true 2");
    }

    [Fact]
    public async Task Data_restored_without_any_keys_does_not_come_up_as_an_empty_ward()
    {
        await using var ward = await DemoWard.StartAsync(3, [], Cancellation);
        await Backups.DataAsync(ward.Server, Path.Combine(ward.Server.Data, "data.dump"), Cancellation);
        await using var postgres = await GivenPostgres.StartAsync([], Cancellation);
        var connection = await Backups.RestoreAsync(postgres, "data_alone", [Path.Combine(ward.Server.Data, "data.dump")], Cancellation);
        await using var server = Restored(ward.Server, connection, withList: false);
        var (code, output) = await server.StartExpectingFailureAsync(Cancellation);
        code.ShouldBe(1);
        output.ShouldContain("keys");
        output.ShouldContain("Backup");
    }

    private static async Task<(HttpStatusCode Erased, string ErasedRates, string OtherRates)> HistoriesAsync(ServerProcess original, string connection, bool withList, string erased, string other)
    {
        await using var server = Restored(original, connection, withList);
        await server.StartAsync(Cancellation);
        using var client = await SignInAsync(server, "administrator", Path.Combine(original.Data, "demo-credentials.json"));
        using var answer = await client.GetAsync($"/api/patients/{erased}/vitals/history", Cancellation);
        var rates = answer.StatusCode == HttpStatusCode.OK ? string.Join(',', await HistoryAsync(client, erased)) : "";
        return (answer.StatusCode, rates, string.Join(',', await HistoryAsync(client, other)));
    }

    /// <summary>A server in a new folder with the installation's master key, on a restored database.</summary>
    private static ServerProcess Restored(ServerProcess original, string connection, bool withList)
    {
        var server = ServerProcess.Create();
        File.Copy(Path.Combine(original.Data, "master.key"), Path.Combine(server.Data, "master.key"));
        if (withList)
        {
            File.Copy(Path.Combine(original.Data, "erased-patients"), Path.Combine(server.Data, "erased-patients"));
        }

        server.Environment["ConnectionStrings__Wardwatch"] = connection;
        return server;
    }

    private static async Task<DeviceLink> PlayAsync(DemoWard ward, BedsideDevice device, int heartRate)
    {
        var link = await DeviceLink.OpenAsync(ward.Server, device, MqttVersion.V500, Cancellation);
        (await link.PublishAsync(device.Seal(Now, $"\"hr\":{heartRate}"), 1, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
        return link;
    }

    private static async Task<double[]> HistoryAsync(HttpClient client, string patient) =>
        [.. (await client.JsonAsync($"/api/patients/{patient}/vitals/history", Cancellation)).GetProperty("items").EnumerateArray()
            .Select(item => item.GetProperty("vitals").GetProperty("hr").GetDouble())];

    private static async Task<(int Status, string? Type)> EraseAsync(HttpClient client, string patient, string recordNumber, string reason)
    {
        using var answer = await client.PostAsJsonAsync($"/api/patients/{patient}/erase", new { recordNumber, reason }, Cancellation);
        return answer.StatusCode == HttpStatusCode.NoContent ? (204, null) : await answer.ProblemAsync(Cancellation);
    }

    private static async Task<HttpClient> SignInAsync(ServerProcess server, string role, string? credentials = null)
    {
        using var file = JsonDocument.Parse(await File.ReadAllBytesAsync(credentials ?? Path.Combine(server.Data, "demo-credentials.json"), Cancellation));
        var account = file.RootElement.EnumerateArray().First(entry => entry.Text("role") == role);
        var client = server.CreateClient();
        using var answer = await client.PostAsJsonAsync("/api/auth/login", new { user = account.Text("user"), password = account.Text("password") }, Cancellation);
        var body = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", body.Text("access_token"));
        return client;
    }

    private static async Task<string> TextAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (await command.ExecuteScalarAsync(Cancellation))!.ToString()!;
    }
}
