using Wardwatch.Server.Platform.Processes;
using Wardwatch.Simulator.Devices;

namespace Wardwatch.Benchmarks.Stage;

/// <summary>One server of several: a process with roles of its own, a data folder of its own with the installation's keys, and the database and the broker of all.</summary>
public sealed class ClusterNode : IAsyncDisposable
{
    private static readonly string[] SharedFiles = ["master.key", "erased-patients", "ca.pem", "ca.key"];
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan EndWithin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    private readonly string _roles;
    private readonly Dictionary<string, string?> _settings;
    private readonly HttpClient _http;
    private readonly int _httpPort = Programs.FreePort();
    private readonly Queue<string> _log = new();
    private WatchedProcess? _process;

    /// <param name="data">The data folder that has the keys.</param>
    /// <param name="name">Its name among the nodes.</param>
    /// <param name="roles">The roles.</param>
    /// <param name="settings">Settings as in the environment, the database's and the broker's address among them.</param>
    internal ClusterNode(string data, string name, string roles, IReadOnlyDictionary<string, string?> settings)
    {
        (Name, _roles, _settings) = (name, roles, new(settings, StringComparer.Ordinal));

        // Every row that is stored is to be one of the devices' own.
        _settings.TryAdd("Wardwatch__AlertPath__Enabled", "false");
        Data = Programs.NewFolder();
        foreach (var file in SharedFiles.Where(file => File.Exists(Path.Combine(data, file))))
        {
            File.Copy(Path.Combine(data, file), Path.Combine(Data, file));
        }

        HttpAddress = new Uri($"http://localhost:{_httpPort}");
        _http = new HttpClient { BaseAddress = HttpAddress };
    }

    /// <summary>Its name among the nodes.</summary>
    public string Name { get; }

    /// <summary>The data folder.</summary>
    public string Data { get; }

    /// <summary>MQTT over TLS, if it is a gateway.</summary>
    public int MqttPort { get; } = Programs.FreePort();

    /// <summary>HTTP.</summary>
    public Uri HttpAddress { get; }

    /// <summary>The server's process.</summary>
    public int Id => PostgresProcesses.Server(Data) ?? throw new BenchmarkException($"The node has ended by itself:\n{Log}");

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => _process is { Exited.IsCompleted: false };

    /// <summary>What it wrote last.</summary>
    public string Log
    {
        get
        {
            lock (_log) return string.Join('\n', _log);
        }
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        string[] command = [Programs.Server, "serve", "--roles", _roles, "--data", Data, "--http", $"{_httpPort}", "--https", "off", "--mqtt", $"{MqttPort}"];
        _process?.Dispose();
        var process = _process = WatchedProcess.Start(command, "TERM", _settings, Keep);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = AnswersReadyAsync(HttpAddress, ready, process.Exited, cancellation);
        if (await Task.WhenAny(ready.Task, process.Exited).WaitAsync(ReadyWithin, cancellation) != ready.Task) throw new BenchmarkException($"A node did not start:\n{process.LastLines}");
    }

    /// <summary>Kills it (SIGKILL) and waits until it is gone.</summary>
    public async Task KillAsync(CancellationToken cancellation)
    {
        Signals.Send(Id, Signals.Kill);
        await _process!.Exited.WaitAsync(EndWithin, cancellation);
    }

    /// <summary>Asks it to stop in order (SIGTERM) and waits for it; answers its exit code.</summary>
    public Task<int> StopAsync(CancellationToken cancellation)
    {
        Signals.Send(Id, Signals.Terminate);
        return EndAsync(cancellation);
    }

    /// <summary>Waits until it has ended by itself; answers its exit code.</summary>
    public Task<int> EndAsync(CancellationToken cancellation) => _process!.Exited.WaitAsync(EndWithin, cancellation);

    /// <summary>What it counts at this moment.</summary>
    internal async Task<MetricsSnapshot> MetricsAsync(CancellationToken cancellation) => MetricsSnapshot.Parse(await _http.GetStringAsync("/metrics", cancellation));

    /// <summary>What it says of its health.</summary>
    public async Task<string> HealthAsync(CancellationToken cancellation)
    {
        using var answer = await _http.GetAsync("/health/ready", cancellation);
        return await answer.Content.ReadAsStringAsync(cancellation);
    }

    /// <summary>How to reach its MQTT endpoint.</summary>
    public ServerAddress MqttAddress() => new("127.0.0.1", MqttPort, ServerAddress.ReadAuthorities(Path.Combine(Data, "ca.pem")));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_process is { } process)
        {
            using var deadline = new CancellationTokenSource(EndWithin);
            if (!process.Exited.IsCompleted) await process.StopAsync(deadline.Token);
            process.Dispose();
        }

        Directory.Delete(Data, recursive: true);
    }

    /// <summary>Tells when a server says that it is ready.</summary>
    internal static async Task AnswersReadyAsync(Uri address, TaskCompletionSource ready, Task exited, CancellationToken cancellation)
    {
        using var client = new HttpClient { BaseAddress = address };
        while (!exited.IsCompleted && !cancellation.IsCancellationRequested)
        {
            try
            {
                using var answer = await client.GetAsync("/health/ready", cancellation);
                if (answer.IsSuccessStatusCode)
                {
                    ready.TrySetResult();
                    return;
                }
            }
            catch (Exception notYet) when (notYet is HttpRequestException or OperationCanceledException)
            {
                // It is still starting, or ended.
            }

            await Task.Delay(Between, CancellationToken.None);
        }
    }

    private void Keep(string line)
    {
        lock (_log)
        {
            if (_log.Count == 400) _log.Dequeue();
            _log.Enqueue(line);
        }
    }
}
