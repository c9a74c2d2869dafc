using System.CommandLine;
using Spectre.Console;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Live;

/// <summary><c>bench live</c>: how long a reading takes to a screen, and a tick of a ward until it is stored.</summary>
internal static class LiveVerb
{
    private const int TickPatients = 15;
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(200);

    private static readonly Option<double> Rate = new("--rate") { Description = "Readings per second", DefaultValueFactory = _ => 1_000 };
    private static readonly Option<int> Patients = new("--patients") { Description = "Patients among whom they are spread", DefaultValueFactory = _ => 100 };
    private static readonly Option<int> Screens = new("--screens") { Description = "Screens that listen", DefaultValueFactory = _ => 1 };
    private static readonly Option<bool> PerWard = new("--per-ward") { Description = "Each screen watches one ward of up to 32 beds (default: each watches the whole hospital)" };
    private static readonly Option<int> DeadReaders = new("--dead-readers") { Description = "Measure once more with so many screens of the whole hospital that never read" };
    private static readonly Option<double> Seconds = new("--seconds") { Description = "Seconds of measurement", DefaultValueFactory = _ => 10 };
    private static readonly Option<double> Warmup = new("--warmup") { Description = "Seconds before, while the run-time compiles", DefaultValueFactory = _ => 5 };
    private static readonly Option<int> Ticks = new("--ticks") { Description = "Ticks of fifteen patients", DefaultValueFactory = _ => 100 };

    public static Command Create(Option<bool> json)
    {
        var command = new Command("live", "From a device's publish to the frame on a screen; and a tick of fifteen patients until all is stored") { Rate, Patients, Screens, PerWard, DeadReaders, Seconds, Warmup, Ticks };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, new Report(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var (rate, ticks) = (parsed.GetValue(Rate), parsed.GetValue(Ticks));
        var patients = Math.Max(TickPatients, parsed.GetValue(Patients));
        var audience = new LiveAudience(Math.Clamp(parsed.GetValue(Screens), 1, 4_000), parsed.GetValue(PerWard), DeadReaders: 0);
        List<LiveAudience> audiences = [audience];
        if (parsed.GetValue(DeadReaders) is > 0 and var dead) audiences.Add(audience with { DeadReaders = dead });
        var (seconds, warmup) = (TimeSpan.FromSeconds(parsed.GetValue(Seconds)), TimeSpan.FromSeconds(parsed.GetValue(Warmup)));
        await using var hospital = await report.DoAsync($"Starting a hospital of {patients:N0} patients", () => HospitalUnderTest.StartAsync(patients, cancellation));
        var publishers = await report.DoAsync("Connecting devices", () => Publisher.ConnectAsync(hospital, patients, cancellation));
        try
        {
            var benchmark = new LiveBenchmark(hospital, publishers);
            List<FramesResult> runs = [];
            foreach (var listening in audiences)
            {
                var what = $"{rate:N0} readings/s to {listening.Screens:N0} screens" + (listening.DeadReaders > 0 ? $", {listening.DeadReaders:N0} others never read" : "");
                runs.Add(await report.DoAsync(what, () => benchmark.FramesAsync(listening, rate, warmup, seconds, cancellation)));
            }

            var tick = await report.DoAsync($"{ticks:N0} ticks of {TickPatients} patients", () => benchmark.TicksAsync(TickPatients, ticks, TickInterval, cancellation));
            var result = new LiveResult(runs, TickPatients, tick);
            report.Result(Table(result), result);
            return runs.TrueForAll(run => run.Frames.Count > 0) ? 0 : 1;
        }
        finally
        {
            foreach (var publisher in publishers) await publisher.DisposeAsync();
        }
    }

    private static Table Table(LiveResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("").AddColumn(new TableColumn("Count").RightAligned());
        foreach (var heading in new[] { "p50 ms", "p99 ms", "Max ms" }) table.AddColumn(new TableColumn(heading).RightAligned());
        void Row(string name, Distribution d) => table.AddRow(Markup.Escape(name), $"{d.Count:N0}", Report.Number(d.P50), Report.Number(d.P99), Report.Number(d.Max));
        foreach (var run in result.Runs)
        {
            var others = run.DeadReaders == 0 ? "" : $"; {run.DeadReaders:N0} others never read, {run.Cut:N0} of them cut off";
            Row($"Publish → WebSocket frame, {run.ReadingsPerSecond:N0} readings/s, {run.Screens:N0} screens ({run.WithoutFrame:N0} joined with a newer one; server {Report.Number(run.ServerMicroseconds)} µs a reading, heap {Report.Number(run.ManagedMegabytes)} MB{others})", run.Frames);
        }

        Row($"Tick of {result.TickPatients} patients → all stored and acknowledged", result.Tick);
        return table;
    }
}
