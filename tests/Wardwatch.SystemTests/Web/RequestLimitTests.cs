using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using Shouldly;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Web;

/// <summary>How often somebody may ask; and that a ward behind one address never locks itself out.</summary>
public sealed class RequestLimitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_is_not_signed_in_is_limited_by_address_and_nobody_else_is_touched()
    {
        await using var ward = await StartAsync(("AnonymousPerMinute", 20), ("StaffPerMinute", 100_000), ("StaffBurst", 1000));
        var server = ward.Server;
        using var nurse = RawHttp.ClientFrom(server, "127.0.8.1");
        await RawHttp.SignInAsync(nurse, server, "nurse.falk", Cancellation);
        using var stranger = RawHttp.ClientFrom(server, "127.0.8.1");
        var answers = new List<(HttpStatusCode Status, string? Type)>();
        for (var i = 0; i < 30; i++)
        {
            using var answer = await stranger.GetAsync("/api/dashboard-data", Cancellation);
            answers.Add((answer.StatusCode, (await answer.ProblemAsync(Cancellation)).Type));
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                answer.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
            }
        }

        // Signing in is counted apart.
        answers.Count(answer => answer == (HttpStatusCode.Unauthorized, "urn:wardwatch:sign-in-required")).ShouldBe(20);
        answers.Count(answer => answer == (HttpStatusCode.TooManyRequests, "urn:wardwatch:too-many-requests")).ShouldBe(10);

        // Neither what needs no sign-in and tells nothing,
        foreach (var free in new[] { "/health/live", "/health/ready", "/openapi/v1.json", "/api-docs/index.html", "/metrics" })
        {
            (await stranger.GetAsync(free, Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK, free);
        }

        // nor the nurse at the same address, nor her session when it is renewed, nor anybody elsewhere.
        for (var i = 0; i < 60; i++)
        {
            (await nurse.GetAsync("/api/auth/me", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        (await stranger.PostAsync("/api/auth/refresh", content: null, Cancellation)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var elsewhere = RawHttp.ClientFrom(server, "127.0.8.2");
        (await elsewhere.GetAsync("/api/demo", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_account_that_asks_too_often_waits_and_goes_on_and_its_colleague_at_the_same_address_does_not()
    {
        await using var ward = await StartAsync(("StaffPerMinute", 120), ("StaffBurst", 10), ("PatientPerMinute", 3), ("AnonymousPerMinute", 1000));
        using var clients = await ClientsAsync(ward.Server);
        var (first, colleague, patient) = clients;
        var statuses = new List<int>();
        TimeSpan? wait = null;
        for (var i = 0; i < 2_000 && wait is null; i++)
        {
            using var answer = await first.GetAsync("/api/auth/me", Cancellation);
            statuses.Add((int)answer.StatusCode);
            wait ??= answer.Headers.RetryAfter?.Delta;
        }

        statuses.Take(10).ShouldAllBe(status => status == 200);
        statuses.ShouldContain(429);
        wait.ShouldNotBeNull().ShouldBeLessThan(TimeSpan.FromSeconds(5));
        (await colleague.GetAsync("/api/auth/me", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Poll.UntilAsync(async () => (await first.GetAsync("/api/auth/me", Cancellation)).IsSuccessStatusCode, Poll.Patience, "tokens come back", Cancellation);

        var own = new List<int>();
        for (var i = 0; i < 6; i++)
        {
            own.Add((int)(await patient.GetAsync("/api/auth/me", Cancellation)).StatusCode);
        }

        own.ShouldBe([200, 200, 200, 429, 429, 429]);
    }

    [Fact]
    public async Task Live_connections_are_limited_by_how_many_an_account_has()
    {
        await using var ward = await StartAsync(("LiveConnectionsPerAccount", 2), ("AnonymousPerMinute", 1000), ("StaffBurst", 1000));
        var server = ward.Server;
        using var first = server.CreateClient();
        var token = await RawHttp.SignInAsync(first, server, "nurse.falk", Cancellation);
        using var colleague = server.CreateClient();
        var other = await RawHttp.SignInAsync(colleague, server, "dr.osei", Cancellation);

        var socket = await VitalsListener.OpenAsync(server, "/ws/vitals", token, Cancellation);
        using var stream = await EventListener.OpenAsync(first, "", lastEventId: null, Cancellation);
        using var refused = await first.GetAsync("/sse/events", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        (await refused.ProblemAsync(Cancellation)).ShouldBe((429, "urn:wardwatch:too-many-live-connections"));
        refused.Headers.RetryAfter.ShouldNotBeNull();
        (await Should.ThrowAsync<WebSocketException>(() => VitalsListener.OpenAsync(server, "/ws/vitals", token, Cancellation))).Message.ShouldContain("429");
        (await Should.ThrowAsync<WebSocketException>(() => HubListener.OpenAsync(server, "", token, Cancellation))).Message.ShouldContain("429");

        // What is no stream is not counted with them, and another account has its own.
        (await first.GetAsync("/api/dashboard-data", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var second = await VitalsListener.OpenAsync(server, "/ws/vitals", other, Cancellation);
        socket.Dispose();
        await Poll.UntilAsync(async () =>
        {
            try
            {
                using var again = await VitalsListener.OpenAsync(server, "/ws/vitals", token, Cancellation);
                return true;
            }
            catch (WebSocketException)
            {
                return false;
            }
        }, Poll.Patience, "a closed connection makes room", Cancellation);
    }

    [Fact]
    public async Task Thirty_screens_behind_one_address_come_back_at_once_after_a_power_cut()
    {
        // The limits as they are when nobody sets any.
        await using var ward = await StartAsync(("AnonymousPerMinute", 100), ("EntrancesPerMinute", 600), ("StaffPerMinute", 1200), ("StaffBurst", 300), ("LiveConnectionsPerAccount", 16));
        using var signedIn = ward.Server.CreateClient();
        await RawHttp.SignInAsync(signedIn, ward.Server, "nurse.falk", Cancellation);
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ =>
        {
            using var screen = RawHttp.ClientFrom(ward.Server, "127.0.8.30");
            screen.DefaultRequestHeaders.Authorization = signedIn.DefaultRequestHeaders.Authorization;
            using var demo = await screen.GetAsync("/api/demo", Cancellation);
            using var renewed = await screen.PostAsync("/api/auth/refresh", content: null, Cancellation);
            using var dashboard = await screen.GetAsync("/api/dashboard-data", Cancellation);
            return (demo.StatusCode, renewed.StatusCode, dashboard.StatusCode);
        }));
        answers.ShouldAllBe(answer => answer.Item1 == HttpStatusCode.OK && answer.Item2 == HttpStatusCode.Unauthorized && answer.Item3 == HttpStatusCode.OK);
    }

    private static async Task<Three> ClientsAsync(ServerProcess server)
    {
        var clients = new[] { server.CreateClient(), server.CreateClient(), server.CreateClient() };
        foreach (var (index, user) in new[] { "nurse.falk", "dr.osei", "patient.0003" }.Index())
        {
            await RawHttp.SignInAsync(clients[index], server, user, Cancellation);
        }

        return new(clients[0], clients[1], clients[2]);
    }

    private sealed record Three(HttpClient First, HttpClient Colleague, HttpClient Patient) : IDisposable
    {
        public void Dispose()
        {
            First.Dispose();
            Colleague.Dispose();
            Patient.Dispose();
        }
    }

    private static Task<DemoWard> StartAsync(params (string Name, int Value)[] limits) => DemoWard.StartAsync(
        8, limits.ToDictionary(limit => "Wardwatch__Limits__" + limit.Name, limit => (string?)limit.Value.ToString(), StringComparer.Ordinal), Cancellation);
}
