using System.CommandLine;
using Spectre.Console;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Dashboards;

/// <summary><c>bench dashboards</c>: a thousand screens of small wards, how soon each shows a reading, and what each costs the server.</summary>
internal static class DashboardsVerb
{
    private const int BedsEach = 16;
    private const int BedsOfALargeWard = 32;
    private const int BedsOfSmallWards = 16;
    private const double LongestFrame = 250;
    private const double MostMemory = 100 * 1024;

    private static readonly Option<int> Count = new("--dashboards") { Description = "How many dashboards", DefaultValueFactory = _ => 1_000 };
    private static readonly Option<int> Wards = new("--wards") { Description = "Wards of 16 patients among which they are spread", DefaultValueFactory = _ => 16 };
    private static readonly Option<int> Seconds = new("--seconds") { Description = "Seconds of measurement, each way", DefaultValueFactory = _ => 20 };
    private static readonly Option<int> Warmup = new("--warmup") { Description = "Seconds before, while the run-time compiles", DefaultValueFactory = _ => 10 };

    public static Command Create(Option<bool> json)
    {
        var command = new Command(
            "dashboards", "A thousand dashboards, each of a ward of 16 patients at a reading a second, over the WebSocket and over the hub; fails where 99 % take more than 250 ms from publish to frame, or one takes 100 KB of memory")
        {
            Count, Wards, Seconds, Warmup,
        };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, new Report(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var (count, wards) = (Math.Clamp(parsed.GetValue(Count), 1, 10_000), Math.Clamp(parsed.GetValue(Wards), 1, 300));
        var (seconds, warmup) = (TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(Seconds), 1, 3600)), TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(Warmup), 1, 600)));
        List<DashboardsRun> runs = [];
        foreach (var isHub in new[] { false, true }) runs.Add(await RunAsync(count, wards, isHub, warmup, seconds, report, cancellation));
        report.Result(Table(runs), runs);
        return runs.TrueForAll(run => run.Dashboards == count && run.Frames.Requests > 0 && run.Frames.P99 <= LongestFrame && run.HeapPerDashboard <= MostMemory && run.WorkingSetPerDashboard <= MostMemory) ? 0 : 1;
    }

    private static async Task<DashboardsRun> RunAsync(int count, int wards, bool isHub, TimeSpan warmup, TimeSpan seconds, Report report, CancellationToken cancellation)
    {
        var way = isHub ? "/hubs/ward" : "/ws/vitals";

        // One account plays every screen, and signs in for all of them at once.
        var limits = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Wardwatch__Limits__StaffPerMinute"] = "1000000",
            ["Wardwatch__Limits__StaffBurst"] = "1000000",
            ["Wardwatch__Limits__MaxConnectionsPerAddress"] = "20000",
            ["Wardwatch__Limits__MaxConnections"] = "20000",
            ["Wardwatch__Live__MaxSubscribers"] = "20000",
        };
        var plan = new HospitalPlan(BedsOfSmallWards + (wards * BedsOfALargeWard)) { Settings = limits };
        await using var hospital = await report.DoAsync("Starting a hospital", () => HospitalUnderTest.StartAsync(plan, cancellation));
        var publishers = await report.DoAsync("Connecting devices", () => ConnectAsync(hospital, wards, cancellation));
        try
        {
            await using var benchmark = new DashboardsBenchmark(hospital, publishers);
            return await report.DoAsync($"{count:N0} dashboards on {way}", () => benchmark.RunAsync(count, isHub, warmup, seconds, cancellation));
        }
        finally
        {
            foreach (var publisher in publishers.SelectMany(ward => ward)) await publisher.DisposeAsync();
        }
    }

    // Sixteen of each ward that has as many.
    private static async Task<List<IReadOnlyList<Publisher>>> ConnectAsync(HospitalUnderTest hospital, int wards, CancellationToken cancellation)
    {
        var chosen = hospital.Devices().GroupBy(device => device.Topic.Split('/')[3]).Where(ward => ward.Count() == BedsOfALargeWard).Take(wards);
        List<IReadOnlyList<Publisher>> all = [];
        foreach (var ward in chosen)
        {
            List<Publisher> publishers = [];
            foreach (var device in ward.Take(BedsEach)) publishers.Add(await Publisher.ConnectAsync(hospital, device, cancellation));
            all.Add(publishers);
        }

        return all;
    }

    private static Table Table(List<DashboardsRun> runs)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("");
        foreach (var run in runs) table.AddColumn(new TableColumn(run.Path).RightAligned());
        void Row(string name, Func<DashboardsRun, string> value) => table.AddRow([Markup.Escape(name), .. runs.Select(value)]);
        string Megabytes(MemorySample memory) => $"{memory.LiveHeapBytes / 1e6:0.0} / {memory.WorkingSetBytes / 1e6:0}";
        Row("dashboards, connected to the end", run => $"{run.Dashboards:N0}");
        Row("frames/s (bytes each)", run => $"{run.FramesPerSecond:N0} ({run.BytesPerFrame:N0})");
        Row("publish → frame, p50 / p95, ms", run => $"{Report.Number(run.Frames.P50)} / {Report.Number(run.Frames.P95)}");
        Row("p99 / longest, ms", run => $"{Report.Number(run.Frames.P99)} / {Report.Number(run.Frames.Longest)}");
        Row("readings joined with a newer one", run => $"{run.WithoutFrame:N0}");
        Row("live heap / working set without dashboards, MB", run => Megabytes(run.Before));
        Row("with all of them, no readings", run => Megabytes(run.Idle));
        Row("with readings", run => Megabytes(run.Busy));
        Row("a dashboard: live heap / working set, KB", run => $"{run.HeapPerDashboard / 1024:0.0} / {run.WorkingSetPerDashboard / 1024:0.0}");
        Row("processors busy: server / devices and dashboards", run => $"{run.ServerProcessors:0.00} / {run.ClientProcessors:0.00}");
        Row("used by others", run => $"{run.OthersShare:P0}");
        table.Caption($"Wanted: p99 of at most {LongestFrame:0} ms, and at most 100 KB a dashboard, of live heap and of working set at its peak.");
        return table;
    }
}
