using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Npgsql;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Postgres;
using Wardwatch.Server.Platform.Processes;
using Wardwatch.Simulator.Devices;

namespace Wardwatch.Benchmarks.Stage;

/// <summary>
/// The real server with its private PostgreSQL, on free ports and a folder of its own, with invented patients and no simulated devices: <c>ward demo
/// --no-simulator</c>. It ends, and its folder goes, when this is disposed of; should this program be killed, the server ends all the same.
/// </summary>
internal sealed class HospitalUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan EndWithin = TimeSpan.FromMinutes(1);

    private readonly WatchedProcess _process;
    private readonly HttpClient _http;

    private HospitalUnderTest(WatchedProcess process, string data, int httpPort, int mqttPort)
    {
        _process = process;
        Data = data;
        MqttPort = mqttPort;
        HttpAddress = new Uri($"http://localhost:{httpPort}");
        _http = new HttpClient { BaseAddress = HttpAddress };
        Database = NpgsqlDataSource.Create(PrivateCluster.ConnectionString(DataFolder.Open(data)));
    }

    /// <summary>The folder with the devices' keys and the certificate authority.</summary>
    public string Data { get; }

    /// <summary>MQTT over TLS.</summary>
    public int MqttPort { get; }

    /// <summary>HTTP.</summary>
    public Uri HttpAddress { get; }

    /// <summary>The server's database.</summary>
    public NpgsqlDataSource Database { get; }

    /// <summary>Starts a server and waits until it is ready.</summary>
    /// <param name="patients">How many patients, each with a device, are seeded.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BenchmarkException">It does not come up; the message holds what it wrote last.</exception>
    public static async Task<HospitalUnderTest> StartAsync(int patients, CancellationToken cancellation)
    {
        var (data, http, mqtt) = (Programs.NewFolder(), Programs.FreePort(), Programs.FreePort());
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["ConnectionStrings__Wardwatch"] = null, ["WARDWATCH_MASTER_KEY"] = null };
        string[] command = [Programs.Server, "demo", "--no-simulator", "--data", data, "--http", $"{http}", "--mqtt", $"{mqtt}", "--patients", $"{patients}"];
        var process = WatchedProcess.Start(command, "TERM", environment, line =>
        {
            if (line.StartsWith("ready:", StringComparison.Ordinal)) ready.TrySetResult();
        });
        try
        {
            if (await Task.WhenAny(ready.Task, process.Exited).WaitAsync(ReadyWithin, cancellation) != ready.Task)
                throw new BenchmarkException($"The server did not start:\n{process.LastLines}");
            return new HospitalUnderTest(process, data, http, mqtt);
        }
        catch (Exception problem)
        {
            await EndAsync(process, data);
            if (problem is TimeoutException) throw new BenchmarkException($"The server was not ready within {ReadyWithin}:\n{process.LastLines}", problem);
            throw;
        }
    }

    /// <summary>The devices, in the order of the key file, which is that of the patients.</summary>
    public IReadOnlyList<DeviceCredentials> Devices() => DeviceCredentials.ReadFile(Path.Combine(Data, "device-keys.json"));

    /// <summary>How to reach the server's MQTT endpoint.</summary>
    public ServerAddress MqttAddress() => new("127.0.0.1", MqttPort, Authorities());

    /// <summary>What the server counts at this moment.</summary>
    public async Task<MetricsSnapshot> MetricsAsync(CancellationToken cancellation) => MetricsSnapshot.Parse(await _http.GetStringAsync("/metrics", cancellation));

    /// <summary>How many readings are stored.</summary>
    public async Task<long> CountReadingsAsync(CancellationToken cancellation) => await ScalarAsync("select count(*) from readings", cancellation);

    /// <summary>The size of the database with its indexes, in bytes.</summary>
    public async Task<long> DatabaseBytesAsync(CancellationToken cancellation) => await ScalarAsync("select pg_database_size(current_database())", cancellation);

    /// <summary>How many counters are missing between 1 and the highest of each boot of a device: readings that came but were not stored.</summary>
    public async Task<long> CountHolesAsync(CancellationToken cancellation) => await ScalarAsync(
        """
        select coalesce(sum(highest - stored), 0)::bigint
        from (select max(counter) as highest, count(distinct counter) as stored from readings group by device_no, boot_id) as boots
        """,
        cancellation);

    /// <summary>Signs in as the first physician of the demo and answers the access token.</summary>
    public async Task<string> SignInAsync(CancellationToken cancellation)
    {
        using var accounts = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Data, "demo-credentials.json"), cancellation));
        var account = accounts.RootElement.EnumerateArray().First(entry => entry.GetProperty("role").GetString() == "physician");
        var login = new { user = account.GetProperty("user").GetString(), password = account.GetProperty("password").GetString() };
        using var answer = await _http.PostAsJsonAsync("/api/auth/login", login, cancellation);
        if (!answer.IsSuccessStatusCode) throw new BenchmarkException($"The server refuses to sign the demo's physician in ({(int)answer.StatusCode}).");
        using var document = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellation), cancellationToken: cancellation);
        return document.RootElement.GetProperty("access_token").GetString()!;
    }

    /// <summary>A client of the interfaces that is signed in. The caller disposes of it.</summary>
    public async Task<HttpClient> OpenClientAsync(CancellationToken cancellation)
    {
        var client = new HttpClient { BaseAddress = HttpAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await SignInAsync(cancellation));
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Database.DisposeAsync();
        await EndAsync(_process, Data);
    }

    private X509Certificate2Collection Authorities() => ServerAddress.ReadAuthorities(Path.Combine(Data, "ca.pem"));

    private async Task<long> ScalarAsync(string sql, CancellationToken cancellation)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 300;
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task EndAsync(WatchedProcess process, string data)
    {
        using var deadline = new CancellationTokenSource(EndWithin);
        await process.StopAsync(deadline.Token);
        process.Dispose();
        Directory.Delete(data, recursive: true);
    }
}
