using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Keys;

/// <summary>A device's key is replaced with an overlap: the older one ends by itself, for readings and for the connection.</summary>
public sealed class DeviceKeyTests(DeviceKeyTests.Ward shared) : IClassFixture<DeviceKeyTests.Ward>
{
    // Long enough to publish within, short enough to wait for.
    // Enough for a connection and a reading under the older key on a slow machine.
    private const double Overlap = 10.0 / 3600;

    private readonly DemoWard _ward = shared.Hospital;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>A hospital for these tests.</summary>
    public sealed class Ward : IAsyncLifetime
    {
        private DemoWard? _ward;

        public DemoWard Hospital => _ward!;

        public async ValueTask InitializeAsync() => _ward = await DemoWard.StartAsync(8, [], TestContext.Current.CancellationToken);

        public async ValueTask DisposeAsync()
        {
            if (_ward is not null)
            {
                await _ward.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task After_the_overlap_what_is_sealed_under_the_older_key_is_refused_and_the_device_stays_connected()
    {
        var device = _ward.TakeDevice();
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        var issued = await IssueAsync(device.Id, new { overlapHours = Overlap });
        var next = new BedsideDevice(device.Id, device.Token, issued.GetProperty("keyId").GetUInt32(), Convert.FromHexString(issued.Text("key")), device.Topic);
        ushort packet = 1;
        (await link.PublishAsync(device.Seal(Now, "\"hr\":71"), packet++, Cancellation))!.Reason.ShouldBe(MqttReason.Success);
        (await link.PublishAsync(next.Seal(Now, "\"hr\":72"), packet++, Cancellation))!.Reason.ShouldBe(MqttReason.Success);

        // Measured before, received after: receipt counts.
        var measured = Now;
        await Poll.UntilAsync(
            async () => (await link.PublishAsync(device.Seal(measured, "\"hr\":73"), packet++, Cancellation))!.Reason == MqttReason.NotAuthorized,
            Poll.Patience, "the older key has ended", Cancellation);
        (await _ward.DeadLettersAsync(device, "unknown-key", Cancellation)).ShouldBeGreaterThan(0);
        (await link.PublishAsync(next.Seal(Now, "\"hr\":74"), packet, Cancellation))!.Reason.ShouldBe(MqttReason.Success);

        var details = await _ward.JsonAsync($"/api/devices/{device.Id}", Cancellation);
        details.GetProperty("keys").GetInt32().ShouldBe(1);
        var keys = details.GetProperty("keyList").EnumerateArray().ToArray();
        keys[0].GetProperty("expiresAt").GetDateTimeOffset().ShouldBeLessThan(Now);
        keys[1].GetProperty("expiresAt").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task A_device_whose_last_key_ends_is_put_off_within_a_second_and_not_let_in_again()
    {
        var device = _ward.TakeDevice();
        var issued = await IssueAsync(device.Id, new { overlapHours = Overlap });
        (await _ward.Client.DeleteAsync($"/api/devices/{device.Id}/keys/{issued.GetProperty("keyId").GetUInt32()}", Cancellation)).EnsureSuccessStatusCode();
        await using (var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation))
        {
            (await link.PublishAsync(device.Seal(Now, "\"hr\":75"), 1, Cancellation))!.Reason.ShouldBe(MqttReason.Success);
            var goodbye = (await link.ReadAsync(Cancellation)).ShouldNotBeNull();
            (goodbye.Type, goodbye.Reason).ShouldBe((MqttPacketType.Disconnect, MqttReason.NotAuthorized));
            var end = (await _ward.JsonAsync($"/api/devices/{device.Id}", Cancellation)).GetProperty("keyList")[0].GetProperty("expiresAt").GetDateTimeOffset();
            Now.ShouldBeInRange(end, end + TimeSpan.FromSeconds(20), "a second, and what a busy machine adds");
        }

        await using var again = new DeviceLink(await DeviceLink.DialAsync(_ward.Server, certificate: null, Cancellation), MqttVersion.V500);
        (await again.ConnectAsync(device.Id, device.Token, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.NotAuthorized);
    }

    [Fact]
    public async Task Devices_are_listed_found_shown_and_revoked_and_each_change_is_on_record()
    {
        foreach (var id in new[] { "Z-1", "Z-2", "Z-3" })
        {
            (await _ward.Client.PostAsJsonAsync("/api/devices", new { id }, Cancellation)).EnsureSuccessStatusCode();
        }

        var page = await _ward.JsonAsync("/api/devices?search=z-&limit=2", Cancellation);
        Ids(page).ShouldBe(["Z-1", "Z-2"]);
        page.Text("next").ShouldBe("Z-2");
        Ids(await _ward.JsonAsync("/api/devices?search=z-&limit=2&after=Z-2", Cancellation)).ShouldBe(["Z-3"]);
        var worn = (await _ward.JsonAsync("/api/devices/M-101", Cancellation));
        (worn.Text("patient"), worn.Text("ward")).ShouldBe(("p-0001", "ward-1"));
        worn.GetRawText().ShouldNotContain("wrapped");

        (await _ward.Client.DeleteAsync("/api/devices/Z-2", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using (var again = await _ward.Client.DeleteAsync("/api/devices/Z-2", Cancellation))
        {
            (await again.ProblemAsync(Cancellation)).ShouldBe((404, "urn:wardwatch:device-not-found"));
        }

        (await _ward.JsonAsync("/api/devices/Z-2", Cancellation)).GetProperty("revokedAt").ValueKind.ShouldBe(JsonValueKind.String);
        var actions = (await _ward.JsonAsync("/api/audit?limit=50", Cancellation)).GetProperty("items").EnumerateArray()
            .Where(item => item.GetProperty("detail").GetString() == "Z-2").Select(item => item.Text("action")).ToArray();
        actions.ShouldBe(["device.revoke", "device.register"]);
    }

    [Theory]
    [InlineData("/api/devices?limit=0")]
    [InlineData("/api/devices?limit=1001")]
    [InlineData("/api/devices?after=a/b")]
    [InlineData("/api/devices?search=%00")]
    public async Task A_list_that_cannot_be_given_says_why(string address)
    {
        using var answer = await _ward.Client.GetAsync(address, Cancellation);
        (await answer.ProblemAsync(Cancellation)).ShouldBe((400, "urn:wardwatch:invalid-parameter"));
    }

    [Theory]
    [InlineData("""{"overlapHours":-1}""", "invalid-parameter")]
    [InlineData("""{"overlapHours":9000}""", "invalid-parameter")]
    [InlineData("""{"overlapHours":"2"}""", "bad-request")]
    [InlineData("""{"algorithm":"aes"}""", "invalid-parameter")]
    public async Task A_key_that_cannot_be_issued_says_why(string body, string type)
    {
        using var content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var answer = await _ward.Client.PostAsync("/api/devices/M-101/keys", content, Cancellation);
        (await answer.ProblemAsync(Cancellation)).ShouldBe((400, "urn:wardwatch:" + type));
    }

    private static string[] Ids(JsonElement page) => [.. page.GetProperty("items").EnumerateArray().Select(item => item.Text("id"))];

    private async Task<JsonElement> IssueAsync(string device, object request)
    {
        using var answer = await _ward.Client.PostAsJsonAsync($"/api/devices/{device}/keys", request, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }
}
