using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Platform;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Access;

/// <summary>The tests that share one server with two hospitals; they run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class TwoHospitalsCollection : ICollectionFixture<TwoHospitals>
{
    public const string Name = "two hospitals";
}

/// <summary>The demo hospital and another one in one installation, and people of each role in the demo's.</summary>
public sealed class TwoHospitals : IAsyncLifetime
{
    /// <summary>The other hospital's patient.</summary>
    public const string ForeignPatient = "q-0001";

    private readonly Dictionary<string, string> _passwords = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private Installation? _beside;

    /// <summary>The server.</summary>
    public ServerProcess Server { get; } = ServerProcess.Create();

    /// <summary>The installation, opened beside the server.</summary>
    public Installation Beside => _beside!;

    /// <summary>The database key of the demo hospital.</summary>
    public int Tenant { get; private set; }

    /// <summary>The database key of the other hospital.</summary>
    public int ForeignTenant { get; private set; }

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        Server.Environment["Wardwatch__Staff__SignInsPerMinute"] = "1000";

        // Wards that tests add have nobody on duty, which would become an alert among those that they count.
        Server.Environment["Wardwatch__Incidents__CoverageMinutes"] = "1440";
        await Prepared.SeedAsync(Server.Data, patients: null, cancellation);
        await RunAsync(["user", "add", "foreign.admin", "--role", "administrator", "--hospital", "other", "--hospital-name", "Other hospital", "--password-stdin"], cancellation, PasswordOf("foreign.admin"));
        await Server.StartAsync(cancellation);
        _beside = await DemoServer.OpenBesideAsync(Server.Data, cancellation);
        var registry = new HospitalRegistry(Beside.Database, Beside.Keyring);
        Tenant = (await registry.FindAsync("demo", cancellation))!.TenantId;
        ForeignTenant = (await registry.FindAsync("other", cancellation))!.TenantId;
        await using (var connection = await Beside.Database.OpenConnectionAsync(cancellation))
        {
            await HospitalRegistry.AddWardsAsync(connection, ForeignTenant, [new("north", "North", 1, ["1", "2"])], cancellation);
        }

        await DemoServer.Registry(Beside).RegisterAsync(
            DemoServer.By(ForeignTenant), new NewPatient("Foreign, Ada", "77-00001", new(1950, 1, 2), "female", "north", "1") { Id = ForeignPatient }, cancellation);
        using var foreign = await ClientAsync("foreign.admin", cancellation);
        await Poll.UntilAsync(
            async () => (await foreign.JsonAsync("/api/patients", cancellation)).GetProperty("items").GetArrayLength() == 1, Poll.Patience, "the server sees the patient", cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_beside is not null)
        {
            await _beside.DisposeAsync();
        }

        await Server.DisposeAsync();
    }

    /// <summary>Runs the command-line tool on the server's folder.</summary>
    public Task<Tool.Result> WardAsync(IReadOnlyList<string> arguments, CancellationToken cancellation, string input = "") =>
        Tool.RunAsync(Programs.Server, [.. arguments, "--data", Server.Data], System.Text.Encoding.UTF8.GetBytes(input), cancellation);

    /// <summary>A client that is signed in; each account signs in once for all tests.</summary>
    public async Task<HttpClient> ClientAsync(string user, CancellationToken cancellation)
    {
        var client = Server.CreateClient();
        if (!_tokens.TryGetValue(user, out var token))
        {
            _tokens.Add(user, token = await SignInAsync(client, user, cancellation));
        }

        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>A new session of an account.</summary>
    public async Task<string> SignInAsync(HttpClient client, string user, CancellationToken cancellation)
    {
        using var answer = await client.PostAsJsonAsync("/api/auth/login", new { user, password = PasswordOf(user) }, cancellation);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellation)).Text("access_token");
    }

    /// <summary>Adds a person to the demo hospital and answers the id.</summary>
    public async Task<string> AddPersonAsync(string user, string role, CancellationToken cancellation, string[]? wards = null, string[]? patients = null, string? patient = null)
    {
        using var administrator = await ClientAsync("admin", cancellation);
        using var answer = await administrator.PostAsJsonAsync("/api/people", new { user, name = $"Person {user}", role, wards = wards ?? [], patients = patients ?? [], patient }, cancellation);
        var person = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellation);
        _passwords[user] = person.Text("password");
        return person.Text("id");
    }

    private string PasswordOf(string user)
    {
        if (_passwords.TryGetValue(user, out var password))
        {
            return password;
        }

        var file = Path.Combine(Server.Data, "demo-credentials.json");
        if (File.Exists(file))
        {
            using var credentials = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var account in credentials.RootElement.EnumerateArray().Where(account => account.Text("user") == user))
            {
                return account.Text("password");
            }
        }

        return _passwords[user] = $"{Guid.NewGuid():N}";
    }

    private async Task RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellation, string input = "")
    {
        var done = await WardAsync(arguments, cancellation, input + "\n");
        if (done.ExitCode != 0)
        {
            throw new InvalidOperationException(done.Error);
        }
    }
}
