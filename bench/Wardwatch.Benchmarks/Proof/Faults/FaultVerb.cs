using System.Diagnostics;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Server.Platform.Processes;

namespace Wardwatch.Benchmarks.Proof.Faults;

/// <summary>Runs <c>prove --faults</c> in a mount namespace of its own where that is possible, so that the small disk is nobody else's and goes with it.</summary>
internal static class FaultVerb
{
    private const string Marker = "WARDWATCH_PROOF_NAMESPACE";

    /// <summary>True in the inner program.</summary>
    public static bool HasOwnNamespace => Environment.GetEnvironmentVariable(Marker) is not null;

    /// <summary>Runs this program again with the same arguments in a new namespace; null where there is none to be had, and the caller goes on itself.</summary>
    public static async Task<int?> RunInNamespaceAsync(string[] arguments, CancellationToken cancellation)
    {
        if (HasOwnNamespace || !Environment.IsPrivilegedProcess || ExecutableFinder.OnPath("unshare") is not { } unshare) return null;
        var probe = await ShortCommand.RunAsync([unshare, "--mount", "--propagation", "private", "true"], cancellation);
        if (probe.ExitCode != 0) return null;
        var start = new ProcessStartInfo(unshare, ["--mount", "--propagation", "private", Programs.Bench, .. arguments]) { UseShellExecute = false };
        start.Environment[Marker] = "1";
        using var process = Process.Start(start)!;
        await using var stop = cancellation.Register(() => Signals.TrySend(process.Id, Signals.Terminate));
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }
}
