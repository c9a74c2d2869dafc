using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Shouldly;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Spine;

/// <summary>Readings over HTTP: the same lanes, the same checks, and an answer only after the commit.</summary>
[Collection(SpineCollection.Name)]
public sealed class HttpReadingTests(SpineWard spine)
{
    private const string One = "application/vnd.wardwatch.envelope";
    private const string Many = "application/vnd.wardwatch.envelopes";

    private readonly DemoWard _ward = spine.Ward;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task A_device_sends_an_envelope_and_the_row_is_there_when_it_is_answered()
    {
        var device = _ward.TakeDevice();
        foreach (var authorization in new AuthenticationHeaderValue[] { new("Bearer", device.Token), Basic(device.Id, device.Token) })
        {
            var message = device.Seal(Now, "\"hr\":71");
            using var answer = await SendAsync(device, authorization, One, message.Envelope);
            answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            (await OutcomesAsync(answer)).ShouldBe(["stored"]);
            (await _ward.RowsAsync(device, message, Cancellation)).ShouldBe(1);

            // The same again is acknowledged again, and stored once.
            using var again = await SendAsync(device, authorization, One, message.Envelope);
            again.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            (await _ward.RowsAsync(device, message, Cancellation)).ShouldBe(1);
        }

        var latest = await _ward.JsonAsync($"/api/patients/{device.Patient}/vitals/latest", Cancellation);
        latest.GetProperty("vitals").GetProperty("hr").GetProperty("value").GetDouble().ShouldBe(71);
    }

    [Fact]
    public async Task Of_many_envelopes_each_is_answered_for_itself()
    {
        var device = _ward.TakeDevice();
        var good = device.Seal(Now, "\"hr\":72");
        var changed = device.Seal(Now, "\"hr\":73");
        changed.Envelope[^1] ^= 1;
        var last = device.Seal(Now, "\"hr\":74");
        using var answer = await SendAsync(device, new("Bearer", device.Token), Many, Framed(good.Envelope, changed.Envelope, last.Envelope));
        answer.StatusCode.ShouldBe(HttpStatusCode.MultiStatus);
        (await OutcomesAsync(answer)).ShouldBe(["stored", "wrong-tag", "stored"]);
        (await _ward.RowsAsync(device, good, Cancellation)).ShouldBe(1);
        (await _ward.RowsAsync(device, last, Cancellation)).ShouldBe(1);
        (await _ward.DeadLettersAsync(device, "wrong-tag", Cancellation)).ShouldBe(1);
    }

