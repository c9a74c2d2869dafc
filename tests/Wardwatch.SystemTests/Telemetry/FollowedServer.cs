using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Telemetry;

/// <summary>A server that writes JSON lines and whose traces go to a collector; it follows every request, and readings that ask for it.</summary>
public sealed class FollowedServer : IAsyncLifetime
{
    private const int Patients = 4;

    /// <summary>The server.</summary>
    public ServerProcess Server { get; } = ServerProcess.Create();

    /// <summary>Where its traces go.</summary>
    public Collector Collector { get; } = new();

    /// <summary>Devices, one of each patient.</summary>
    public Queue<BedsideDevice> Devices { get; private set; } = new();

    /// <summary>A client that is signed in as administrator.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Its token.</summary>
    public string Token { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        (await Tool.RunAsync(Programs.Server, ["seed", "--patients", Patients.ToString(), "--data", Server.Data], cancellation)).ExitCode.ShouldBe(0);
        Server.Environment["Wardwatch__Telemetry__OtlpEndpoint"] = Collector.Address;
        Server.Environment["Wardwatch__Telemetry__RequestShare"] = "1";
        Server.Environment["Wardwatch__Log__Format"] = "json";
        await Server.StartAsync(cancellation);
        Devices = new(BedsideDevice.ReadAll(Server.Data));
        Client = Server.CreateClient();
        using var answer = await Client.PostAsJsonAsync("/api/auth/login", await AccountAsync(cancellation), cancellation);
        Token = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellation)).Text("access_token");
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    /// <summary>Name and password of the administrator.</summary>
    public async Task<Dictionary<string, string>> AccountAsync(CancellationToken cancellation)
    {
        using var file = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Server.Data, "demo-credentials.json"), cancellation));
        var account = file.RootElement.EnumerateArray().First(entry => entry.Text("role") == "administrator");
        return new() { ["user"] = account.Text("user"), ["password"] = account.Text("password") };
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        await Server.DisposeAsync();
        await Collector.DisposeAsync();
    }
}
