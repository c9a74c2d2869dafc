using System.Buffers.Binary;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Spine;

/// <summary>What somebody would learn who got at a dump of the database, or at the logs: nothing of a patient, and no secret.</summary>
public sealed class SecrecyTests
{
    private const int Patients = 15;

    // Exact in binary and unlikely anywhere else; twice the precision that any sensor has.
    private const double HeartRate = 173.640625;
    private const double SpO2 = 83.828125;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Neither_a_dump_nor_the_logs_hold_a_patient_a_reading_or_a_secret()
    {
        await using var server = ServerProcess.Create();
        await Prepared.SeedAsync(server.Data, Patients, Cancellation);
        await server.StartAsync(Cancellation);
        var devices = BedsideDevice.ReadAll(server.Data);
        var secrets = await SecretsAsync(server, devices);
        var tampered = await PlayAsync(server, devices, secrets);

        var dump = await DumpAsync(server);
        Finds(dump, "p-0001").ShouldBeTrue("the search finds what is there as text");
        Finds(dump, tampered.Envelope).ShouldBeTrue("the search finds what is there as bytes");
        secrets.Count.ShouldBeGreaterThan(Patients * 3);
        foreach (var (what, text) in secrets)
        {
            Finds(dump, text).ShouldBeFalse($"the dump holds {what}");
            Finds(dump, Encoding.UTF8.GetBytes(text)).ShouldBeFalse($"the dump holds {what} as bytes");
            if (text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit))
            {
                Finds(dump, Convert.FromHexString(text)).ShouldBeFalse($"the dump holds {what} as the bytes that it stands for");
            }
        }

        foreach (var (what, bytes) in ReadingForms())
        {
            Finds(dump, bytes).ShouldBeFalse($"the dump holds the reading: {what}");
        }

