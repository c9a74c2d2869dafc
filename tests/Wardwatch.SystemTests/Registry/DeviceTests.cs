using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Wardwatch.Devices.Ascon;
using Wardwatch.Server.Devices;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Registry;

[Collection(DemoServerCollection.Name)]
public sealed class DeviceTests(DemoServer demo)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, AeadAlgorithm.AsconAead128)]
    [InlineData("ascon-128", AeadAlgorithm.Ascon128)]
    public async Task A_registered_device_is_known_everywhere_with_the_key_and_token_that_were_shown(string? algorithm, AeadAlgorithm expected)
    {
        using var client = await demo.ClientAsync("admin", Cancellation);
        var id = NewId();
        using var answer = await client.PostAsJsonAsync("/api/devices", new { id, algorithm }, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        answer.Headers.Location!.ToString().ShouldBe($"/api/devices/{id}");
        var issued = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        issued.Text("device").ShouldBe(id);
        issued.GetProperty("keyId").GetUInt32().ShouldBe(1u);

        await using var directory = await OpenDirectoryAsync();
        var device = directory.Devices.Find(id).ShouldNotBeNull();
        directory.Devices.Find(device.Number).ShouldBeSameAs(device);
        DeviceTokens.Matches(device, Encoding.UTF8.GetBytes(issued.Text("token"))).ShouldBeTrue();
        var key = device.FindKey(1).ShouldNotBeNull();
        key.Algorithm.ShouldBe(expected);
        OpensWhat(key, AeadCipher.Create(expected, Convert.FromHexString(issued.Text("key")))).ShouldBeTrue();
        device.Bindings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"id":"M-101"}""", 409, "urn:wardwatch:device-exists")]
    [InlineData("""{}""", 400, "urn:wardwatch:invalid-parameter")]
    [InlineData("""{"id":""}""", 400, "urn:wardwatch:invalid-parameter")]
    [InlineData("""{"id":"a/b"}""", 400, "urn:wardwatch:invalid-parameter")]
    [InlineData("""{"id":"M-777","algorithm":"aes"}""", 400, "urn:wardwatch:invalid-parameter")]
    public async Task A_device_that_cannot_be_registered_says_why(string body, int status, string type)
    {
        using var client = await demo.ClientAsync("admin", Cancellation);
        using var content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var answer = await client.PostAsync("/api/devices", content, Cancellation);
        (await answer.ProblemAsync(Cancellation)).ShouldBe((status, type));
    }

    [Fact]
    public async Task A_key_is_added_and_the_old_one_revoked_and_its_number_never_comes_back()
    {
        using var client = await demo.ClientAsync("admin", Cancellation);
        var id = await RegisterAsync(client);
        await using var directory = await OpenDirectoryAsync();

        var second = await IssueKeyAsync(client, id);
        second.GetProperty("keyId").GetUInt32().ShouldBe(2u);
        await directory.UntilAsync(id, device => device.Keys.Count == 2, "two keys");
        var cipher = AeadCipher.Create(AeadAlgorithm.AsconAead128, Convert.FromHexString(second.Text("key")));
        OpensWhat(directory.Devices.Find(id)!.FindKey(2)!, cipher).ShouldBeTrue();
        OpensWhat(directory.Devices.Find(id)!.FindKey(1)!, cipher).ShouldBeFalse();

        var version = directory.Devices.Version;
        using (var revoked = await client.DeleteAsync($"/api/devices/{id}/keys/2", Cancellation))
        {
            revoked.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        await directory.UntilAsync(id, device => device.FindKey(2) is null && device.FindKey(1) is not null, "the revoked key is gone");
        directory.Devices.Version.ShouldNotBe(version);
        (await IssueKeyAsync(client, id)).GetProperty("keyId").GetUInt32().ShouldBe(3u);

        using var again = await client.DeleteAsync($"/api/devices/{id}/keys/2", Cancellation);
        (await again.ProblemAsync(Cancellation)).ShouldBe((404, "urn:wardwatch:device-key-not-found"));
    }

    [Theory]
    [InlineData("POST", "/api/devices/nothing/keys")]
    [InlineData("POST", "/api/devices/a%20b/keys")]
    [InlineData("DELETE", "/api/devices/nothing/keys/1")]
    public async Task An_unknown_device_is_not_found(string method, string path)
    {
        using var client = await demo.ClientAsync("admin", Cancellation);
        using var request = new HttpRequestMessage(new(method), path);
        using var answer = await client.SendAsync(request, Cancellation);
        (await answer.ProblemAsync(Cancellation)).ShouldBe((404, "urn:wardwatch:device-not-found"));
    }

    [Fact]
    public async Task A_nurse_binds_a_device_to_a_patient_and_takes_it_off_again()
    {
        using var admin = await demo.ClientAsync("admin", Cancellation);
        using var nurse = await demo.ClientAsync("nurse.brandt", Cancellation);
        var id = await RegisterAsync(admin);
        await using var directory = await OpenDirectoryAsync();

        (await BindAsync(nurse, "p-0003", id)).Status.ShouldBe(200);
        await directory.UntilAsync(id, device => device.Bindings.Count == 1, "the binding");
        var binding = directory.Devices.Find(id)!.Bindings[0];
        Encoding.UTF8.GetString(binding.VitalsTopic).ShouldBe("hospital/demo/ward/ward-1/patient/p-0003");
        binding.UntilMicroseconds.ShouldBe(long.MaxValue);
        directory.Devices.Find(id)!.BindingAt(UnixTime.Microseconds(TimeProvider.System)).ShouldBe(binding);

        (await BindAsync(nurse, "p-0004", id)).ShouldBe((409, "urn:wardwatch:device-bound"));
        using (var wrong = await nurse.DeleteAsync($"/api/patients/p-0004/device/{id}", Cancellation))
        {
            (await wrong.ProblemAsync(Cancellation)).ShouldBe((404, "urn:wardwatch:device-not-bound"));
        }

        using (var off = await nurse.DeleteAsync($"/api/patients/p-0003/device/{id}", Cancellation))
        {
            off.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        (await BindAsync(nurse, "p-0004", id)).Status.ShouldBe(200);
        await directory.UntilAsync(id, device => device.Bindings.Count == 2, "both bindings");
        var bindings = directory.Devices.Find(id)!.Bindings;
        bindings[0].UntilMicroseconds.ShouldBeLessThanOrEqualTo(bindings[1].FromMicroseconds);
    }

    [Fact]
    public async Task Bindings_of_one_device_never_overlap_even_when_two_people_bind_at_once()
    {
        using var client = await demo.ClientAsync("admin", Cancellation);
        var id = await RegisterAsync(client);
        var outcomes = await Task.WhenAll(Enumerable.Range(3, 8).Select(patient => BindAsync(client, $"p-{patient:D4}", id)));
        outcomes.Count(outcome => outcome.Status == 200).ShouldBe(1);
        outcomes.Count(outcome => outcome.Status == 409).ShouldBe(7);
    }

    [Theory]
    [InlineData("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", 200)]
    [InlineData("2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z", 200)]
    [InlineData("2026-01-05T00:00:00Z", "2026-01-05T00:00:00Z", 400)]
    [InlineData("2026-01-06T00:00:00Z", "2026-01-05T00:00:00Z", 400)]
    public async Task A_binding_in_the_past_has_a_beginning_before_its_end(string from, string until, int status)
    {
        using var client = await demo.ClientAsync("admin", Cancellation);
        var id = await RegisterAsync(client);
        (await BindAsync(client, "p-0005", id, "2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z")).Status.ShouldBe(200);
        (await BindAsync(client, "p-0006", id, from, until)).Status.ShouldBe(status);
        (await BindAsync(client, "p-0007", id, "2026-01-03T23:59:59Z")).Status.ShouldBe(409);
        (await BindAsync(client, "p-0007", id, "2026-01-04T00:00:00Z")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("p-9999", "M-101", 404, "urn:wardwatch:patient-not-found")]
    [InlineData("p-0003", "nothing", 404, "urn:wardwatch:device-not-found")]
    [InlineData("p-0003", "M\u0000", 404, "urn:wardwatch:device-not-found")]
    [InlineData("p-0003", null, 400, "urn:wardwatch:invalid-parameter")]
    public async Task A_binding_that_cannot_be_says_why(string patient, string? device, int status, string type)
    {
        using var client = await demo.ClientAsync("nurse.brandt", Cancellation);
        (await BindAsync(client, patient, device)).ShouldBe((status, type));
    }

    [Fact]
    public async Task A_revoked_device_is_gone_and_its_id_stays_taken()
    {
        using var client = await demo.ClientAsync("admin", Cancellation);
        var id = await RegisterAsync(client);
        (await BindAsync(client, "p-0008", id)).Status.ShouldBe(200);
        await using var directory = await OpenDirectoryAsync();
        directory.Devices.Find(id).ShouldNotBeNull();

        var revoked = await demo.WardAsync(["device", "revoke", id], "", Cancellation);
        revoked.ExitCode.ShouldBe(0, revoked.Error);
        await Poll.UntilAsync(() => Task.FromResult(directory.Devices.Find(id) is null), Poll.Patience, "the device is gone", Cancellation);
        (await BindAsync(client, "p-0008", id)).ShouldBe((404, "urn:wardwatch:device-not-found"));
        using var again = await client.PostAsJsonAsync("/api/devices", new { id }, Cancellation);
        again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    private static string NewId() => $"X-{Guid.NewGuid():N}";

    private static async Task<string> RegisterAsync(HttpClient client)
    {
        var id = NewId();
        using var answer = await client.PostAsJsonAsync("/api/devices", new { id }, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        return id;
    }

    private static async Task<JsonElement> IssueKeyAsync(HttpClient client, string id)
    {
        using var answer = await client.PostAsync($"/api/devices/{id}/keys", content: null, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    private static async Task<(int Status, string? Type)> BindAsync(HttpClient client, string patient, string? device, string? from = null, string? until = null)
    {
        using var answer = await client.PutAsJsonAsync($"/api/patients/{patient}/device", new { device, from, until }, Cancellation);
        return answer.StatusCode == HttpStatusCode.OK ? (200, null) : await answer.ProblemAsync(Cancellation);
    }

    private static bool OpensWhat(DeviceKey key, IAeadCipher sealedBy)
    {
        var message = "vital signs"u8;
        var nonce = new byte[AeadCipher.NonceBytes];
        var box = new byte[message.Length + AeadCipher.TagBytes];
        sealedBy.Encrypt(nonce, [], message, box);
        return key.Cipher.TryDecrypt(nonce, [], box, new byte[message.Length]);
    }

    private async Task<OpenDirectory> OpenDirectoryAsync()
    {
        var changes = new DirectoryChanges(demo.Beside.Database, TimeProvider.System, NullLogger<DirectoryChanges>.Instance);
        var devices = new DeviceDirectory(demo.Beside.Database, demo.Beside.Keyring, changes, TimeProvider.System);
        await changes.StartAsync(Cancellation);
        await devices.StartAsync(Cancellation);
        return new(changes, devices);
    }

    /// <summary>A directory as another process has one: it learns of changes only through the database.</summary>
    private sealed record OpenDirectory(DirectoryChanges Changes, DeviceDirectory Devices) : IAsyncDisposable
    {
        public Task UntilAsync(string id, Func<DeviceEntry, bool> condition, string what) => Poll.UntilAsync(
            () => Task.FromResult(Devices.Find(id) is { } device && condition(device)), TimeSpan.FromSeconds(10), what, Cancellation);

        public async ValueTask DisposeAsync()
        {
            await Changes.DisposeAsync();
            Devices.Dispose();
        }
    }
}
