using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Platform.Postgres;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Deploy;

/// <summary>Backup and point-in-time restore with the programs of deploy/backup, on a private PostgreSQL whose cluster is really lost.</summary>
public sealed class RestoreTests
{
    private static readonly TimeSpan Soon = Poll.Patience;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lost_cluster_comes_back_as_it_was_at_a_time_and_whoever_was_erased_since_does_not()
    {
        await using var place = await BackupPlace.MakeAsync(Cancellation);
        await using var ward = await DemoWard.StartAsync(3, [], Cancellation);
        await place.ArchiveAsync(ward, Cancellation);
        var (kept, late, erased) = (ward.TakeDevice(), ward.TakeDevice(), ward.TakeDevice());
        await PlayAsync(ward, kept, 151);
        await PlayAsync(ward, late, 152);
        await PlayAsync(ward, erased, 153);

        var backup = await place.RunAsync("base-backup", ["--to", place.Bases, "--archive", place.Log, "--keep", "2"], ward, Cancellation);
        backup.ExitCode.ShouldBe(0, backup.Error);
        (await File.ReadAllTextAsync(Path.Combine(backup.Output.Trim(), "about"), Cancellation)).ShouldContain("master-keys " + await TextAsync(ward, "select string_agg(key_id, ' ') from master_keys"));

        await PlayAsync(ward, kept, 154);
        var moment = await TextAsync(ward, "select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')");
        await PlayAsync(ward, late, 155);
        var lease = long.Parse(await TextAsync(ward, "select last_value from writer_lease"));
        using (var erase = await ward.Client.PostAsJsonAsync($"/api/patients/{erased.Patient}/erase", new
        {
            recordNumber = (await ward.JsonAsync($"/api/patients/{erased.Patient}", Cancellation)).Text("recordNumber"),
            reason = "Asked for in writing on 2026-11-20, filed under 17/3",
        }, Cancellation))
        {
            erase.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        // An hour later would be after everything that was archived: nothing less than what was asked for is called a success.
        await place.FlushAsync(ward, Cancellation);
        var tooLate = await RestoreAsync(place, "too-late", TimeProvider.System.GetUtcNow().AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
        tooLate.ExitCode.ShouldBe(1);
        tooLate.Error.ShouldContain("the archived log ends before");

        await ward.Server.KillAsync(Cancellation);
        await PostgresProcesses.WaitUntilNoneAsync(ward.Server.Data, Cancellation);
        var cluster = ClusterPlace.Of(Wardwatch.Server.Platform.DataFolder.Open(ward.Server.Data)).Cluster;
        Directory.Delete(cluster, recursive: true);

        var verified = await place.RunAsync("verify", ["--from", place.Bases, "--archive", place.Log], null, Cancellation);
        (verified.ExitCode, verified.Error).ShouldBe((0, ""));
        await using var server = await place.NewInstallationAsync(ward.Server, Cancellation);
        var restored = await RestoreAsync(place, Path.Combine(server.Data, "postgres"), moment);
        restored.ExitCode.ShouldBe(0, restored.Error);
        (await RestoreAsync(place, Path.Combine(server.Data, "postgres"), moment)).Error.ShouldContain("is not empty, and nothing is ever overwritten");

        await server.StartAsync(Cancellation);
        using var client = await SignInAsync(server);
        (await HistoryAsync(client, kept.Patient)).ShouldBe([151, 154]);
        (await HistoryAsync(client, late.Patient)).ShouldBe([152]);
        using (var gone = await client.GetAsync($"/api/patients/{erased.Patient}/vitals/history", Cancellation))
        {
            gone.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        await using var database = server.OpenDatabase();
        (await TextAsync(database, $"select (erased_at is not null)::text || ' ' || (select count(*) from patient_keys) from patients where patient_id = '{erased.Patient}'")).ShouldBe("true 2");
        long.Parse(await TextAsync(database, "select last_value from writer_lease")).ShouldBeGreaterThan(lease + 500_000);
        (await TextAsync(database, "show archive_mode")).ShouldBe("on", "its own settings are in force again");
        var audit = await Tool.RunAsync(Programs.Server, ["verify-audit", "--hospital", "demo", "--data", server.Data], Cancellation);
        audit.ExitCode.ShouldBe(0, audit.Output + audit.Error);

        // And goes on from there: the device sends what was not acknowledged to it, and the new timeline is archived beside the old one.
        kept.Restart();
        await using var link = await DeviceLink.OpenAsync(server, kept, MqttVersion.V500, Cancellation);
        (await link.PublishAsync(kept.Seal(TimeProvider.System.GetUtcNow(), "\"hr\":156"), 1, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
        (await HistoryAsync(client, kept.Patient)).ShouldBe([151, 154, 156]);
        string[] lines = [];
        await Poll.UntilAsync(
            () => Task.FromResult((lines = [.. Directory.GetFiles(place.Log, "00000002*").Select(file => Path.GetFileName(file)[..9]).Distinct().Order(StringComparer.Ordinal)]).Length >= 2),
            Soon, "the new timeline and its beginning are archived", Cancellation);
        lines.ShouldBe(["00000002.", "000000020"]);
    }

    [Fact]
    public async Task A_segment_is_kept_whole_or_not_at_all_and_never_overwrites_another()
    {
        await using var place = await BackupPlace.MakeAsync(Cancellation);
        var segment = place.File("segment", "what was written first");
        var other = place.File("other", "what somebody else wrote");
        const string Name = "000000010000000000000001";
        Task<Tool.Result> Archive(string path, string name, string folder) => place.RunAsync("archive-wal", [path, name, folder], null, Cancellation);

        (await Archive(segment, Name, place.Log)).ExitCode.ShouldBe(0);
        (await Archive(segment, Name, place.Log)).ExitCode.ShouldBe(0, "PostgreSQL sends a segment again after a crash");
        var refused = await Archive(other, Name, place.Log);
        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("other content");
        (await Archive(segment, Name, place.Log + "/not-mounted")).ExitCode.ShouldBe(1);
        (await Archive(segment, "../" + Name, place.Log)).ExitCode.ShouldBe(1);
        Directory.GetFiles(place.Log).Select(Path.GetFileName).ShouldBe([Name + ".gz"]);

        var back = place.File("back", "");
        (await place.RunAsync("restore-wal", [Name, back, place.Log], null, Cancellation)).ExitCode.ShouldBe(0);
        (await File.ReadAllTextAsync(back, Cancellation)).ShouldBe("what was written first");
        (await place.RunAsync("restore-wal", ["000000010000000000000002", back, place.Log], null, Cancellation)).ExitCode.ShouldBe(1);

        // A damaged segment is not the end of the log: PostgreSQL stops at a code above 125.
        var kept = Path.Combine(place.Log, Name + ".gz");
        await File.WriteAllBytesAsync(kept, (await File.ReadAllBytesAsync(kept, Cancellation))[..^6], Cancellation);
        (await place.RunAsync("restore-wal", [Name, back, place.Log], null, Cancellation)).ExitCode.ShouldBe(126);

        await File.WriteAllTextAsync(Path.Combine(place.Log, "000000010000000000000003.gz"), "", Cancellation);
        var verified = await place.RunAsync("verify", ["--from", place.Bases, "--archive", place.Log], null, Cancellation);
        verified.ExitCode.ShouldBe(1);
        verified.Error.ShouldContain($"{Name}.gz cannot be read");
        verified.Error.ShouldContain("000000010000000000000002 is missing");
        verified.Error.ShouldContain("there is no base backup");
    }

    [Fact]
    public async Task The_keys_are_backed_up_sealed_and_apart_from_the_data()
    {
        await using var place = await BackupPlace.MakeAsync(Cancellation);
        var data = Directory.CreateDirectory(Path.Combine(place.Folder, "data")).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "master.key"), "the master key", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(data, "erased-patients"), "1 demo p-0001 x", Cancellation);
        var (certificate, safe) = (Path.Combine(place.Folder, "backup.pem"), Path.Combine(place.Folder, "safe.pem"));
        (await Tool.RunAsync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=backup", "-keyout", safe, "-out", certificate], Cancellation)).ExitCode.ShouldBe(0);
        Task<Tool.Result> KeysAsync(string to) => place.RunAsync("backup-keys", ["--data", data, "--to", to, "--certificate", certificate, "--apart-from", place.Bases], null, Cancellation, asRoot: true);

        (await KeysAsync(place.Bases)).Error.ShouldContain("keep the key apart from the data");
        var apart = Directory.CreateDirectory(Path.Combine(place.Folder, "keys")).FullName;
        var made = await KeysAsync(apart);
        made.ExitCode.ShouldBe(0, made.Error);
        var file = Directory.GetFiles(apart).ShouldHaveSingleItem();
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await File.ReadAllTextAsync(file, Cancellation)).ShouldNotContain("the master key");

        var plain = Path.Combine(place.Folder, "opened.tar");
        (await Tool.RunAsync("openssl", ["cms", "-decrypt", "-binary", "-inform", "DER", "-in", file, "-inkey", safe, "-out", plain], Cancellation)).ExitCode.ShouldBe(0);
        (await Tool.RunAsync("tar", ["-xOf", plain, "master.key"], Cancellation)).Output.ShouldBe("the master key");
    }

    private static Task<Tool.Result> RestoreAsync(BackupPlace place, string into, string to) => place.RunAsync(
        "restore", ["--from", place.Bases, "--archive", place.Log, "--into", Path.IsPathRooted(into) ? into : Path.Combine(place.Open, into), "--to", to], null, Cancellation);

    private static async Task PlayAsync(DemoWard ward, BedsideDevice device, int heartRate)
    {
        device.Restart();
        await using var link = await DeviceLink.OpenAsync(ward.Server, device, MqttVersion.V500, Cancellation);
        (await link.PublishAsync(device.Seal(TimeProvider.System.GetUtcNow(), $"\"hr\":{heartRate}"), 1, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
    }

    private static async Task<double[]> HistoryAsync(HttpClient client, string patient) =>
        [.. (await client.JsonAsync($"/api/patients/{patient}/vitals/history", Cancellation)).GetProperty("items").EnumerateArray()
            .Select(item => item.GetProperty("vitals").GetProperty("hr").GetDouble())];

    private static async Task<HttpClient> SignInAsync(ServerProcess server)
    {
        using var file = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(server.Data, "demo-credentials.json"), Cancellation));
        var account = file.RootElement.EnumerateArray().First(entry => entry.Text("role") == "administrator");
        var client = server.CreateClient();
        using var answer = await client.PostAsJsonAsync("/api/auth/login", new { user = account.Text("user"), password = account.Text("password") }, Cancellation);
        var body = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", body.Text("access_token"));
        return client;
    }

    private static Task<string> TextAsync(DemoWard ward, string sql) => TextAsync(ward.Database, sql);

    private static async Task<string> TextAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (await command.ExecuteScalarAsync(Cancellation))!.ToString()!;
    }
}
