using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Platform.Keys;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Keys;

/// <summary>Keys are rotated while servers run, and whatever is killed in between goes on afterwards; nothing becomes unreadable.</summary>
public sealed class KeyRotationTests
{
    // Where the machine is now busy and now not, a whole one takes now longer and now shorter, and more of them are begun until enough were killed in their midst.
    private const int Rounds = 8;
    private const int MostRounds = 60;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Both_rotations_go_by_without_a_running_server_noticing_and_a_new_start_reads_everything()
    {
        await using var ward = await DemoWard.StartAsync(3, [], Cancellation);
        var device = ward.TakeDevice();
        await using var link = await DeviceLink.OpenAsync(ward.Server, device, MqttVersion.V500, Cancellation);
        await PublishAsync(link, device, 1, 101);
        var masterBefore = await File.ReadAllTextAsync(At(ward, "master.key"), Cancellation);
        var keysBefore = await KeysAsync(ward.Database);

        using var rotated = await WardAsync(ward, "keys", "rotate", "--json");
        rotated.RootElement.GetProperty("hospitals").GetInt32().ShouldBe(1);
        rotated.RootElement.Text("masterKeyId").ShouldBe(MasterKeys.IdOf(Convert.FromBase64String((await File.ReadAllTextAsync(At(ward, "master.key"), Cancellation)).Trim())));
        (await File.ReadAllTextAsync(At(ward, "master.key"), Cancellation)).ShouldNotBe(masterBefore);
        File.Exists(At(ward, "master.key.previous")).ShouldBeFalse();
        Directory.EnumerateFiles(ward.Server.Data, "master.key*").ShouldBe([At(ward, "master.key")]);
        await PublishAsync(link, device, 2, 102);

        using var hospital = await WardAsync(ward, "keys", "rotate", "--hospital", "demo", "--json");
        hospital.RootElement.GetProperty("number").GetInt32().ShouldBe(2);
        hospital.RootElement.GetProperty("keys").GetInt64().ShouldBe(keysBefore.Count);
        (await KeysAsync(ward.Database)).Intersect(keysBefore, StringComparer.Ordinal).ShouldBeEmpty();
        (await KeysAsync(ward.Database)).ShouldAllBe(key => key.StartsWith("00000002", StringComparison.Ordinal));
        await PublishAsync(link, device, 3, 103);

        // What the running server wraps from now on is wrapped under the new key; it was told.
        using (var registered = await ward.Client.PostAsJsonAsync("/api/devices", new { id = "X-1" }, Cancellation))
        {
            registered.EnsureSuccessStatusCode();
        }

        (await KeysAsync(ward.Database)).ShouldAllBe(key => key.StartsWith("00000002", StringComparison.Ordinal));
        await ward.Server.KillAsync(Cancellation);
        await ward.Server.StartAsync(Cancellation);
        await ward.SignInAsync(Cancellation);
        var history = await ward.JsonAsync($"/api/patients/{device.Patient}/vitals/history", Cancellation);
        history.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("vitals").GetProperty("hr").GetDouble()).ShouldBe([101, 102, 103]);
        var record = await ward.JsonAsync($"/api/patients/{device.Patient}", Cancellation);
        (await ward.JsonAsync($"/api/patients?search={record.Text("recordNumber")}", Cancellation)).GetProperty("items").GetArrayLength().ShouldBe(1);

