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

/// <summary>What hospital to start.</summary>
/// <param name="Patients">How many patients, each with a device, are seeded.</param>
internal sealed record HospitalPlan(int Patients)
{
    /// <summary>A data folder that exists; null makes one.</summary>
    public string? Data { get; init; }

    /// <summary>Whether the data folder stays behind.</summary>
    public bool Keep { get; init; }

    /// <summary>Whether the server is the one with the planted fault (<see cref="Proof.Planted.PlantedServer"/>).</summary>
    public bool Planted { get; init; }

    /// <summary>The roles of a server that is one of several; null: it is the only one.</summary>
    public string? Roles { get; init; }

    /// <summary>Whether it also listens on HTTPS, with its own certificate.</summary>
    public bool Https { get; init; }

    /// <summary>Further settings, as in the environment.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);
}

/// <summary>
/// The real server with its private PostgreSQL, on free ports and a folder of its own, with invented patients and no simulated devices: <c>ward demo
/// --no-simulator</c>. It ends, and its folder goes, when this is disposed of; should this program be killed, the server ends all the same.
/// </summary>
internal sealed class HospitalUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan EndWithin = TimeSpan.FromMinutes(1);

    private readonly HospitalPlan _plan;
    private readonly HttpClient _http;
    private readonly int _httpPort;
    private readonly int? _httpsPort;
    private WatchedProcess _process = null!;

    private HospitalUnderTest(HospitalPlan plan)
    {
        (_plan, Data, _httpPort, MqttPort) = (plan, plan.Data ?? Programs.NewFolder(), Programs.FreePort(), Programs.FreePort());
        _httpsPort = plan.Https ? Programs.FreePort() : null;
        HttpAddress = new Uri($"http://localhost:{_httpPort}");
        _http = new HttpClient { BaseAddress = HttpAddress };
        Database = NpgsqlDataSource.Create(PrivateCluster.ConnectionString(DataFolder.Open(Data)));
    }

    /// <summary>The folder with the devices' keys and the certificate authority.</summary>
    public string Data { get; }

    /// <summary>MQTT over TLS.</summary>
    public int MqttPort { get; }

    /// <summary>HTTP.</summary>
    public Uri HttpAddress { get; }

    /// <summary>HTTPS, of a plan that asks for it; otherwise HTTP.</summary>
    public Uri HttpsAddress => _httpsPort is { } port ? new Uri($"https://localhost:{port}") : HttpAddress;

    /// <summary>The server's database.</summary>
    public NpgsqlDataSource Database { get; }

    /// <summary>The server's process.</summary>
    /// <exception cref="BenchmarkException">It has ended.</exception>
    public int ServerProcess => PostgresProcesses.Server(Data) ?? throw new BenchmarkException($"The server has ended by itself:\n{_process.LastLines}");

    /// <inheritdoc cref="StartAsync(HospitalPlan, CancellationToken)"/>
    /// <param name="patients">How many patients, each with a device, are seeded.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task<HospitalUnderTest> StartAsync(int patients, CancellationToken cancellation) => StartAsync(new HospitalPlan(patients), cancellation);

    /// <summary>Starts a server and waits until it is ready.</summary>
    /// <exception cref="BenchmarkException">It does not come up; the message holds what it wrote last.</exception>
    public static async Task<HospitalUnderTest> StartAsync(HospitalPlan plan, CancellationToken cancellation)
    {
        var hospital = new HospitalUnderTest(plan);
        try
        {
            if (plan.Roles is not null) await hospital.SeedAsync(cancellation);
            await hospital.LaunchAsync(cancellation);
            return hospital;
        }
        catch
        {
            await hospital.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills the server (SIGKILL) and waits until it is gone. Its PostgreSQL ends by itself then.</summary>
    public async Task KillServerAsync(CancellationToken cancellation)
    {
        Signals.Send(ServerProcess, Signals.Kill);
        await _process.Exited.WaitAsync(EndWithin, cancellation);
        _process.Dispose();
    }

    /// <summary>Asks the server to stop in order (SIGTERM) and waits for it.</summary>
    public async Task StopServerAsync(CancellationToken cancellation)
    {
        Signals.Send(ServerProcess, Signals.Terminate);
        await _process.Exited.WaitAsync(EndWithin, cancellation);
        _process.Dispose();
    }

    /// <summary>Starts the server again after its end, on the same data and ports, and waits until it is ready.</summary>
    /// <exception cref="BenchmarkException">It does not come up; the message holds what it wrote last.</exception>
    public async Task RestartAsync(CancellationToken cancellation)
    {
        await LaunchAsync(cancellation);
        Database.Clear(); // its connections ended with the database that they led to
    }

    private async Task LaunchAsync(CancellationToken cancellation)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var environment = new Dictionary<string, string?>(_plan.Settings, StringComparer.Ordinal) { ["ConnectionStrings__Wardwatch"] = null, ["WARDWATCH_MASTER_KEY"] = null };

        // One account plays every screen.
        environment.TryAdd("Wardwatch__Limits__LiveConnectionsPerAccount", "100000");

        // Every row that is stored is to be one of the devices' own.
        environment.TryAdd("Wardwatch__AlertPath__Enabled", "false");
        string[] program = _plan.Planted ? [Programs.Bench, Proof.Planted.PlantedServer.Verb] : [Programs.Server];
        string[] verb = _plan.Roles is { } roles ? ["serve", "--roles", roles] : ["demo", "--no-simulator", "--patients", $"{_plan.Patients}"];
        string[] command = [.. program, .. verb, "--data", Data, "--http", $"{_httpPort}", "--https", _httpsPort is { } port ? $"{port}" : "off", "--mqtt", $"{MqttPort}"];
        var process = _process = WatchedProcess.Start(command, "TERM", environment, line =>
        {
            if (line.StartsWith("ready:", StringComparison.Ordinal)) ready.TrySetResult();
            Programs.Log(line);
        });
        try
        {
            if (_plan.Roles is not null) _ = ClusterNode.AnswersReadyAsync(HttpAddress, ready, process.Exited, cancellation);
            if (await Task.WhenAny(ready.Task, process.Exited).WaitAsync(ReadyWithin, cancellation) != ready.Task)
                throw new BenchmarkException($"The server did not start:\n{process.LastLines}");
        }
        catch (TimeoutException late)
        {
            throw new BenchmarkException($"The server was not ready within {ReadyWithin}:\n{process.LastLines}", late);
        }
    }

    // One of several servers does not set the demo's hospital up.
    private async Task SeedAsync(CancellationToken cancellation)
    {
        var seeded = await ShortCommand.RunAsync([Programs.Server, "seed", "--no-simulator", "--data", Data, "--patients", $"{_plan.Patients}"], cancellation);
        if (seeded.ExitCode != 0) throw new BenchmarkException(seeded.Output);
    }

    /// <summary>The devices, in the order of the key file, which is that of the patients.</summary>
    public IReadOnlyList<DeviceCredentials> Devices() => DeviceCredentials.ReadFile(Path.Combine(Data, "device-keys.json"));

    /// <summary>How to reach the server's MQTT endpoint.</summary>
    public ServerAddress MqttAddress() => new("127.0.0.1", MqttPort, Authorities());

    /// <summary>What the server counts at this moment.</summary>
    public async Task<MetricsSnapshot> MetricsAsync(CancellationToken cancellation) => MetricsSnapshot.Parse(await _http.GetStringAsync("/metrics", cancellation));

    /// <summary>How many readings are stored.</summary>
    public async Task<long> CountReadingsAsync(CancellationToken cancellation) => await ScalarAsync("select count(*) from readings", cancellation);

    /// <summary>How many counters are missing between 1 and the highest of each boot of a device: readings that came but were not stored.</summary>
    public async Task<long> CountHolesAsync(CancellationToken cancellation) => await ScalarAsync(
        """
        select coalesce(sum(highest - stored), 0)::bigint
        from (select max(counter) as highest, count(distinct counter) as stored from readings group by device_no, boot_id) as boots
        """,
        cancellation);

    /// <summary>What the database takes on disk.</summary>
    public async Task<long> DatabaseBytesAsync(CancellationToken cancellation) => await ScalarAsync("select pg_database_size(current_database())", cancellation);

    /// <summary>Signs in as the first physician of the demo and answers the access token.</summary>
    public Task<string> SignInAsync(CancellationToken cancellation) => SignInAsync("physician", cancellation);

    /// <summary>Signs in as the first of the demo's accounts that has a role, and answers the access token.</summary>
    public async Task<string> SignInAsync(string role, CancellationToken cancellation)
    {
        using var accounts = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Data, "demo-credentials.json"), cancellation));
        var account = accounts.RootElement.EnumerateArray().First(entry => entry.GetProperty("role").GetString() == role);
        var login = new { user = account.GetProperty("user").GetString(), password = account.GetProperty("password").GetString() };
        using var answer = await _http.PostAsJsonAsync("/api/auth/login", login, cancellation);
        if (!answer.IsSuccessStatusCode) throw new BenchmarkException($"The server refuses to sign the demo's {role} in ({(int)answer.StatusCode}).");
        using var document = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellation), cancellationToken: cancellation);
        return document.RootElement.GetProperty("access_token").GetString()!;
    }

    /// <summary>A client of the interfaces that is signed in. The caller disposes of it.</summary>
    public Task<HttpClient> OpenClientAsync(CancellationToken cancellation) => OpenClientAsync("physician", cancellation);

    /// <summary>The same for the first of the demo's accounts that has a role.</summary>
    public async Task<HttpClient> OpenClientAsync(string role, CancellationToken cancellation)
    {
        var client = new HttpClient { BaseAddress = HttpAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await SignInAsync(role, cancellation));
        return client;
    }

    /// <summary>Asks the server to stop in order, waits for it and its PostgreSQL, and removes the folder unless it is to stay.</summary>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Database.DisposeAsync();
        using var deadline = new CancellationTokenSource(EndWithin);
        if (!_process.Exited.IsCompleted) await _process.StopAsync(deadline.Token);
        _process.Dispose();
        await PostgresProcesses.WaitUntilNoneAsync(Data, CancellationToken.None);
        if (!_plan.Keep) Directory.Delete(Data, recursive: true);
    }

    /// <summary>Whose certificates are to be believed: the installation's own authority.</summary>
    public X509Certificate2Collection Authorities() => ServerAddress.ReadAuthorities(Path.Combine(Data, "ca.pem"));

    private async Task<long> ScalarAsync(string sql, CancellationToken cancellation)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 300;
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
