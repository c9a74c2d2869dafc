using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Platform;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Registry;

/// <summary>The tests that share one server with the demo hospital; they run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class DemoServerCollection : ICollectionFixture<DemoServer>
{
    public const string Name = "demo server";
}

/// <summary>The real program with the demo hospital in it, and a second view of its installation, as another process has one.</summary>
public sealed class DemoServer : IAsyncLifetime
{
    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private Installation? _beside;

    /// <summary>The server.</summary>
    public ServerProcess Server { get; } = ServerProcess.Create();

    /// <summary>The installation, opened beside the server.</summary>
    public Installation Beside => _beside!;

    /// <summary>The demo's files.</summary>
    public string File(string name) => Path.Combine(Server.Data, name);

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await Prepared.SeedAsync(Server.Data, patients: null, cancellation);

        // As in the demo: these tests are about what comes after signing in.
        await Server.StartAsync(cancellation);
        _beside = await OpenBesideAsync(Server.Data, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_beside is not null)
        {
            await _beside.DisposeAsync();
        }

        await Server.DisposeAsync();
    }

    /// <summary>Registers patients as another process would.</summary>
    internal PatientRegistry Registry() => Registry(Beside);

    /// <summary>The same on any installation.</summary>
    internal static PatientRegistry Registry(Installation installation) =>
        new(installation.Tenants, installation.Keyring, new Wardwatch.Server.Cli.ToolAudit(installation), new Wardwatch.Server.Events.Outbox(installation.Keyring, TimeProvider.System), TimeProvider.System);

    /// <summary>The command line in a hospital.</summary>
    internal static Actor By(int tenant) => new(AuditEntry.OfTool(tenant, AuditActions.RegisterPatient), null);

    /// <summary>Opens the installation in a folder for the test itself.</summary>
    public static Task<Installation> OpenBesideAsync(string data, CancellationToken cancellation) => Installation.OpenBesideAsync(
        new PlatformOptions { DataFolder = data }, new ConfigurationBuilder().Build(), TimeProvider.System, NullLoggerFactory.Instance, cancellation);

    /// <summary>Runs the command-line tool on the server's folder.</summary>
    public Task<Tool.Result> WardAsync(IReadOnlyList<string> arguments, string input, CancellationToken cancellation) =>
        Tool.RunAsync(Programs.Server, [.. arguments, "--data", Server.Data], System.Text.Encoding.UTF8.GetBytes(input), cancellation);

    /// <summary>The password of a demo account.</summary>
    public string PasswordOf(string user)
    {
        using var credentials = JsonDocument.Parse(System.IO.File.ReadAllBytes(File("demo-credentials.json")));
        return credentials.RootElement.EnumerateArray().First(account => account.GetProperty("user").GetString() == user).GetProperty("password").GetString()!;
    }

    /// <summary>A client that is signed in as a demo account; each account signs in once for all tests.</summary>
    public async Task<HttpClient> ClientAsync(string user, CancellationToken cancellation)
    {
        var client = Server.CreateClient();
        if (!_tokens.TryGetValue(user, out var token))
        {
            using var answer = await client.PostAsJsonAsync("/api/auth/login", new { user, password = PasswordOf(user) }, cancellation);
            var body = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellation);
            token = body.GetProperty("access_token").GetString()!;
            _tokens.Add(user, token);
        }

        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}

/// <summary>Short forms for what the tests say often.</summary>
internal static class Answers
{
    public static async Task<JsonElement> JsonAsync(this HttpClient client, string address, CancellationToken cancellation) =>
        await client.GetFromJsonAsync<JsonElement>(address, cancellation);

    public static async Task<(int Status, string? Type)> ProblemAsync(this HttpResponseMessage answer, CancellationToken cancellation)
    {
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        return ((int)answer.StatusCode, body.GetProperty("type").GetString());
    }

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
