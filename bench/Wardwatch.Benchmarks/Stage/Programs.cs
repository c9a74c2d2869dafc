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

    // They are built with this program, and lie beside it.
    public static string Server => Beside(ServerName);

    public static string Generator => Beside(GeneratorName);

    public static string Bench => Beside(BenchName);

    /// <summary>A port that nobody listens on at this moment.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A folder of our own that other users may pass through, since PostgreSQL runs as another user where we are root.</summary>
    public static string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("wardwatch-bench-");
        if (!OperatingSystem.IsWindows())
            folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return folder.FullName;
    }

    private static string Beside(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, name);
        return File.Exists(path) ? path : throw new BenchmarkException($"{path} is missing. Build with: dotnet build -c Release bench/Wardwatch.Benchmarks");
    }
}
