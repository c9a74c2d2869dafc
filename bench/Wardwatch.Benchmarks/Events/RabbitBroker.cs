using System.Net.Sockets;
using System.Security.Cryptography;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Server.Platform.Processes;

namespace Wardwatch.Benchmarks.Events;

/// <summary>
/// A RabbitMQ of our own: on free ports, in a folder of its own, with an Erlang name server of its own, so that it meets no other one on this machine. It ends
/// when this is disposed of.
/// </summary>
public sealed class RabbitBroker : IAsyncDisposable
{
    private const string Server = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private const string User = "rabbitmq";
    private const int SignalKill = 9;
    private const int SignalTerminate = 15;
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromMinutes(3);

    private readonly string _folder;
    private readonly int _port = Programs.FreePort();
    private readonly int _distributionPort = Programs.FreePort();
    private readonly int _namesPort = Programs.FreePort();
    private readonly string _password = RandomNumberGenerator.GetHexString(24, lowercase: true);
    private WatchedProcess? _names;
    private WatchedProcess? _process;

    private RabbitBroker(string folder) => _folder = folder;

    /// <summary>Whether RabbitMQ is installed.</summary>
    public static bool IsInstalled => File.Exists(Server) && ExecutableFinder.OnPath("epmd") is not null;

    /// <summary>The address with user and password.</summary>
    public string Address => $"amqp://wardwatch:{_password}@127.0.0.1:{_port}/";

    private static IReadOnlyList<string> AsUser => Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=" + User, "--regid=" + User, "--init-groups", "--"] : [];

    private string PidFile => Path.Combine(_folder, "pid");

    private Dictionary<string, string?> Settings => new(StringComparer.Ordinal)
    {
        ["HOME"] = _folder,
        ["ERL_EPMD_PORT"] = _namesPort.ToString(),
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODENAME"] = $"wardwatch-{_port}@localhost",
        ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODE_PORT"] = _port.ToString(),
        ["RABBITMQ_DIST_PORT"] = _distributionPort.ToString(),
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder, "data"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(_folder, "log"),
        ["RABBITMQ_PID_FILE"] = PidFile,
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder, "rabbitmq.conf"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder, "plugins"),
        ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
    };

    /// <summary>Starts one and waits until it takes connections.</summary>
    public static async Task<RabbitBroker> StartNewAsync(CancellationToken cancellation)
    {
        var broker = new RabbitBroker(Programs.NewFolder());
        try
        {
            await File.WriteAllTextAsync(Path.Combine(broker._folder, "rabbitmq.conf"), $"default_user = wardwatch\ndefault_pass = {broker._password}\nloopback_users = none\n", cancellation);
            await File.WriteAllTextAsync(Path.Combine(broker._folder, "plugins"), "[].\n", cancellation);
            if (Environment.IsPrivilegedProcess)
            {
                var owned = await ShortCommand.RunAsync(["chown", "-R", User, broker._folder], cancellation);
                if (owned.ExitCode != 0) throw new BenchmarkException(owned.Output);
            }

            broker._names = WatchedProcess.Start([.. AsUser, "epmd", "-port", broker._namesPort.ToString(), "-address", "127.0.0.1"], "KILL", broker.Settings, onLine: null);
            await broker.StartAsync(cancellation);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it, the first time or again on the same data.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        File.Delete(PidFile);
        _process = WatchedProcess.Start([.. AsUser, Server], "TERM", Settings, onLine: null);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(AnswersWithin);
        while (!await AnswersAsync(deadline.Token))
        {
            if (_process.Exited.IsCompleted) throw new BenchmarkException($"RabbitMQ did not start:\n{_process.LastLines}");
            await Task.Delay(50, deadline.Token);
        }
    }

    /// <summary>Stops it in order. (Killed within a second of a queue's declaration, RabbitMQ 3.10 may know the queue and have no leader for it ever after.)</summary>
    public Task StopAsync(CancellationToken cancellation) => EndAsync(SignalTerminate, cancellation);

    /// <summary>Kills it, without a chance to tidy up.</summary>
    public Task KillAsync(CancellationToken cancellation) => EndAsync(SignalKill, cancellation);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(AnswersWithin);
        await KillAsync(deadline.Token);
        if (_names is { } names)
        {
            await names.StopAsync(deadline.Token);
            names.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task EndAsync(int signal, CancellationToken cancellation)
    {
        if (_process is not { } process) return;
        if (File.Exists(PidFile) && int.TryParse((await File.ReadAllTextAsync(PidFile, cancellation)).Trim(), out var id) && PostgresProcesses.IsAlive(id))
        {
            Signals.Send(id, signal);
            await process.Exited.WaitAsync(cancellation);
        }

        await process.StopAsync(cancellation);
        process.Dispose();
        _process = null;
    }

    // It listens only when everything else is up.
    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync("127.0.0.1", _port, cancellation);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
