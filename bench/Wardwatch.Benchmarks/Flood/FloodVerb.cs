using System.CommandLine;
using Spectre.Console;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Flood;

/// <summary><c>bench flood</c>: what clients that mean no good cost the server, and what a device notices of them.</summary>
internal static class FloodVerb
{
    private static readonly Option<int> Connections = new("--connections") { Description = "Connections that never speak", DefaultValueFactory = _ => 10_000 };
    private static readonly Option<int> Devices = new("--devices") { Description = "Devices behind one address", DefaultValueFactory = _ => 1_000 };
    private static readonly Option<double> Seconds = new("--seconds") { Description = "Seconds of one device's flood of readings", DefaultValueFactory = _ => 10 };

    public static Command Create(Option<bool> json)
    {
        var command = new Command("flood", "Floods of connections, of slow ones, of readings: what is refused, what they cost in memory, and how long a healthy device waits meanwhile") { Connections, Devices, Seconds };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, new Report(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var (connections, devices, seconds) = (parsed.GetValue(Connections), parsed.GetValue(Devices), parsed.GetValue(Seconds));
        if (connections is < 10 or > 15_000 || devices is < 1 or > 10_000 || seconds is < 1 or > 600)
            throw new BenchmarkException("Connections are from 10 to 15,000, devices from 1 to 10,000, seconds from 1 to 600.");

        await using var hospital = await report.DoAsync($"Starting a hospital of {devices + 1:N0} patients", () => HospitalUnderTest.StartAsync(devices + 1, cancellation));
        await using var healthy = new HealthyDevice(await Publisher.ConnectAsync(hospital, hospital.Devices()[0], cancellation));
        healthy.Start();
        var benchmark = new FloodBenchmark(hospital, healthy);
        List<FloodResult> results = [];
        async Task Run(string what, Func<Task<FloodResult>> flood) => results.Add(await report.DoAsync(what, flood));
        await Run("Warming up", () => benchmark.QuietAsync(cancellation));
        results.Clear();
        await Run("Nothing", () => benchmark.QuietAsync(cancellation));
        await Run("Silent connections from one address", () => benchmark.SilentAsync(connections, 1, halfOpenTls: false, cancellation));
        await Run("Silent connections from many addresses", () => benchmark.SilentAsync(connections, 100, halfOpenTls: false, cancellation));
        await Run("Half-open TLS", () => benchmark.SilentAsync(connections / 10, 10, halfOpenTls: true, cancellation));
        await Run("Slow CONNECTs", () => benchmark.SlowConnectAsync(Math.Min(200, connections), cancellation));
        await Run("Devices behind one address", () => benchmark.DevicesAsync(devices, cancellation));
        await Run("One device's flood", () => benchmark.LoudAsync(TimeSpan.FromSeconds(seconds), cancellation));
        await Run("Devices that never read", () => benchmark.DeafAsync(Math.Min(20, devices), cancellation));
        await Run("Nothing, afterwards", () => benchmark.QuietAsync(cancellation));
        results[^1] = results[^1] with { Flood = "nothing, afterwards" };
        report.Result(Table(results), results);
        return results.Exists(result => result.Fault is not null) ? 1 : 0;
    }

    private static Table Table(List<FloodResult> results)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("");
        foreach (var heading in new[] { "Opened", "Refused", "Took too\nlong", "Slowed\ndown", "Memory, MB\nbefore → peak", "Heap, MB\nbefore → peak", "Healthy device:\nacknowledged", "p50 ms", "p99 ms", "Max ms" })
            table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var result in results)
        {
            table.AddRow(
                Markup.Escape(result.Flood + (result.Fault is { } fault ? $"\n{fault}" : "")), $"{result.Opened:N0}", $"{result.Refused:N0}", $"{result.TookTooLong:N0}", $"{result.Slowdowns:N0}",
                $"{result.BytesBefore / 1e6:0} → {result.BytesPeak / 1e6:0}", $"{result.HeapBefore / 1e6:0} → {result.HeapPeak / 1e6:0}",
                $"{result.Healthy.Count:N0}", Report.Number(result.Healthy.P50), Report.Number(result.Healthy.P99), Report.Number(result.Healthy.Max));
        }

        return table;
    }
}
