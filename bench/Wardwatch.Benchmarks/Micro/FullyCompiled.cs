using System.Diagnostics;

namespace Wardwatch.Benchmarks.Micro;

/// <summary>
/// Runs a measurement in a process that compiles all code in full at once. The first tier boxes what later code does not, and what the last tier saves by watching
/// the code run depends on chance: without either, allocations are exact, and times are the same from run to run and no better than in service.
/// </summary>
internal static class FullyCompiled
{
    private const string Tiering = "DOTNET_TieredCompilation";

    /// <summary>Whether this process is one.</summary>
    public static bool Is => Environment.GetEnvironmentVariable(Tiering) == "0";

    /// <summary>Runs this command again in such a process, and answers its exit code.</summary>
    public static async Task<int> RunAgainAsync(CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, Environment.GetCommandLineArgs()[1..]);
        start.Environment[Tiering] = "0";
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode;
    }

    /// <summary>Undoes the setting for what this process starts: a server must not inherit what is for measuring only.</summary>
    public static void ForgetForChildren() => Environment.SetEnvironmentVariable(Tiering, null);
}
