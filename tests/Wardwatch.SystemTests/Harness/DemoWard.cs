using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Shouldly;

namespace Wardwatch.SystemTests.Harness;

/// <summary>The demo hospital with its server, without a simulator: every device is the test's to play.</summary>
public sealed class DemoWard : IAsyncDisposable
{
    private readonly List<BedsideDevice> _free;

    private DemoWard(ServerProcess server)
    {
        Server = server;
        Devices = BedsideDevice.ReadAll(server.Data);
        _free = [.. Devices];

        // Without a pool: connections that a kill has broken would otherwise be handed out afterwards.
        using var pooled = server.OpenDatabase();
        Database = NpgsqlDataSource.Create(pooled.ConnectionString + ";Pooling=false");
    }

    /// <summary>The server.</summary>
    public ServerProcess Server { get; }

    /// <summary>All devices: one of each patient, and the second ones of patients 1 and 2 last.</summary>
    public IReadOnlyList<BedsideDevice> Devices { get; }

    /// <summary>The server's database.</summary>
    public NpgsqlDataSource Database { get; }

    /// <summary>The access token of the last sign-in.</summary>
    public string Token { get; private set; } = "";

    /// <summary>A client that is signed in as administrator.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Starts a new one.</summary>
    /// <param name="patients">How many patients there are: 3, 8, 24 or 120, each of which is seeded once and copied.</param>
    /// <param name="settings">Changes to the environment.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<DemoWard> StartAsync(int patients, Dictionary<string, string?> settings, CancellationToken cancellation)
    {
        var server = ServerProcess.Create(verb: "demo", arguments: ["--no-simulator", "--patients", patients.ToString()]);
        try
        {
            foreach (var (name, value) in settings)
            {
                server.Environment[name] = value;
            }

            await Prepared.SeedAsync(server.Data, patients, cancellation);
            await server.StartAsync(cancellation);
            var ward = new DemoWard(server);
            await ward.SignInAsync(cancellation);
            return ward;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A device that no other test uses; its patient is its own as well.</summary>
    public BedsideDevice TakeDevice() => TakeDevice(_ => true, "left");

    /// <summary>The same, where it matters which.</summary>
    /// <param name="suits">Whether a device will do.</param>
    /// <param name="what">What it has to be, for the message when there is none.</param>
    public BedsideDevice TakeDevice(Predicate<BedsideDevice> suits, string what)
    {
        var at = _free.FindIndex(suits);
        if (at < 0)
        {
            throw new InvalidOperationException($"More tests take a device than there are: none is {what} ({_free.Count} of {Devices.Count} are free).");
        }

        var device = _free[at];
        _free.RemoveAt(at);
        return device;
    }

    /// <summary>Signs in as administrator.</summary>
    public async Task SignInAsync(CancellationToken cancellation)
    {
        Token = await TokenOfAsync("administrator", cancellation);
        Client?.Dispose();
        Client = Server.CreateClient();
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    /// <summary>Signs in as the first of the demo's accounts with a role; answers the access token.</summary>
    public async Task<string> TokenOfAsync(string role, CancellationToken cancellation)
    {
        using var file = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Server.Data, "demo-credentials.json"), cancellation));
        var account = file.RootElement.EnumerateArray().First(entry => entry.GetProperty("role").GetString() == role);
        using var client = Server.CreateClient();
        using var answer = await client.PostAsJsonAsync(
            "/api/auth/login", new { user = account.GetProperty("user").GetString(), password = account.GetProperty("password").GetString() }, cancellation);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellation)).GetProperty("access_token").GetString()!;
    }

    /// <summary>A JSON document of the API.</summary>
    public async Task<JsonElement> JsonAsync(string address, CancellationToken cancellation) => await Client.GetFromJsonAsync<JsonElement>(address, cancellation);

    /// <summary>How many rows of readings a message has.</summary>
    public Task<long> RowsAsync(BedsideDevice device, SealedMessage message, CancellationToken cancellation) => CountAsync(
        "select count(*) from readings join devices using (device_no) where device_id = $1 and boot_id = $2 and counter = $3",
        [device.Id, unchecked((long)message.Boot), unchecked((long)message.Counter)], cancellation);

    /// <summary>How many rows a device has, and of how many messages.</summary>
    public async Task<(int Rows, int Messages)> RowsAsync(BedsideDevice device, CancellationToken cancellation) => (
        (int)await CountAsync("select count(*) from readings join devices using (device_no) where device_id = $1", [device.Id], cancellation),
        (int)await CountAsync("select count(distinct (boot_id, counter)) from readings join devices using (device_no) where device_id = $1", [device.Id], cancellation));

    /// <summary>How many dead letters of a device have a reason.</summary>
    public Task<long> DeadLettersAsync(BedsideDevice device, string reason, CancellationToken cancellation) => CountAsync(
        "select count(*) from dead_letters join devices using (device_no) where device_id = $1 and reason = $2", [device.Id, reason], cancellation);

    /// <summary>Runs a statement.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The sum of a metric's series whose labels hold a text; 0 if there is none.</summary>
    /// <param name="name">As on <c>/metrics</c>.</param>
    /// <param name="label">Such as <c>reason="wrong-tag"</c>; empty for all.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<double> MetricAsync(string name, string label, CancellationToken cancellation)
    {
        var page = await Client.GetStringAsync("/metrics", cancellation);
        return page.Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is ' ' or '{' && line.Contains(label, StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..]));
    }

    /// <summary>Waits until such a sum has come to a value; what is counted is often seen a moment before it is counted.</summary>
    public async Task CountsAsync(string name, string label, double value, CancellationToken cancellation)
    {
        double seen = 0;
        await Poll.UntilAsync(async () => (seen = await MetricAsync(name, label, cancellation)) >= value, Poll.Patience, $"{name} {label} is {value}", cancellation);
        seen.ShouldBe(value, $"{name} {label}");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Database.DisposeAsync();
        await Server.DisposeAsync();
    }

    private async Task<long> CountAsync(string sql, object[] values, CancellationToken cancellation)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
