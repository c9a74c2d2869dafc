using System.Net;
using System.Net.Sockets;

namespace Wardwatch.Benchmarks.Stage;

/// <summary>Where the programs lie that are measured, and places for them to work in.</summary>
internal static class Programs
{
    /// <summary>The server.</summary>
    public const string ServerName = "wardwatch";

    /// <summary>The load generator; the kernel cuts the name of its process to <see cref="GeneratorProcess"/>.</summary>
    public const string GeneratorName = "wardwatch-simulator";

    /// <summary>The name under which the kernel knows the load generator.</summary>
    public const string GeneratorProcess = "wardwatch-simul";

    /// <summary>This program, which can also be a server with a planted fault.</summary>
    public const string BenchName = "wardwatch-bench";

    private const int FirstPort = 12_000;
    private const int Ports = 20_000;

    private static readonly Lock LogGate = new();

    private static int _ports = Environment.ProcessId * 97; // programs that run at the same time begin at different ones

    // They are built with this program, and lie beside it.
    public static string Server => Beside(ServerName);

    public static string Generator => Beside(GeneratorName);

    public static string Bench => Beside(BenchName);

    /// <summary>
    /// A port that nobody listens on at this moment, and that no outgoing connection gets by chance before it is listened on: from below those that the
    /// system gives out, and each only once.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = FirstPort + (int)((uint)Interlocked.Increment(ref _ports) % Ports);
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Another program has it.
            }
        }
    }

    /// <summary>A folder of our own that other users may pass through, since PostgreSQL runs as another user where we are root.</summary>
    public static string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("wardwatch-bench-");
        if (!OperatingSystem.IsWindows())
            folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return folder.FullName;
    }

    /// <summary>Adds what a server writes to the file that <c>WARDWATCH_BENCH_LOG</c> names, where it does.</summary>
    public static void Log(string line)
    {
        if (Environment.GetEnvironmentVariable("WARDWATCH_BENCH_LOG") is not { Length: > 0 } file) return;
        lock (LogGate) File.AppendAllText(file, line + "\n");
    }

    private static string Beside(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, name);
        return File.Exists(path) ? path : throw new BenchmarkException($"{path} is missing. Build with: dotnet build -c Release bench/Wardwatch.Benchmarks");
    }
}
