using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Web;

/// <summary>Where a request comes from is what the connection says, or what a proxy says that is named; never what the request says of itself.</summary>
public sealed class ProxyTests
{
    private const string Proxy = "127.0.9.1";

    // Few: a password is judged for each that is let through, and all of them must come within the minute, however slow the machine.
    private const int Entrances = 5;
    private const int Tries = 10;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_named_proxy_nobody_is_believed()
    {
        await using var ward = await StartAsync(proxies: null);
        (await AuditedAsync(ward, Proxy, "198.51.100.1")).ShouldBe(Proxy);
        (await TriesAsync(ward, Proxy, index => $"198.51.100.{index}")).ShouldBe(Entrances - 1, "each new address in the header would have had a limit of its own");
        using var client = RawHttp.ClientFrom(ward.Server, "127.0.9.2");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/demo") { Headers = { { "X-Forwarded-Proto", "https" }, { "Host", "ward.example" } } };
        using var answer = await client.SendAsync(request, Cancellation);
        answer.Headers.Contains("Strict-Transport-Security").ShouldBeFalse();
    }

    [Fact]
    public async Task A_named_proxy_is_believed_up_to_the_first_address_that_is_none_and_nobody_else_is()
    {
        await using var ward = await StartAsync(proxies: $"{Proxy}, 127.0.9.16/30");
        (await AuditedAsync(ward, Proxy, "198.51.100.200")).ShouldBe("198.51.100.200");
        (await TriesAsync(ward, Proxy, index => $"198.51.100.{index}")).ShouldBe(Tries);

        // What a client wrote into the header before the proxy added the address that it saw.
        (await AuditedAsync(ward, Proxy, "203.0.113.1, 198.51.100.77")).ShouldBe("198.51.100.77");
        (await TriesAsync(ward, Proxy, index => $"203.0.113.{index}, 198.51.100.77")).ShouldBe(Entrances - 1);

        // Two proxies, one behind the other.
        (await AuditedAsync(ward, "127.0.9.17", $"203.0.113.1, 198.51.100.78, {Proxy}")).ShouldBe("198.51.100.78");
        (await TriesAsync(ward, "127.0.9.17", index => $"203.0.113.{index}, 198.51.100.78, {Proxy}")).ShouldBe(Entrances - 1);

        // Beside the proxy.
        (await AuditedAsync(ward, "127.0.9.2", "198.51.100.79")).ShouldBe("127.0.9.2");
        (await TriesAsync(ward, "127.0.9.2", index => $"203.0.113.{index}")).ShouldBe(Entrances - 1);

        using var client = RawHttp.ClientFrom(ward.Server, Proxy);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sse/events")
        {
            Headers = { { "X-Forwarded-For", "198.51.100.80" }, { "X-Forwarded-Proto", "https" }, { "X-Forwarded-Host", "ward.example" }, { "Origin", "https://ward.example" } },
        };
        using var answer = await client.SendAsync(request, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, "the page's address is the one that the proxy gave");
        answer.Headers.GetValues("Strict-Transport-Security").ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Attempts_to_sign_in_are_counted_by_the_address_that_the_proxy_gave()
    {
        await using var ward = await StartAsync(proxies: Proxy, signIns: 3);
        using var client = RawHttp.ClientFrom(ward.Server, Proxy);
        (await TypesAsync("198.51.100.1", "203.0.113.1, 198.51.100.1", "203.0.113.2, 198.51.100.1", "203.0.113.3, 198.51.100.1")).ShouldBe(
            ["sign-in-failed", "sign-in-failed", "sign-in-failed", "too-many-sign-ins"]);
        (await TypesAsync("198.51.100.2")).ShouldBe(["sign-in-failed"]);

        async Task<List<string>> TypesAsync(params string[] forwardedFor)
        {
            var types = new List<string>();
            foreach (var forwarded in forwardedFor)
            {
                using var request = SignIn(forwarded, "nobody", "a wrong password");
                using var answer = await client.SendAsync(request, Cancellation);
                types.Add((await answer.ProblemAsync(Cancellation)).Type!["urn:wardwatch:".Length..]);
            }

            return types;
        }
    }

    [Fact]
    public async Task A_proxy_that_is_no_address_stops_the_start()
    {
        await using var server = ServerProcess.Create();
        await Prepared.FillAsync(server.Data, Cancellation);
        foreach (var proxies in new[] { "somewhere", "10.0.0.0/99", "10.0.0.1, x/24" })
        {
            server.Environment["Wardwatch__Platform__KnownProxies"] = proxies;
            var (code, output) = await server.StartExpectingFailureAsync(Cancellation);
            code.ShouldBe(1, proxies);
            output.ShouldContain("KnownProxies", Case.Sensitive, proxies);
        }
    }

    private static Task<DemoWard> StartAsync(string? proxies, int signIns = 1000) => DemoWard.StartAsync(
        3,
        new(StringComparer.Ordinal)
        {
            ["Wardwatch__Platform__KnownProxies"] = proxies,
            ["Wardwatch__Limits__EntrancesPerMinute"] = $"{Entrances}",
            ["Wardwatch__Staff__SignInsPerMinute"] = signIns.ToString(),
        },
        Cancellation);

    /// <summary>How many of ten attempts to sign in were let through to the password.</summary>
    private static async Task<int> TriesAsync(DemoWard ward, string from, Func<int, string> forwardedFor)
    {
        using var client = RawHttp.ClientFrom(ward.Server, from);
        var tried = 0;
        for (var i = 1; i <= Tries; i++)
        {
            using var request = SignIn(forwardedFor(i), $"nobody-{i}", "a wrong password");
            using var answer = await client.SendAsync(request, Cancellation);
            tried += (await answer.ProblemAsync(Cancellation)).Type == "urn:wardwatch:too-many-requests" ? 0 : 1;
        }

        return tried;
    }

    /// <summary>From where the trail says that somebody signed in.</summary>
    private static async Task<string> AuditedAsync(DemoWard ward, string from, string forwardedFor)
    {
        using var file = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(ward.Server.Data, "demo-credentials.json"), Cancellation));
        var account = file.RootElement.EnumerateArray().First(entry => entry.Text("role") == "physician");
        using var client = RawHttp.ClientFrom(ward.Server, from);
        using var request = SignIn(forwardedFor, account.Text("user"), account.Text("password"));
        using var answer = await client.SendAsync(request, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var command = ward.Database.CreateCommand("select address from audit_entries where action = 'session.open' and address is not null order by audit_no desc limit 1");
        return new IPAddress((byte[])(await command.ExecuteScalarAsync(Cancellation))!).ToString();
    }

    private static HttpRequestMessage SignIn(string forwardedFor, string user, string password) => new(HttpMethod.Post, "/api/auth/login")
    {
        Headers = { { "X-Forwarded-For", forwardedFor } },
        Content = JsonContent.Create(new { user, password }),
    };
}
