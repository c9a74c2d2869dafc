using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Shouldly;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Web;

/// <summary>HTTPS with the server's own certificate, the one that devices see.</summary>
public sealed class HttpsTests(HttpsTests.Served shared) : IClassFixture<HttpsTests.Served>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>One server for all versions of TLS.</summary>
    public sealed class Served : IAsyncLifetime
    {
        public ServerProcess Server { get; } = Create("serve");

        public async ValueTask InitializeAsync()
        {
            await Prepared.FillAsync(Server.Data, Cancellation);
            await Server.StartAsync(Cancellation);
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }

    [Fact]
    public async Task Pages_and_sign_in_work_over_HTTPS_with_cookies_that_never_leave_it()
    {
        await using var server = Create("demo", "--no-simulator", "--patients", "1");
        await server.StartAsync(Cancellation);
        await Poll.UntilAsync(() => Task.FromResult(server.Log.Contains("Ctrl-C stops everything", StringComparison.Ordinal)), Poll.Patience, "the addresses are told", Cancellation);
        var told = server.Log.Split('\n').SkipWhile(line => !line.StartsWith("ready:", StringComparison.Ordinal)).Take(2).ToArray();
        told[0].ShouldBe($"ready: http://localhost:{server.HttpPort}");
        told[1].ShouldStartWith($"https://localhost:{server.HttpsPort}");

        using var client = Client(server);
        using var plain = server.CreateClient();
        using var file = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(server.Data, "demo-credentials.json"), Cancellation));
        var account = file.RootElement.EnumerateArray().First(entry => entry.Text("role") == "nurse");
        using var signedIn = await client.PostAsJsonAsync("/api/auth/login", new { user = account.Text("user"), password = account.Text("password") }, Cancellation);
        signedIn.StatusCode.ShouldBe(HttpStatusCode.OK);
        signedIn.Headers.GetValues("Set-Cookie").ShouldAllBe(cookie => cookie.Contains("secure", StringComparison.OrdinalIgnoreCase) && cookie.Contains("samesite=strict", StringComparison.OrdinalIgnoreCase));
        using var renewed = await client.PostAsync("/api/auth/refresh", content: null, Cancellation);
        renewed.StatusCode.ShouldBe(HttpStatusCode.OK, "the cookie comes back");

        using var named = new HttpRequestMessage(HttpMethod.Get, "/api/demo") { Headers = { Host = "ward.example" } };
        using var underAnotherName = Client(server, SslPolicyErrors.RemoteCertificateNameMismatch);
        using var answer = await underAnotherName.SendAsync(named, Cancellation);
        answer.Headers.GetValues("Strict-Transport-Security").Single().ShouldContain("max-age=31536000");
        (await client.GetAsync("/api/demo", Cancellation)).Headers.GetValues("Strict-Transport-Security").Single().ShouldBe("max-age=0", "it would take HTTP from every port of localhost");
        (await plain.GetAsync("/api/demo", Cancellation)).Headers.Contains("Strict-Transport-Security").ShouldBeFalse();
    }

    [Theory]
    [InlineData("-tls1", false)]
    [InlineData("-tls1_1", false)]
    [InlineData("-tls1_2", true)]
    [InlineData("-tls1_3", true)]
    public async Task Only_TLS_1_2_and_1_3_are_spoken_with_the_certificate_that_devices_see(string version, bool spoken)
    {
        Assert.SkipUnless(Tool.IsInstalled("openssl"), "openssl is not installed");
        var server = shared.Server;
        var result = await Tool.RunAsync(
            "openssl",
            ["s_client", "-connect", $"localhost:{server.HttpsPort}", "-CAfile", Path.Combine(server.Data, "ca.pem"), "-verify_return_error", version, "-cipher", "DEFAULT@SECLEVEL=0"],
            Cancellation);
        (result.ExitCode == 0).ShouldBe(spoken, result.Output + result.Error);
        if (spoken)
        {
            using var shown = X509Certificate2.CreateFromPem(result.Output.AsSpan(result.Output.IndexOf("-----BEGIN CERTIFICATE", StringComparison.Ordinal)));
            using var devices = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(server.Data, "server.pem"));
            shown.Thumbprint.ShouldBe(devices.Thumbprint);
        }
    }

    [Fact]
    public async Task A_taken_port_is_named_with_what_to_do()
    {
        await using var server = Create("serve");
        await Prepared.FillAsync(server.Data, Cancellation);
        using var other = new TcpListener(IPAddress.Loopback, server.HttpsPort!.Value);
        other.Start();
        var (code, output) = await server.StartExpectingFailureAsync(Cancellation);
        code.ShouldBe(1);
        output.ShouldContain($"Port {server.HttpsPort} is taken");
        output.ShouldContain("--https PORT (or off)");
    }

    [Fact]
    public async Task Nonsense_for_a_port_is_refused()
    {
        await using var server = ServerProcess.Create();
        var answer = await Tool.RunAsync(Programs.Server, ["serve", "--data", server.Data, "--https", "yes"], Cancellation);
        answer.ExitCode.ShouldBe(1);
        answer.Error.ShouldContain("--https 8443, --https off");
    }

    private static ServerProcess Create(string verb, params string[] arguments) => ServerProcess.CreateWithHttps(verb, arguments);

    private static HttpClient Client(ServerProcess server, SslPolicyErrors forgiven = SslPolicyErrors.None)
    {
        var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(server.Data, "ca.pem"));
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck },
                RemoteCertificateValidationCallback = (_, _, _, errors) => (errors & ~forgiven) == SslPolicyErrors.None,
            },
        };
        return new(handler) { BaseAddress = new($"https://localhost:{server.HttpsPort}") };
    }
}