        using var status = await WardAsync(ward, "keys", "status", "--json");
        status.RootElement.GetProperty("isRotating").GetBoolean().ShouldBeFalse();
        (await CountAsync(ward.Database, "select count(*) from audit_entries where action = 'keys.rotate'")).ShouldBe(2);
        var verified = await ward.Client.PostAsync("/api/audit/verify", content: null, Cancellation);
        (await verified.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("whole").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task The_old_master_key_is_refused_after_a_rotation_and_so_is_whoever_still_wraps_under_it()
    {
        await using var server = await ServerProcess.StartNewAsync(Cancellation);
        await HospitalsAsync(server, 2);
        var old = await File.ReadAllTextAsync(Path.Combine(server.Data, "master.key"), Cancellation);

        // Opened before the rotation, used after it: as a command that was asleep.
        await using var asleep = await DemoServer.OpenBesideAsync(server.Data, Cancellation);
        (await Tool.RunAsync(Programs.Server, ["keys", "rotate", "--data", server.Data], Cancellation)).ExitCode.ShouldBe(0);
        var refused = await Should.ThrowAsync<PostgresException>(() => new Wardwatch.Server.Patients.HospitalRegistry(asleep.Database, asleep.Keyring).EnsureAsync("late", "Late", Cancellation));
        refused.SqlState.ShouldBe("W0002");

        await server.TerminateAsync(Cancellation);
        var present = await File.ReadAllTextAsync(Path.Combine(server.Data, "master.key"), Cancellation);
        await File.WriteAllTextAsync(Path.Combine(server.Data, "master.key"), old, Cancellation);
        var (code, output) = await server.StartExpectingFailureAsync(Cancellation);
        code.ShouldBe(1);
        output.ShouldContain(MasterKeys.IdOf(Convert.FromBase64String(present.Trim())));
        await File.WriteAllTextAsync(Path.Combine(server.Data, "master.key"), present, Cancellation);
        await server.StartAsync(Cancellation);
    }

    [Fact]
    public async Task Whoever_wraps_under_a_hospitals_key_that_was_rotated_away_is_refused()
    {
        await using var ward = await DemoWard.StartAsync(3, [], Cancellation);
        await using var asleep = await DemoServer.OpenBesideAsync(ward.Server.Data, Cancellation);
        var wrapped = asleep.Keyring.Wrap(1, RandomNumberGenerator.GetBytes(32));
        (await Tool.RunAsync(Programs.Server, ["keys", "rotate", "--hospital", "demo", "--data", ward.Server.Data], Cancellation)).ExitCode.ShouldBe(0);
        await using var insert = asleep.Database.CreateCommand("insert into patient_keys (patient_no, tenant_id, wrapped_key) values (4711, 1, $1)");
        insert.Parameters.Add(new() { Value = wrapped });
        (await Should.ThrowAsync<PostgresException>(() => insert.ExecuteNonQueryAsync(Cancellation))).SqlState.ShouldBe("W0001");

        // It finds the new one by itself when it meets it.
        await using var select = asleep.Database.CreateCommand("select wrapped_key from patient_keys limit 1");
        asleep.Keyring.Unwrap(1, (byte[])(await select.ExecuteScalarAsync(Cancellation))!).Length.ShouldBe(32);
    }

    [Fact]
    public async Task Rotations_killed_at_any_moment_go_on_and_end_and_servers_start_in_between()
    {
        await using var server = await ServerProcess.StartNewAsync(Cancellation);
        await HospitalsAsync(server, 60);
        await server.TerminateAsync(Cancellation);

        // PostgreSQL is kept up by an installation of the test's own, so that a kill hits the rotation and nothing else.
        await using var keeping = await DemoServer.OpenBesideAsync(server.Data, Cancellation);
        var expected = keeping.Keyring.Tenant(30).BlindIndex("record-number", "1");
        var kills = 0;
        var whole = await KillableAsync(server.Data, ["keys", "rotate"], after: null);
        for (var round = 0; round < Rounds || (kills <= 2 && round < MostRounds); round++)
        {
            var took = await KillableAsync(server.Data, ["keys", "rotate"], whole * PartOf(round));
            kills += took is null ? 1 : 0;
            whole = took ?? whole;
            await using var between = await DemoServer.OpenBesideAsync(server.Data, Cancellation);
            between.Keyring.Tenant(30).BlindIndex("record-number", "1").ShouldBe(expected);
        }

        kills.ShouldBeGreaterThan(2, "the rotation was to be killed in its midst");
        (await KillableAsync(server.Data, ["keys", "rotate"], after: null)).ShouldNotBeNull();
        (await CountAsync(keeping.Database, "select count(distinct master_key_id) from tenant_keys")).ShouldBe(1);
        (await CountAsync(keeping.Database, "select count(*) from master_keys")).ShouldBe(1);
        Directory.EnumerateFiles(server.Data, "master.key*").ShouldBe([Path.Combine(server.Data, "master.key")]);
    }

    [Fact]
    public async Task A_hospitals_rotation_killed_at_any_moment_goes_on_and_ends()
    {
        await using var server = ServerProcess.Create();
        (await Tool.RunAsync(Programs.Server, ["seed", "--patients", "4000", "--data", server.Data], Cancellation)).ExitCode.ShouldBe(0);
        await using (var keeping = await DemoServer.OpenBesideAsync(server.Data, Cancellation))
        {
            string[] rotate = ["keys", "rotate", "--hospital", "demo"];
            var whole = await KillableAsync(server.Data, rotate, after: null);
            var (kills, halves) = (0, 0);
            for (var round = 1; round < Rounds || ((kills <= 2 || halves == 0) && round < MostRounds); round++)
            {
                var took = await KillableAsync(server.Data, rotate, whole * PartOf(round));
                kills += took is null ? 1 : 0;
                whole = took ?? whole;
                halves += await CountAsync(keeping.Database, "select count(distinct substr(wrapped_key, 1, 4)) from patient_keys") > 1 ? 1 : 0;
            }

            TestContext.Current.TestOutputHelper?.WriteLine($"{whole}: {kills} killed, {halves} with keys under both");
            kills.ShouldBeGreaterThan(2);
            halves.ShouldBeGreaterThan(0);
            (await KillableAsync(server.Data, rotate, after: null)).ShouldNotBeNull();
            (await CountAsync(keeping.Database, "select count(*) from tenant_keys")).ShouldBe(1);
            (await CountAsync(keeping.Database, "select count(*) from patient_keys")).ShouldBe(4000);
        }

        await server.StartAsync(Cancellation);
    }

    [Fact]
    public async Task A_master_key_from_the_environment_is_rotated_with_one_that_is_given()
    {
        await using var server = ServerProcess.Create();
        var (old, next) = (Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        server.Environment["WARDWATCH_MASTER_KEY"] = old;
        await server.StartAsync(Cancellation);
        (await RunAsync(server.Data, ["user", "add", "admin", "--role", "administrator", "--hospital", "h-1", "--hospital-name", "Hospital"], old)).ExitCode.ShouldBe(0);
        var file = Path.Combine(server.Data, "next.key");
        await File.WriteAllTextAsync(file, next + "\n", Cancellation);

        (await RunAsync(server.Data, ["keys", "rotate"], old)).ExitCode.ShouldBe(1);
        var rotated = await RunAsync(server.Data, ["keys", "rotate", "--new-key-file", file], old);
        rotated.ExitCode.ShouldBe(0, rotated.Error);
        rotated.Output.ShouldContain("in the place of the old one");
        (await RunAsync(server.Data, ["keys", "status"], old)).ExitCode.ShouldBe(1);
        (await RunAsync(server.Data, ["keys", "status"], next)).ExitCode.ShouldBe(0);
        await server.TerminateAsync(Cancellation);
        server.Environment["WARDWATCH_MASTER_KEY"] = next;
        await server.StartAsync(Cancellation);
        File.Exists(Path.Combine(server.Data, "master.key")).ShouldBeFalse();
    }

    [Fact]
    public async Task Every_column_with_wrapped_keys_is_guarded_and_known_to_the_rotation()
    {
        await using var ward = await DemoWard.StartAsync(3, [], Cancellation);
        (await CountAsync(ward.Database,
            """
            select count(*) from information_schema.columns c
            where c.table_schema = 'public' and c.column_name like 'wrapped\_%' and c.table_name <> 'tenant_keys'
              and not exists (select from pg_trigger t where t.tgrelid = format('%I.%I', c.table_schema, c.table_name)::regclass and t.tgname = 'check_' || c.column_name)
            """)).ShouldBe(0);
    }

    /// <summary>After which part of the time that a whole one took the next is killed: 0.3, 0.4 … 1, and from the beginning.</summary>
    private static double PartOf(int round) => 0.3 + (round % Rounds * 0.1);

    private static string At(DemoWard ward, string name) => Path.Combine(ward.Server.Data, name);

    private static async Task PublishAsync(DeviceLink link, BedsideDevice device, ushort packet, int heartRate) =>
        (await link.PublishAsync(device.Seal(Now, $"\"hr\":{heartRate}"), packet, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);

    private static async Task<JsonDocument> WardAsync(DemoWard ward, params string[] arguments)
    {
        var answer = await Tool.RunAsync(Programs.Server, [.. arguments, "--data", ward.Server.Data], Cancellation);
        answer.ExitCode.ShouldBe(0, answer.Error);
        return JsonDocument.Parse(answer.Output);
    }

    /// <summary>Every key that is wrapped under the hospital's, in hexadecimal.</summary>
    private static async Task<List<string>> KeysAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(
            """
            select encode(wrapped_key, 'hex') from patient_keys union all select encode(wrapped_key, 'hex') from device_keys
            union all select encode(wrapped_key, 'hex') from token_signing_keys union all select encode(wrapped_key, 'hex') from audit_keys
            """);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var keys = new List<string>();
        while (await reader.ReadAsync(Cancellation))
        {
            keys.Add(reader.GetString(0));
        }

        return keys;
    }

    private static async Task HospitalsAsync(ServerProcess server, int count)
    {
        await using var beside = await DemoServer.OpenBesideAsync(server.Data, Cancellation);
        var registry = new Wardwatch.Server.Patients.HospitalRegistry(beside.Database, beside.Keyring);
        for (var hospital = 1; hospital <= count; hospital++)
        {
            await registry.EnsureAsync($"h-{hospital}", $"Hospital {hospital}", Cancellation);
        }
    }

    private static async Task<Tool.Result> RunAsync(string data, string[] arguments, string masterKey) =>
        await Tool.RunAsync("env", [$"WARDWATCH_MASTER_KEY={masterKey}", Programs.Server, .. arguments, "--data", data], Cancellation);

    /// <summary>Runs a verb to its end and says how long it took; or kills it after so long, and answers null if that hit it.</summary>
    private static async Task<TimeSpan?> KillableAsync(string data, string[] arguments, TimeSpan? after)
    {
        var start = new ProcessStartInfo(Programs.Server, [.. arguments, "--data", data]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        if (after is { } limit)
        {
            deadline.CancelAfter(limit);
        }

        try
        {
            await process.WaitForExitAsync(deadline.Token);
            process.ExitCode.ShouldBe(0, await process.StandardError.ReadToEndAsync(Cancellation));
            return Stopwatch.GetElapsedTime(began);
        }
        catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
        {
            process.Kill();
            await process.WaitForExitAsync(Cancellation);
            return null;
        }
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