    [Fact]
    public async Task A_service_sends_values_in_clear_and_what_it_sends_again_is_stored_once()
    {
        var device = _ward.TakeDevice();
        var service = new AuthenticationHeaderValue("Bearer", await spine.ServiceTokenAsync());
        var body = $"[{Encoding.UTF8.GetString(BedsideDevice.Payload(Now.AddSeconds(-2), "\"hr\":81"))},{Encoding.UTF8.GetString(BedsideDevice.Payload(Now, "\"hr\":82,\"spo2\":96"))}]";
        for (var time = 0; time < 2; time++)
        {
            using var answer = await SendAsync(device, service, "application/json", Encoding.UTF8.GetBytes(body));
            answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            (await OutcomesAsync(answer)).ShouldBe(["stored", "stored"]);
            (await _ward.RowsAsync(device, Cancellation)).ShouldBe((2, 2));
        }

        using var poor = await SendAsync(device, service, "application/json", """[{"t":"yesterday"},{"hr":5}]"""u8.ToArray());
        poor.StatusCode.ShouldBe(HttpStatusCode.MultiStatus);
        (await OutcomesAsync(poor)).ShouldBe(["unreadable-payload", "unreadable-payload"]);
        (await _ward.JsonAsync($"/api/patients/{device.Patient}/vitals/latest", Cancellation)).GetProperty("vitals").GetProperty("hr").GetProperty("value").GetDouble().ShouldBe(82);
    }

    [Fact]
    public async Task Who_may_not_send_is_refused_and_nothing_is_stored()
    {
        var device = _ward.TakeDevice();
        var other = _ward.TakeDevice();
        var message = device.Seal(Now, "\"hr\":90");
        (AuthenticationHeaderValue? Who, int Status)[] cases =
        [
            (null, 401), (new("Bearer", "not-the-token"), 401), (new("Bearer", other.Token), 401), (Basic(other.Id, other.Token), 401), (Basic(other.Id, device.Token), 401),
            (new("Basic", "%%%"), 401), (new("Bearer", _ward.Token), 403),
        ];
        foreach (var (who, status) in cases)
        {
            using var answer = await SendAsync(device, who, One, message.Envelope);
            ((int)answer.StatusCode).ShouldBe(status, $"{who}");
        }

        // A device's token is good for nothing else, and for no values in clear.
        using var client = _ward.Server.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", device.Token);
        (await client.GetAsync("/api/patients", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var clear = await SendAsync(device, new("Bearer", device.Token), "application/json", BedsideDevice.Payload(Now, "\"hr\":90"));
        clear.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await _ward.RowsAsync(device, Cancellation)).ShouldBe((0, 0));
    }

    [Theory]
    [InlineData(One, "", 400)]
    [InlineData(Many, "", 400)]
    [InlineData(Many, "00", 400)]
    [InlineData(Many, "0000", 400)]
    [InlineData(Many, "00050102", 400)]
    [InlineData("application/json", "", 415)]
    [InlineData("text/plain", "41", 415)]
    [InlineData(null, "41", 415)]
    public async Task A_body_that_is_none_is_refused(string? type, string hex, int status)
    {
        var device = spine.Ward.Devices[0];
        using var answer = await SendAsync(device, new("Bearer", device.Token), type, Convert.FromHexString(hex));
        ((int)answer.StatusCode).ShouldBe(type == "application/json" ? 403 : status);
        (await answer.ProblemAsync(Cancellation)).Type.ShouldStartWith("urn:wardwatch:");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("[1]")]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("[{}")]
    [InlineData("{} {}")]
    [InlineData("[{}] x")]
    [InlineData("[[[[[[[[[[]]]]]]]]]]")]
    public async Task Clear_values_that_are_no_payloads_are_refused(string body)
    {
        var device = spine.Ward.Devices[0];
        using var answer = await SendAsync(device, new("Bearer", await spine.ServiceTokenAsync()), "application/json", Encoding.UTF8.GetBytes(body));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.ProblemAsync(Cancellation)).Type.ShouldBe("urn:wardwatch:invalid-parameter");
    }

    [Fact]
    public async Task A_device_that_is_not_there_or_wears_nobody_is_told()
    {
        var device = _ward.TakeDevice();
        using var client = _ward.Server.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", await spine.ServiceTokenAsync());
        using var unknown = await client.PostAsync("/api/devices/nothing/readings", new ByteArrayContent([1]), Cancellation);
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);

        using var made = await _ward.Client.PostAsJsonAsync("/api/devices", new { id = $"H-{Guid.NewGuid():N}" }, Cancellation);
        var fresh = await made.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/devices/{fresh.GetProperty("device").GetString()}/readings") { Content = new ByteArrayContent([1]) };
        request.Headers.Authorization = new("Bearer", fresh.GetProperty("token").GetString());
        using var unbound = await client.SendAsync(request, Cancellation);
        unbound.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await unbound.ProblemAsync(Cancellation)).Type.ShouldBe("urn:wardwatch:device-unbound");

        // Its own topic may be named; another's is not its own.
        var message = device.Seal(Now, "\"hr\":66");
        using var own = await SendAsync(device, new("Bearer", device.Token), One, message.Envelope, device.Topic);
        own.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        using var foreign = await SendAsync(device, new("Bearer", device.Token), One, message.Envelope, _ward.Devices[0].Topic);
        foreign.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    private static AuthenticationHeaderValue Basic(string user, string password) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    private static byte[] Framed(params byte[][] envelopes)
    {
        using var body = new MemoryStream();
        var length = new byte[2];
        foreach (var envelope in envelopes)
        {
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)envelope.Length);
            body.Write(length);
            body.Write(envelope);
        }

        return body.ToArray();
    }

    private static async Task<string[]> OutcomesAsync(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        var items = body.GetProperty("items").EnumerateArray().ToList();
        items.Select(item => item.GetProperty("index").GetInt32()).ShouldBe(Enumerable.Range(0, items.Count));
        return [.. items.Select(item => item.GetProperty("outcome").GetString() == "stored" ? "stored" : item.GetProperty("reason").GetString()!)];
    }

    private async Task<HttpResponseMessage> SendAsync(BedsideDevice device, AuthenticationHeaderValue? who, string? type, byte[] body, string? topic = null)
    {
        using var client = _ward.Server.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/devices/{device.Id}/readings") { Content = new ByteArrayContent(body) };
        request.Headers.Authorization = who;
        request.Content.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
        if (topic is not null)
        {
            request.Headers.Add("Wardwatch-Topic", topic);
        }

        return await client.SendAsync(request, Cancellation);
    }
}
