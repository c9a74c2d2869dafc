using Wardwatch.Benchmarks.Stage;
using Wardwatch.Server.Platform.Processes;

namespace Wardwatch.Benchmarks.Proof.Order;

/// <summary>One strace on the running server and every process of its PostgreSQL, and on those that they start meanwhile.</summary>
internal sealed class Strace : IAsyncDisposable
{
    private static readonly TimeSpan AttachWithin = TimeSpan.FromSeconds(30);

    private readonly WatchedProcess? _process;

    private Strace(WatchedProcess? process, string? refusal) => (_process, Refusal) = (process, refusal);

    /// <summary>Why there is no trace; null if there is one.</summary>
    public string? Refusal { get; }

    /// <summary>True if strace is installed.</summary>
    public static bool IsInstalled => ExecutableFinder.OnPath("strace") is not null;

    /// <summary>Attaches to server and PostgreSQL.</summary>
    public static Task<Strace> AttachAsync(HospitalUnderTest hospital, IReadOnlyList<string> options, CancellationToken cancellation)
    {
        var postmaster = PostgresProcesses.Postmaster(hospital.Data) ?? throw new BenchmarkException("The private PostgreSQL does not run.");
        return AttachAsync([hospital.ServerProcess, postmaster, .. PostgresProcesses.Children(postmaster).Keys], options, cancellation);
    }

    /// <summary>Attaches to processes.</summary>
    public static async Task<Strace> AttachAsync(IReadOnlyList<int> processes, IReadOnlyList<string> options, CancellationToken cancellation)
    {
        if (ExecutableFinder.OnPath("strace") is not { } program) return new Strace(process: null, "strace is not installed");
        var attached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var missing = processes.Count;
        string[] command = [program, "-f", .. options, .. processes.SelectMany(process => new[] { "-p", $"{process}" })];
        var strace = WatchedProcess.Start(command, "INT", new Dictionary<string, string?>(StringComparer.Ordinal), line =>
        {
            if (line.Contains(" attached", StringComparison.Ordinal) && Interlocked.Decrement(ref missing) == 0) attached.TrySetResult();
        });
        try
        {
            if (await Task.WhenAny(attached.Task, strace.Exited).WaitAsync(AttachWithin, cancellation) == attached.Task) return new Strace(strace, refusal: null);
        }
        catch (TimeoutException)
        {
            // Told below.
        }

        var refusal = $"strace cannot attach: {strace.LastLines.Split('\n').FirstOrDefault(line => !line.Contains(" attached", StringComparison.Ordinal)) ?? "it does not answer"}";
        await using var ended = new Strace(strace, refusal);
        return new Strace(process: null, refusal);
    }

    /// <summary>Detaches; what was traced goes on, and the trace is complete.</summary>
    public async Task DetachAsync()
    {
        if (_process is null) return;
        using var deadline = new CancellationTokenSource(AttachWithin);
        if (!await _process.StopAsync(deadline.Token)) throw new BenchmarkException("strace does not end.");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null) return;
        if (!_process.Exited.IsCompleted) await DetachAsync();
        _process.Dispose();
    }
}
