using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Staff;

[Collection(DemoServerCollection.Name)]
public sealed class SignInTests(DemoServer demo)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Signing_in_gives_an_access_token_and_a_cookie_that_scripts_cannot_read()
    {
        using var session = new Session(demo);
        using var answer = await session.LoginAsync("dr.osei");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        body.EnumerateObject().Select(member => member.Name).ShouldBe(["access_token", "expires_in", "role", "name"], ignoreOrder: true);
        body.GetProperty("expires_in").GetInt32().ShouldBe(900);
        body.Text("role").ShouldBe("physician");
        body.Text("name").ShouldBe("Dr Beatrice Osei");

        var cookies = answer.Headers.GetValues("Set-Cookie").ToList();
        cookies.Count.ShouldBe(2);
        var cookie = cookies.Single(one => one.StartsWith("wardwatch_refresh=", StringComparison.Ordinal));
        var hint = cookies.Single(one => one.StartsWith("wardwatch_signed_in=1;", StringComparison.Ordinal));
        hint.ShouldNotContain("httponly", Case.Insensitive, "scripts are to see that there is a session, and nothing of it");
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=strict", Case.Insensitive);
        cookie.ShouldContain("path=/api/auth", Case.Insensitive);
        cookie.ShouldContain("; secure", Case.Insensitive, "browsers take it over plain HTTP from this machine");
        hint.ShouldContain("; secure", Case.Insensitive);

        var me = await session.SignedIn(body.Text("access_token")).JsonAsync("/api/auth/me", Cancellation);
        me.ToString().ShouldBe(
            """
            {"id":"ID","user":"dr.osei","name":"Dr Beatrice Osei","role":"physician","permissions":["patients.read","patients.register","patients.move","patients.status",
            "devices.bind","breakglass.use","analytics.read","models.read","alerts.act","alerts.limits","oncall.read"],
            "wards":[{"id":"ward-1","name":"Ward 1 · Cardiology"},{"id":"ward-2","name":"Ward 2 · Medicine"}],
            "secondFactor":false,"passkeys":0,"pin":false,"mustEnrol":false,"locked":false,"idleLockSeconds":300}
            """.ReplaceLineEndings("").Replace("ID", Guid.Parse(me.Text("id")).ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Wrong_user_and_wrong_password_are_told_apart_by_nothing()
    {
        using var session = new Session(demo);
        var answers = new List<string>();
        foreach (var (user, password) in new[] { ("nurse.rahimi", "wrong"), ("nobody", "wrong"), ("nobody\u0000", "wrong"), ("nurse.rahimi", "") })
        {
            using var answer = await session.Client.PostAsJsonAsync("/api/auth/login", new { user, password }, Cancellation);
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
            var body = await answer.Content.ReadFromJsonAsync<Dictionary<string, JsonElement>>(Cancellation);
            body!.Remove("requestId");
            answers.Add(JsonSerializer.Serialize(body));
        }

        answers.Distinct(StringComparer.Ordinal).ShouldHaveSingleItem().ShouldContain("urn:wardwatch:sign-in-failed");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"user":"admin"}""")]
    [InlineData("""{"user":1,"password":"x"}""")]
    [InlineData("not json")]
    public async Task A_request_that_is_no_sign_in_is_refused(string body)
    {
        using var session = new Session(demo);
        using var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        using var answer = await session.Client.PostAsync("/api/auth/login", content, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Fact]
    public async Task The_sixth_attempt_in_a_minute_must_wait_and_others_need_not()
    {
        using var session = new Session(demo);
        for (var i = 0; i < 5; i++)
        {
            using var attempt = await session.Client.PostAsJsonAsync("/api/auth/login", new { user = "guessed", password = $"{i}" }, Cancellation);
            attempt.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        using var sixth = await session.Client.PostAsJsonAsync("/api/auth/login", new { user = "guessed", password = "6" }, Cancellation);
        sixth.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        sixth.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        (await sixth.ProblemAsync(Cancellation)).Type.ShouldBe("urn:wardwatch:too-many-sign-ins");

        using var other = await session.LoginAsync("nurse.brandt");
        other.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_refresh_token_is_good_once_and_its_second_use_ends_the_session()
    {
        using var session = new Session(demo);
        var first = await session.LoginForTokensAsync("nurse.falk");
        var second = await session.RefreshForTokensAsync(first.Cookie);
        second.Cookie.ShouldNotBe(first.Cookie);
        await session.ShouldBeSignedInAsync(second.Access, true);

        using (var stolen = await session.RefreshAsync(first.Cookie))
        {
            stolen.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            (await stolen.ProblemAsync(Cancellation)).Type.ShouldBe("urn:wardwatch:session-ended");
        }

        using (var ended = await session.RefreshAsync(second.Cookie))
        {
            ended.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        await session.ShouldBeSignedInAsync(first.Access, false);
        await session.ShouldBeSignedInAsync(second.Access, false);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not-a-token")]
    public async Task Without_a_good_cookie_there_is_nothing_to_refresh(string? cookie)
    {
        using var session = new Session(demo);
        using var answer = await session.RefreshAsync(cookie);
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Signing_out_ends_access_and_refresh_at_once()
    {
        using var session = new Session(demo);
        var tokens = await session.LoginForTokensAsync("dr.arvidsson");
        using (var out1 = await session.SignedIn(tokens.Access).PostAsync("/api/auth/logout", content: null, Cancellation))
        {
            out1.StatusCode.ShouldBe(HttpStatusCode.NoContent);
            out1.Headers.GetValues("Set-Cookie").ShouldAllBe(cookie => cookie.Contains("expires=Thu, 01 Jan 1970"));
        }

        await session.ShouldBeSignedInAsync(tokens.Access, false);
        using var refresh = await session.RefreshAsync(tokens.Cookie);
        refresh.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("GET", "/api/patients")]
    [InlineData("GET", "/api/patients/p-0001")]
    [InlineData("GET", "/api/auth/me")]
    [InlineData("GET", "/api/models/anomaly")]
    [InlineData("POST", "/api/auth/logout")]
    [InlineData("POST", "/api/devices")]
    [InlineData("POST", "/api/devices/M-101/keys")]
    [InlineData("DELETE", "/api/devices/M-101/keys/1")]
    [InlineData("PUT", "/api/patients/p-0001/device")]
    [InlineData("DELETE", "/api/patients/p-0001/device/M-101")]
    public async Task Nothing_is_open_to_somebody_who_is_not_signed_in(string method, string path)
    {
        var token = (await demo.ClientAsync("admin", Cancellation)).DefaultRequestHeaders.Authorization!.Parameter;
        using var client = demo.Server.CreateClient();
        using var request = new HttpRequestMessage(new(method), path);
        using var answer = await client.SendAsync(request, Cancellation);
        (await answer.ProblemAsync(Cancellation)).ShouldBe((401, "urn:wardwatch:sign-in-required"));
        answer.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");

        // The token in the query is for sockets and streams only: elsewhere it would end up in logs.
        using var byQuery = new HttpRequestMessage(new(method), $"{path}?access_token={token}");
        using var refused = await client.SendAsync(byQuery, Cancellation);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("GET", "/sse/events")]
    [InlineData("POST", "/hubs/ward/negotiate")]
    public async Task Streams_and_the_hub_take_the_token_in_the_query_and_the_log_does_not_show_it(string method, string path)
    {
        var token = (await demo.ClientAsync("nurse.brandt", Cancellation)).DefaultRequestHeaders.Authorization!.Parameter!;
        using var client = demo.Server.CreateClient();
        foreach (var (query, status) in new[] { ("", 401), ("?access_token=", 401), ("?access_token=wrong", 401), ($"?access_token={token}", 200) })
        {
            using var request = new HttpRequestMessage(new(method), path + query);
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
            ((int)answer.StatusCode).ShouldBe(status, query);
        }

        demo.Server.Log.ShouldNotContain(token);
    }

    [Theory]
    [InlineData("POST", "/api/devices")]
    [InlineData("POST", "/api/devices/M-101/keys")]
    [InlineData("DELETE", "/api/devices/M-101/keys/1")]
    public async Task Only_administrators_look_after_devices(string method, string path)
    {
        foreach (var user in new[] { "nurse.brandt", "dr.osei" })
        {
            using var client = await demo.ClientAsync(user, Cancellation);
            using var request = new HttpRequestMessage(new(method), path) { Content = JsonContent.Create(new { id = "M-900" }) };
            using var answer = await client.SendAsync(request, Cancellation);
            (await answer.ProblemAsync(Cancellation)).ShouldBe((403, "urn:wardwatch:not-permitted"));
        }
    }

    private sealed class Session(DemoServer demo) : IDisposable
    {
        // Cookies are carried by the test itself, so that it can present an old one again.
        public HttpClient Client { get; } = new(new HttpClientHandler { UseCookies = false }) { BaseAddress = demo.Server.BaseAddress };

        public Task<HttpResponseMessage> LoginAsync(string user) =>
            Client.PostAsJsonAsync("/api/auth/login", new { user, password = demo.PasswordOf(user) }, Cancellation);

        public async Task<(string Access, string Cookie)> LoginForTokensAsync(string user)
        {
            using var answer = await LoginAsync(user);
            return await TokensAsync(answer);
        }

        public async Task<(string Access, string Cookie)> RefreshForTokensAsync(string cookie)
        {
            using var answer = await RefreshAsync(cookie);
            return await TokensAsync(answer);
        }

        public async Task<HttpResponseMessage> RefreshAsync(string? cookie)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/auth/refresh");
            if (cookie is not null)
            {
                request.Headers.Add("Cookie", $"wardwatch_refresh={cookie}");
            }

            return await Client.SendAsync(request, Cancellation);
        }

        public HttpClient SignedIn(string access)
        {
            Client.DefaultRequestHeaders.Authorization = new("Bearer", access);
            return Client;
        }

        public async Task ShouldBeSignedInAsync(string access, bool expected)
        {
            using var answer = await SignedIn(access).GetAsync("/api/auth/me", Cancellation);
            answer.StatusCode.ShouldBe(expected ? HttpStatusCode.OK : HttpStatusCode.Unauthorized);
            Client.DefaultRequestHeaders.Authorization = null;
        }

        public void Dispose() => Client.Dispose();

        private static async Task<(string Access, string Cookie)> TokensAsync(HttpResponseMessage answer)
        {
            var body = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Cancellation);
            var cookie = answer.Headers.GetValues("Set-Cookie").Single(one => one.StartsWith("wardwatch_refresh=", StringComparison.Ordinal)).Split(';')[0].Split('=', 2)[1];
            return (body.Text("access_token"), cookie);
        }
    }
}
