using System.Globalization;
using System.Text.Json;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Server.Platform.Processes;

namespace Wardwatch.Benchmarks.Ingest;

/// <summary>What one run of the load generator reported.</summary>
internal sealed record GeneratorReport(
    double Seconds, long Acknowledged, double AcknowledgedPerSecond, long SentInAll, long AcknowledgedInAll, long Unanswered, long ConnectionsLost, double P50, double P99, string Refused);

/// <summary>One run of the load generator, as a process of its own, and what the processes used while it measured.</summary>
internal static class GeneratorRun
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    // The generator shares the processors with what it measures. These settings of the run-time make it lighter, and are wrong for a server: answers are handled on
    // the thread that waits for the sockets, idle threads do not spin, and code is optimised without first being watched.
    private static readonly Dictionary<string, string?> LightRuntime = new(StringComparer.Ordinal)
    {
        ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1",
        ["DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0",
        ["DOTNET_TieredPGO"] = "0",
    };

    /// <summary>Runs the generator and calls <paramref name="atPhase"/> when the measured time begins (true) and ends (false).</summary>
    /// <param name="plan">The load.</param>
    /// <param name="data">The folder with keys and authority.</param>
    /// <param name="port">Where to.</param>
    /// <param name="atPhase">Takes numbers; called on a thread of its own.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BenchmarkException">The generator failed.</exception>
    public static async Task<GeneratorReport> RunAsync(LoadPlan plan, string data, int port, Action<bool> atPhase, CancellationToken cancellation)
    {
        var report = new TaskCompletionSource<GeneratorReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var process = WatchedProcess.Start(Command(plan, data, port), "TERM", LightRuntime, line =>
        {
            if (line.Length > 0 && line[0] == '{') Take(line, atPhase, report);
        });
        var patience = TimeSpan.FromSeconds(plan.Seconds + plan.WarmupSeconds) + Grace;
        try
        {
            var code = await process.Exited.WaitAsync(patience, cancellation);
            // The end of the process may be seen before its last line.
            if (code == 0) return await report.Task.WaitAsync(TimeSpan.FromSeconds(5), cancellation);
            throw new BenchmarkException($"The load generator ended with code {code}:\n{process.LastLines}");
        }
        catch (TimeoutException late)
        {
            throw new BenchmarkException($"The load generator did not end in time:\n{process.LastLines}", late);
        }
        finally
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await process.StopAsync(deadline.Token);
        }
    }

    private static List<string> Command(LoadPlan plan, string data, int port)
    {
        List<string> command =
        [
            Programs.Generator, "--json", "--data", data, "--port", Text(port), "--devices", "all", "--load", Text(plan.Rate), "--connections", Text(plan.Shape.Connections),
            "--in-flight", Text(plan.Shape.InFlight), "--seconds", Text(plan.Seconds), "--warmup", Text(plan.WarmupSeconds),
        ];
        if (plan.Plain) command.Add("--plain");
        return command;
    }

    private static void Take(string line, Action<bool> atPhase, TaskCompletionSource<GeneratorReport> report)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        switch (root.GetProperty("type").GetString())
        {
            case "phase":
                atPhase(root.GetProperty("name").GetString() == "measuring");
                break;
            case "load":
                var latency = root.GetProperty("latencyMs");
                report.TrySetResult(new GeneratorReport(
                    root.GetProperty("seconds").GetDouble(), root.GetProperty("acknowledged").GetInt64(), root.GetProperty("acknowledgedPerSecond").GetDouble(),
                    root.GetProperty("sentInAll").GetInt64(), root.GetProperty("acknowledgedInAll").GetInt64(), root.GetProperty("unanswered").GetInt64(),
                    root.GetProperty("connectionsLost").GetInt64(), latency.GetProperty("p50").GetDouble(), latency.GetProperty("p99").GetDouble(),
                    root.GetProperty("refused").GetRawText()));
                break;
        }
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
