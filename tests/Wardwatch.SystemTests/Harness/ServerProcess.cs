using System.Diagnostics;
using Npgsql;

namespace Wardwatch.SystemTests.Harness;

/// <summary>
/// The real program, started on free ports and a folder of its own. Dispose stops it in order and removes the folder; <see cref="KillAsync"/> and
/// <see cref="StartAsync(CancellationToken)"/> start it again on the same data.
/// </summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private const int SignalTerminate = 15;
    private static readonly TimeSpan ReadyWithin = 2 * Poll.Patience;
    private static readonly TimeSpan EndWithin = Poll.Patience;

    // Each question that nobody answers yet costs an exception, while the server needs the processor to start.
    private static readonly TimeSpan AskReadyEvery = TimeSpan.FromMilliseconds(60);

    private static readonly string[] Limits = ["AnonymousPerMinute", "EntrancesPerMinute", "StaffPerMinute", "StaffBurst", "LiveConnectionsPerAccount"];

    /// <summary>Where what the servers write is kept, to look at after a failure; null: nowhere.</summary>
    private static readonly string? LogFolder = System.Environment.GetEnvironmentVariable("WARDWATCH_TEST_LOGS");

    private readonly List<string> _log = [];
    private readonly Lock _gate = new();
    private readonly bool _ownsData;
    private Process? _process;

    private ServerProcess(string data, bool ownsData)
    {
        Data = data;
        _ownsData = ownsData;
        // Most tests sign in with a password alone; those of the second factor say otherwise.
        Environment["Wardwatch__Staff__SecondFactorRequired"] = "false";
        HttpPort = FreePort();
        MqttPort = FreePort();
    }

    /// <summary>The verb: <c>serve</c> or <c>demo</c>.</summary>
    public string Verb { get; init; } = "serve";

    /// <summary>Further arguments.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Changes to the environment; null removes a variable. May be changed between two starts.</summary>
    public Dictionary<string, string?> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>The data folder.</summary>
    public string Data { get; }

    /// <summary>The port for HTTP.</summary>
    public int HttpPort { get; }

    /// <summary>The port for HTTPS; null: none.</summary>
    public int? HttpsPort { get; init; }

    /// <summary>The port for MQTT over TLS.</summary>
    public int MqttPort { get; }

    /// <summary>Where HTTP is served.</summary>
    public Uri BaseAddress => new($"http://localhost:{HttpPort}");

    /// <summary>The process's id, while it runs.</summary>
    public int Id => _process?.Id ?? throw new InvalidOperationException("The server was not started.");

    /// <summary>What it has written up to now.</summary>
    public string Log
    {
        get
        {
            lock (_gate)
            {
                return string.Join('\n', _log);
            }
        }
    }

    /// <summary>A server on a new folder, not started yet.</summary>
    /// <param name="data">An existing folder, which then stays; null makes one.</param>
    /// <param name="verb"><c>serve</c> or <c>demo</c>.</param>
    /// <param name="arguments">Further arguments.</param>
    public static ServerProcess Create(string? data = null, string verb = "serve", params IReadOnlyList<string> arguments) =>
        new(data ?? NewFolder(), ownsData: data is null) { Verb = verb, Arguments = arguments };

    /// <summary>The same with HTTPS on a free port.</summary>
    public static ServerProcess CreateWithHttps(string verb, params IReadOnlyList<string> arguments) =>
        new(NewFolder(), ownsData: true) { Verb = verb, Arguments = arguments, HttpsPort = FreePort() };

    /// <summary>A server that is ready, on an installation without anybody.</summary>
    public static async Task<ServerProcess> StartNewAsync(CancellationToken cancellation)
    {
        var server = Create();
        await Prepared.FillAsync(server.Data, cancellation);
        await server.StartAsync(cancellation);
        return server;
    }

    /// <summary>A client of the server.</summary>
    public HttpClient CreateClient() => new() { BaseAddress = BaseAddress, Timeout = Poll.Patience };

    /// <summary>A connection to the server's database: the private one, or the given one.</summary>
    public NpgsqlDataSource OpenDatabase() =>
        NpgsqlDataSource.Create(Environment.GetValueOrDefault("ConnectionStrings__Wardwatch") ?? PrivateConnectionString(Data));

    /// <summary>How the private PostgreSQL of a data folder is reached.</summary>
    public static string PrivateConnectionString(string data) =>
        Wardwatch.Server.Platform.Postgres.PrivateCluster.ConnectionString(Wardwatch.Server.Platform.DataFolder.Open(data));

    /// <summary>Starts the server and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">It ended, or did not become ready in time; the message holds its log.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        Launch();
        using var client = CreateClient();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(ReadyWithin);
        try
        {
            await Poll.UntilAsync(
                async () =>
                {
                    if (_process!.HasExited)
                    {
                        await _process.WaitForExitAsync(CancellationToken.None);
                        throw new InvalidOperationException($"The server ended with code {_process.ExitCode}:\n{Log}");
                    }

                    return await AnswersReadyAsync(client, deadline.Token);
                },
                deadline.Token, AskReadyEvery);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new InvalidOperationException($"The server was not ready within {ReadyWithin}:\n{Log}", late);
        }
    }

    /// <summary>Waits until the log says something: it is written, and read here, a moment after what it says has happened.</summary>
    public Task SaysAsync(string text, CancellationToken cancellation) =>
        Poll.UntilAsync(() => Task.FromResult(Log.Contains(text, StringComparison.Ordinal)), Poll.Patience, $"the log says: {text}", cancellation);

    /// <summary>Waits until a line of the log says something; answers how many do.</summary>
    public async Task<int> LinesAsync(string text, CancellationToken cancellation)
    {
        await SaysAsync(text, cancellation);
        return Log.Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));
    }

    /// <summary>Starts a server that is expected not to come up; returns its exit code and what it wrote.</summary>
    public async Task<(int ExitCode, string Output)> StartExpectingFailureAsync(CancellationToken cancellation)
    {
        Launch();
        return (await WaitForEndAsync(cancellation), Log);
    }

    /// <summary>Asks the server to stop in order (SIGTERM) and returns its exit code.</summary>
    public async Task<int> TerminateAsync(CancellationToken cancellation)
    {
        Signal(Id, SignalTerminate);
        return await WaitForEndAsync(cancellation);
    }

    /// <summary>Waits for the server's own end and returns its exit code.</summary>
    public Task<int> EndAsync(CancellationToken cancellation) => WaitForEndAsync(cancellation);

    /// <summary>Kills the server (SIGKILL): it gets no chance to tidy up.</summary>
    public async Task KillAsync(CancellationToken cancellation)
    {
        _process!.Kill();
        await WaitForEndAsync(cancellation);
    }

    /// <summary>Sends a signal to a process.</summary>
    public static void Signal(int process, int signal) => Wardwatch.Benchmarks.Stage.Signals.Send(process, signal);

    /// <summary>A port that nobody listens on at this moment.</summary>
    public static int FreePort() => Wardwatch.Benchmarks.Stage.Programs.FreePort();

    /// <summary>A new folder for data.</summary>
    public static string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("wardwatch-test-");
        if (!OperatingSystem.IsWindows())
        {
            // As root, PostgreSQL runs as another user, who must be able to pass.
            folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        }

        return folder.FullName;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            if (!process.HasExited)
            {
                Signal(process.Id, SignalTerminate);
                using var deadline = new CancellationTokenSource(EndWithin);
                try
                {
                    await process.WaitForExitAsync(deadline.Token);
                }
                catch (OperationCanceledException)
                {
                    process.Kill(entireProcessTree: true);
                }
            }

            process.Dispose();
        }

        if (_ownsData)
        {
            await PostgresProcesses.WaitUntilNoneAsync(Data, CancellationToken.None);
            Directory.Delete(Data, recursive: true);
        }
    }

    private static async Task<bool> AnswersReadyAsync(HttpClient client, CancellationToken cancellation)
    {
        try
        {
            using var answer = await client.GetAsync("/health/ready", cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Launch()
    {
        lock (_gate)
        {
            _log.Clear();
        }

        _process?.Dispose();
        var start = new ProcessStartInfo(Programs.Server,
            [Verb, "--data", Data, "--http", HttpPort.ToString(), "--https", HttpsPort?.ToString() ?? "off", "--mqtt", MqttPort.ToString(), .. Arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("ConnectionStrings__Wardwatch");
        start.Environment.Remove("WARDWATCH_MASTER_KEY");

        // Many tests share an account and an address, and ask again and again; those of the limits set their own.
        foreach (var limit in Limits)
        {
            start.Environment["Wardwatch__Limits__" + limit] = "100000";
        }

        // Those of the alert path switch the test alerts on; the others count rows of their own.
        start.Environment["Wardwatch__AlertPath__Enabled"] = "false";
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_gate)
        {
            _log.Add(line);
            if (LogFolder is { Length: > 0 })
            {
                File.AppendAllText(Path.Combine(LogFolder, Path.GetFileName(Data) + ".log"), line + "\n");
            }
        }
    }

    private async Task<int> WaitForEndAsync(CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(EndWithin);
        try
        {
            await _process!.WaitForExitAsync(deadline.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new InvalidOperationException($"The server did not end within {EndWithin}:\n{Log}", late);
        }
    }
}