        (await server.TerminateAsync(Cancellation)).ShouldBe(0);
        var logs = server.Log + "\n" + await DatabaseLogsAsync(server);
        logs.ShouldContain("was refused"); // a log that says nothing proves nothing
        foreach (var (what, text) in secrets.Append(("a token in a query", "access_token")).Append(("a value", HeartRate.ToString())))
        {
            logs.Contains(text, StringComparison.OrdinalIgnoreCase).ShouldBeFalse($"the logs hold {what}");
        }
    }

    /// <summary>Names, record numbers, dates of birth, passwords, tokens and keys, each as text.</summary>
    private static async Task<List<(string What, string Text)>> SecretsAsync(ServerProcess server, List<BedsideDevice> devices)
    {
        var secrets = new List<(string, string)>();
        using var client = server.CreateClient();
        foreach (var account in JsonSerializer.Deserialize<JsonElement>(await File.ReadAllBytesAsync(Path.Combine(server.Data, "demo-credentials.json"), Cancellation)).EnumerateArray())
        {
            secrets.Add(("a password", account.GetProperty("password").GetString()!));
        }

        await SignInAsync(server, client, secrets);
        foreach (var patient in (await client.GetFromJsonAsync<JsonElement>("/api/patients", Cancellation)).GetProperty("items").EnumerateArray())
        {
            var name = patient.GetProperty("name").GetString()!;
            secrets.Add(("a name", name));
            secrets.Add(("a family name", name.Split(',')[0]));
            secrets.Add(("a record number", patient.GetProperty("recordNumber").GetString()!));
            secrets.Add(("a date of birth", patient.GetProperty("dateOfBirth").GetString()!));
        }

        foreach (var device in devices)
        {
            secrets.Add(("a device's token", device.Token));
            secrets.Add(("a device's key", Convert.ToHexStringLower(device.Key)));
            secrets.Add(("a device's key", Convert.ToBase64String(device.Key)));
        }

        secrets.Add(("the master key", (await File.ReadAllTextAsync(Path.Combine(server.Data, "master.key"), Cancellation)).Trim()));
        return secrets;
    }

    private static async Task<string> SignInAsync(ServerProcess server, HttpClient client, List<(string, string)> secrets)
    {
        var account = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllBytesAsync(Path.Combine(server.Data, "demo-credentials.json"), Cancellation))[0];
        using var answer = await client.PostAsJsonAsync(
            "/api/auth/login", new { user = account.GetProperty("user").GetString(), password = account.GetProperty("password").GetString() }, Cancellation);
        var token = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("access_token").GetString()!;
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        secrets.Add(("an access token", token));
        secrets.Add(("a refresh token", answer.Headers.GetValues("Set-Cookie").First().Split('=', ';')[1]));
        return token;
    }

    /// <summary>Known readings, and everything that might make a server talkative: wrong passwords, tampered messages, refused rows, bad requests, a killed database.</summary>
    private static async Task<SealedMessage> PlayAsync(ServerProcess server, List<BedsideDevice> devices, List<(string, string)> secrets)
    {
        using var client = server.CreateClient();
        var token = await SignInAsync(server, client, secrets);
        using var socket = await VitalsListener.OpenAsync(server, "/ws/vitals", token, Cancellation);
        using var hub = await HubListener.OpenAsync(server, "", token, Cancellation);
        foreach (var device in devices)
        {
            await using var link = await DeviceLink.OpenAsync(server, device, MqttVersion.V500, Cancellation);
            (await link.PublishAsync(device.Seal(Now, Members), 1, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
        }

        var first = devices[0];
        await using var open = await DeviceLink.OpenAsync(server, first, MqttVersion.V500, Cancellation);
        var tampered = first.Seal(Now, Members);
        tampered.Envelope[40] ^= 1;
        (await open.PublishAsync(tampered, 2, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.NotAuthorized);
        var reused = first.SealBytes(BedsideDevice.Payload(Now, Members), counter: 1);
        (await open.PublishAsync(reused, 3, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.ImplementationSpecificError);
        await using (var database = server.OpenDatabase())
        await using (var refuse = database.CreateCommand("alter table readings add constraint refused_by_test check (counter <> 50) not valid"))
        {
            await refuse.ExecuteNonQueryAsync(Cancellation);
        }

        (await open.PublishAsync(first.SealBytes(BedsideDevice.Payload(Now, Members), counter: 50), 4, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.UnspecifiedError);
        await using (var wrong = new DeviceLink(await DeviceLink.DialAsync(server, certificate: null, Cancellation), MqttVersion.V311))
        {
            (await wrong.ConnectAsync(first.Id, devices[1].Token, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.BadUserNameOrPassword);
        }

        foreach (var address in new[] { $"/api/patients?search={Uri.EscapeDataString("Okafor")}", "/api/patients/p-0001/vitals/history?limit=x", $"/api/nothing?access_token={token}", "/api/patients/Okafor" })
        {
            using var answer = await client.GetAsync(address, Cancellation);
        }

        using var failed = await client.PostAsJsonAsync("/api/auth/login", new { user = "admin", password = secrets[0].Item2 + "x" }, Cancellation);
        var killed = PostgresProcesses.Postmaster(server.Data).ShouldNotBeNull();
        ServerProcess.Signal(killed, 9);
        (await open.PublishAsync(first.SealBytes(BedsideDevice.Payload(Now, Members), counter: 51), 5, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);

        // Its old processes may have stored that one in their last moment: the dump is taken from the next PostgreSQL.
        await Poll.UntilAsync(
            async () => PostgresProcesses.Postmaster(server.Data) is { } next && next != killed && (await client.GetAsync("/health/ready", Cancellation)).IsSuccessStatusCode,
            Poll.Patience, "PostgreSQL is there again", Cancellation);
        return tampered;
    }

    private static string Members => $"\"hr\":{HeartRate},\"spo2\":{SpO2},\"perfusion\":{HeartRate}";

    /// <summary>The forms in which the reading could lie in the clear: as JSON, and as neighbouring numbers of the record.</summary>
    private static IEnumerable<(string What, byte[] Bytes)> ReadingForms()
    {
        yield return ("JSON", Encoding.UTF8.GetBytes($"\"hr\":{HeartRate}"));
        yield return ("the unmapped member", Encoding.UTF8.GetBytes("perfusion"));
        yield return ("text", Encoding.UTF8.GetBytes(HeartRate.ToString()));
        var bytes = new byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, HeartRate);
        yield return ("a double", [.. bytes]);
        BinaryPrimitives.WriteDoubleBigEndian(bytes, HeartRate);
        yield return ("a double, big-endian", [.. bytes]);
        BinaryPrimitives.WriteSingleLittleEndian(bytes, (float)HeartRate);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4), (float)SpO2);
        yield return ("two singles", [.. bytes]);
        BinaryPrimitives.WriteSingleBigEndian(bytes, (float)HeartRate);
        BinaryPrimitives.WriteSingleBigEndian(bytes.AsSpan(4), (float)SpO2);
        yield return ("two singles, big-endian", [.. bytes]);
    }

    private static bool Finds(string dump, string text) => dump.Contains(text, StringComparison.Ordinal);

    /// <summary>Bytes as pg_dump writes them (hexadecimal), and as base64 at each of the three offsets at which a text can begin in it.</summary>
    private static bool Finds(string dump, byte[] bytes)
    {
        // Fewer bytes than these occur by chance in megabytes of ciphertext.
        if (bytes.Length >= 6 && dump.Contains(Convert.ToHexStringLower(bytes), StringComparison.Ordinal))
        {
            return true;
        }

        return bytes.Length >= 8 && Enumerable.Range(0, 3).Any(offset =>
        {
            var text = Convert.ToBase64String([.. new byte[offset], .. bytes]);
            return dump.Contains(text[(offset == 0 ? 0 : 4)..^4], StringComparison.Ordinal);
        });
    }

    private static async Task<string> DumpAsync(ServerProcess server)
    {
        var connection = new NpgsqlConnectionStringBuilder(ServerProcess.PrivateConnectionString(server.Data));
        var dump = await Tool.RunAsync("pg_dump", ["-h", connection.Host!, "-U", connection.Username!, "-d", connection.Database!, "--inserts"], Cancellation);
        dump.ExitCode.ShouldBe(0, dump.Error);
        return dump.Output;
    }

    private static async Task<string> DatabaseLogsAsync(ServerProcess server)
    {
        var text = new StringBuilder();
        foreach (var file in Directory.EnumerateFiles(server.Data, "*.log", SearchOption.AllDirectories))
        {
            text.AppendLine(await File.ReadAllTextAsync(file, Cancellation));
        }

        text.Length.ShouldBeGreaterThan(0);
        return text.ToString();
    }
}
