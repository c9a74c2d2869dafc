using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Wardwatch.Benchmarks.Events;
using Wardwatch.Benchmarks.Ingest;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Cluster;

/// <summary>What three nodes did.</summary>
/// <param name="AcknowledgedPerSecond">Readings that devices got a PUBACK for, after the broker's confirm.</param>
/// <param name="StoredPerSecond">Readings committed meanwhile.</param>
/// <param name="AllStoredSeconds">From the load's end until all of it was stored.</param>
/// <param name="P50">Milliseconds from PUBLISH to PUBACK, half of them.</param>
/// <param name="P99">The same, all but one in a hundred.</param>
/// <param name="EnvelopesPerMessage">What went together to a partition.</param>
/// <param name="ConfirmMilliseconds">From sending a message to the broker's confirm, on average.</param>
/// <param name="ReadingsPerCommit">What went together into a transaction.</param>
/// <param name="CommitMilliseconds">A transaction, on average.</param>
internal sealed record ClusterResult(
    double AcknowledgedPerSecond, double StoredPerSecond, double AllStoredSeconds, double P50, double P99, double EnvelopesPerMessage, double ConfirmMilliseconds, double ReadingsPerCommit, double CommitMilliseconds);

/// <summary><c>bench cluster</c>: readings a second through a gateway, RabbitMQ and two monitors.</summary>
internal static class ClusterVerb
{
    private const int Wanted = 15_000;
    private static readonly TimeSpan StoredWithin = TimeSpan.FromMinutes(3);
    private static readonly Option<double> Seconds = new("--seconds") { Description = "Of measurement, 2 to 600", DefaultValueFactory = _ => 20 };
    private static readonly Option<int> Connections = new("--connections") { Description = "Devices, 1 to 2,000", DefaultValueFactory = _ => 100 };
    private static readonly Option<int> InFlight = new("--in-flight") { Description = "Unacknowledged readings of each", DefaultValueFactory = _ => 50 };

    public static Command Create(Option<bool> json)
    {
        var command = new Command("cluster", "Readings a second through a gateway, RabbitMQ, two monitors and PostgreSQL, all on this machine; fails below 15,000") { Seconds, Connections, InFlight };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, new Report(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        if (!RabbitBroker.IsInstalled) throw new BenchmarkException("RabbitMQ is not installed (package rabbitmq-server).");
        var (seconds, connections) = (Math.Clamp(parsed.GetValue(Seconds), 2, 600), Math.Clamp(parsed.GetValue(Connections), 1, 2_000));
        await using var cluster = await report.DoAsync("Starting a broker, a database and three nodes", async () =>
        {
            var started = await ClusterUnderTest.StartAsync(connections, new Dictionary<string, string?>(StringComparer.Ordinal), cancellation);
            foreach (var role in new[] { "gateway", "monitor", "monitor" }) await started.StartNodeAsync(role, cancellation);
            return started;
        });
        var plan = new LoadPlan(new LoadShape(connections, Math.Clamp(parsed.GetValue(InFlight), 1, 1000)), Rate: 0, seconds, WarmupSeconds: 8);
        var result = await report.DoAsync("Load", () => MeasureAsync(cluster, plan, cancellation));
        report.Result(TableOf(result), result);
        return Math.Min(result.AcknowledgedPerSecond, result.StoredPerSecond) >= Wanted ? 0 : 1;
    }

    private static async Task<ClusterResult> MeasureAsync(ClusterUnderTest cluster, LoadPlan plan, CancellationToken cancellation)
    {
        var (gateway, monitors) = (cluster.Nodes[0], cluster.Nodes.Skip(1).ToArray());
        var snapshots = new List<(MetricsSnapshot Gateway, MetricsSnapshot[] Monitors)>();
        async Task<(MetricsSnapshot, MetricsSnapshot[])> LookAsync() => (await gateway.MetricsAsync(cancellation), await Task.WhenAll(monitors.Select(monitor => monitor.MetricsAsync(cancellation))));
        var load = await GeneratorRun.RunAsync(plan, cluster.Hospital.Data, gateway.MqttPort, _ => snapshots.Add(LookAsync().GetAwaiter().GetResult()), cancellation);
        var began = TimeProvider.System.GetTimestamp();
        while (await cluster.Hospital.CountReadingsAsync(cancellation) < load.AcknowledgedInAll)
        {
            if (TimeProvider.System.GetElapsedTime(began) > StoredWithin) throw new BenchmarkException("Not everything that was acknowledged is stored.");
            await Task.Delay(100, cancellation);
        }

        var (before, after) = (snapshots[0], snapshots[1]);
        double Gateway(string name) => after.Gateway[name] - before.Gateway[name];
        double Monitors(string name) => after.Monitors.Zip(before.Monitors).Sum(pair => pair.First[name] - pair.Second[name]);
        return new(
            load.AcknowledgedPerSecond, Monitors("wardwatch_readings_stored_total") / load.Seconds, TimeProvider.System.GetElapsedTime(began).TotalSeconds, load.P50, load.P99,
            Gateway("wardwatch_cluster_envelopes_sent_total") / Gateway("wardwatch_cluster_messages_sent_total"),
            1000 * Gateway("wardwatch_cluster_confirm_duration_seconds_sum") / Gateway("wardwatch_cluster_confirm_duration_seconds_count"),
            Monitors("wardwatch_readings_stored_total") / Monitors("wardwatch_history_commits_total"),
            1000 * Monitors("wardwatch_history_commit_duration_seconds_sum") / Monitors("wardwatch_history_commit_duration_seconds_count"));
    }

    private static Table TableOf(ClusterResult result)
    {
        var table = new Table().AddColumns("Stage", "");
        void Row(string stage, double value, string unit) => table.AddRow(stage, string.Create(CultureInfo.InvariantCulture, $"{value:#,0.##} {unit}"));
        Row("acknowledged to devices", result.AcknowledgedPerSecond, "readings/s");
        Row("stored meanwhile", result.StoredPerSecond, "readings/s");
        Row("until all was stored, after the load", result.AllStoredSeconds, "s");
        Row("PUBLISH to PUBACK, half", result.P50, "ms");
        Row("PUBLISH to PUBACK, 99 %", result.P99, "ms");
        Row("gateway to broker: in one message", result.EnvelopesPerMessage, "readings");
        Row("broker's confirm", result.ConfirmMilliseconds, "ms");
        Row("monitor to database: in one transaction", result.ReadingsPerCommit, "readings");
        Row("commit", result.CommitMilliseconds, "ms");
        return table;
    }
}
