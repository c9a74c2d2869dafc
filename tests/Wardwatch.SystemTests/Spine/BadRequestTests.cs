using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Spine;

/// <summary>Whatever is wrong with a request, the answer is a ProblemDetails with a stable type, and never a 500.</summary>
[Collection(SpineCollection.Name)]
public sealed class BadRequestTests(SpineWard spine)
{
    private readonly DemoWard _ward = spine.Ward;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/api/patients/p-0001/vitals/history?limit=many", 400, "urn:wardwatch:bad-request")]
    [InlineData("GET", "/api/patients/p-0001/vitals/history?limit=99999999999999999999", 400, "urn:wardwatch:bad-request")]
    [InlineData("GET", "/api/patients/nobody/vitals/history", 404, "urn:wardwatch:patient-not-found")]
    [InlineData("GET", "/api/patients/nobody/vitals/latest", 404, "urn:wardwatch:patient-not-found")]
    [InlineData("GET", "/api/patients/p-0001'%20or%20'1'='1/vitals/latest", 404, "urn:wardwatch:patient-not-found")]
    [InlineData("GET", "/api/patients/%0A/vitals/latest", 404, "urn:wardwatch:patient-not-found")]
    [InlineData("GET", "/api/patients/%F0%9F%98%80", 404, "urn:wardwatch:patient-not-found")]
    [InlineData("GET", "/api/live/recent?minutes=soon", 400, "urn:wardwatch:bad-request")]
    [InlineData("GET", "/api/patients?limit=0", 400, "urn:wardwatch:invalid-parameter")]
    [InlineData("GET", "/api/patients?limit=1.5", 400, "urn:wardwatch:bad-request")]
    [InlineData("GET", "/api/patients?after=nobody", 400, "urn:wardwatch:invalid-parameter")]
    [InlineData("GET", "/api/nothing", 404, "urn:wardwatch:not-found")]
    [InlineData("GET", "/api/", 404, "urn:wardwatch:not-found")]
    [InlineData("DELETE", "/api/dashboard-data", 405, "urn:wardwatch:method-not-allowed")]
    [InlineData("DELETE", "/api/devices/M-101/keys/first", 400, "urn:wardwatch:bad-request")]
    [InlineData("DELETE", "/api/devices/M-101/keys/-1", 400, "urn:wardwatch:bad-request")]
    [InlineData("DELETE", "/api/devices/M-101/keys/99999999999", 400, "urn:wardwatch:bad-request")]
    [InlineData("GET", "/sse/events?patient=nobody", 404, "urn:wardwatch:patient-not-found")]
    public async Task A_request_without_a_body_that_cannot_be_answered_says_why(string method, string address, int status, string type)
    {
        using var request = new HttpRequestMessage(new(method), address);
        using var answer = await _ward.Client.SendAsync(request, Cancellation);
        await ShouldBeAsync(answer, status, type);
    }

    [Theory]
    [InlineData("/api/devices", "POST", "{", 400, "urn:wardwatch:bad-request")]
    [InlineData("/api/devices", "POST", "", 400, "urn:wardwatch:bad-request")]
    [InlineData("/api/devices", "POST", "null", 400, "urn:wardwatch:bad-request")]
    [InlineData("/api/devices", "POST", "[]", 400, "urn:wardwatch:bad-request")]
    [InlineData("/api/devices", "POST", """{"id":5}""", 400, "urn:wardwatch:bad-request")]
    [InlineData("/api/devices", "POST", """{"id":{"a":1}}""", 400, "urn:wardwatch:bad-request")]
    [InlineData("/api/devices", "POST", """{"id":"x y"}""", 400, "urn:wardwatch:invalid-parameter")]
    [InlineData("/api/patients/p-0001/device", "PUT", """{"device":"M-101","from":"yesterday"}""", 400, "urn:wardwatch:bad-request")]
    [InlineData("/api/patients/p-0001/device", "PUT", """{"device":"M-101","from":12}""", 400, "urn:wardwatch:bad-request")]
    [InlineData("/api/patients/p-0001/device", "PUT", """{"device":"nothing"}""", 404, "urn:wardwatch:device-not-found")]
    [InlineData("/api/auth/login", "POST", """{"user":1,"password":2}""", 400, "urn:wardwatch:bad-request")]
    [InlineData("/api/auth/login", "POST", """{"user":"admin"}""", 400, "urn:wardwatch:invalid-parameter")]
    public async Task A_body_that_cannot_be_used_says_why(string address, string method, string body, int status, string type)
    {
        using var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        using var answer = await SendAsync(address, method, content);
        await ShouldBeAsync(answer, status, type);
    }

    [Fact]
    public async Task A_body_of_another_kind_is_refused()
    {
        using var content = new StringContent("<device/>", new MediaTypeHeaderValue("application/xml"));
        using var answer = await SendAsync("/api/devices", "POST", content);
        await ShouldBeAsync(answer, 415, "urn:wardwatch:unsupported-media-type");
    }

    [Fact]
    public async Task Deep_and_repeated_and_huge_bodies_are_refused_and_cost_nothing()
    {
        foreach (var body in new[]
        {
            $$"""{"id":{{new string('[', 5000)}}{{new string(']', 5000)}}}""",
            $$"""{"id":"{{new string('a', 100_000)}}"}""",
        })
        {
            using var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
            using var answer = await SendAsync("/api/devices", "POST", content);
            ((int)answer.StatusCode).ShouldBe(400);
            (await answer.Content.ReadAsStringAsync(Cancellation)).Length.ShouldBeLessThan(2000);
        }
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-1e300")]
    [InlineData("1e300")]
    public async Task Minutes_without_sense_are_bounded(string minutes)
    {
        using var answer = await _ward.Client.GetAsync($"/api/live/recent?minutes={minutes}", Cancellation);
        ((int)answer.StatusCode).ShouldBeOneOf(200, 400);
    }

    [Fact]
    public async Task A_ward_that_there_is_not_is_not_found()
    {
        using var answer = await _ward.Client.GetAsync("/api/dashboard-data?ward=nowhere", Cancellation);
        (await answer.ProblemAsync(Cancellation)).ShouldBe((404, "urn:wardwatch:ward-not-found"));
    }

    [Fact]
    public async Task Without_a_token_everything_is_shut()
    {
        using var stranger = _ward.Server.CreateClient();
        foreach (var address in new[] { "/api/dashboard-data", "/api/patients/p-0001/vitals/latest", "/api/patients/p-0001/vitals/history", "/api/live/recent", "/api/patients" })
        {
            using var answer = await stranger.GetAsync(address, Cancellation);
            await ShouldBeAsync(answer, 401, "urn:wardwatch:sign-in-required");
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string address, string method, HttpContent content)
    {
        using var request = new HttpRequestMessage(new(method), address) { Content = content };
        return await _ward.Client.SendAsync(request, Cancellation);
    }

    private static async Task ShouldBeAsync(HttpResponseMessage answer, int status, string type)
    {
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        ((int)answer.StatusCode).ShouldBe(status, text);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = JsonSerializer.Deserialize<JsonElement>(text);
        problem.GetProperty("type").GetString().ShouldBe(type);
        problem.GetProperty("status").GetInt32().ShouldBe(status);
        problem.GetProperty("title").GetString().ShouldNotBeNullOrEmpty();
        text.ShouldNotContain("   at ");
    }
}
