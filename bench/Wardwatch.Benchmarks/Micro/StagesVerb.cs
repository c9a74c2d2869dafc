using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Wardwatch.Benchmarks.Ingest;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Micro;

/// <summary><c>bench stages</c>: what each step of a reading's way costs, in the order and by the names of docs/path-of-a-reading.md.</summary>
internal static class StagesVerb
{
    private static readonly LoadShape Shape = new(100, 20);

    private static readonly Option<double> Seconds = new("--seconds") { Description = "Seconds of load on the real server, for what needs sockets and the database", DefaultValueFactory = _ => 10 };

    public static Command Create(Option<bool> json)
    {
        var command = new Command("stages", "Time and allocated bytes of a reading's way, stage by stage; what needs sockets and the database from a run of the real server") { Seconds };
        command.SetAction(async (parsed, cancellation) => FullyCompiled.Is
            ? await RunAsync(parsed.GetValue(Seconds), new Report(parsed.GetValue(json)), cancellation)
            : await FullyCompiled.RunAgainAsync(cancellation));
        return command;
    }

    private static async Task<int> RunAsync(double seconds, Report report, CancellationToken cancellation)
    {
        if (seconds is < 0.5 or > 3_600) throw new BenchmarkException("Seconds are from 0.5 to 3,600.");
        FullyCompiled.ForgetForChildren();
        var measured = await report.DoAsync("Steps in this process", () => Task.FromResult(WayStages.Measure()));
        await using var hospital = await report.DoAsync($"Starting a hospital of {Shape.Connections:N0} patients", () => HospitalUnderTest.StartAsync(Shape.Connections, cancellation));
        var plan = new LoadPlan(Shape, Rate: 0, seconds, WarmupSeconds: 5);
        var ingest = await report.DoAsync($"Load, {Shape}", () => new IngestBenchmark(hospital).RunAsync(plan, cancellation));
        var costs = Costs(measured, ingest);
        report.Result(Table(costs, ingest), new { Stages = costs, Ingest = ingest });
        if (ingest.Fault is { } fault) report.Note(fault);
        return ingest.Fault is null ? 0 : 1;
    }

    private static List<StageCost> Costs(Dictionary<string, (double Microseconds, double Bytes)> measured, IngestResult ingest)
    {
        var single = WayStage.All.Where(stage => stage.IsServers && measured.ContainsKey(stage.Steps)).Select(stage => measured[stage.Steps]).ToList();
        var server = ingest.MicrosecondsPerMessage(ingest.Cost.Server);
        StageCost Cost(WayStage stage) =>
            stage == WayStage.Rest ? new StageCost(stage.Steps, stage.Name, server - single.Sum(cost => cost.Microseconds), Math.Max(0, ingest.AllocatedPerReading - single.Sum(cost => cost.Bytes)), "under load: the server's whole less the steps below")
            : stage == WayStage.Transaction ? new StageCost(stage.Steps, stage.Name, ingest.MicrosecondsPerMessage(ingest.Cost.Database), double.NaN, "under load: PostgreSQL's processes")
            : new StageCost(stage.Steps, stage.Name, measured[stage.Steps].Microseconds, measured[stage.Steps].Bytes, "alone");
        return [.. WayStage.All.Select(Cost)];
    }

    private static Table Table(List<StageCost> costs, IngestResult ingest)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Step").AddColumn("").AddColumn(new TableColumn("µs").RightAligned()).AddColumn(new TableColumn("Bytes").RightAligned()).AddColumn("Measured");
        foreach (var cost in costs)
            table.AddRow(cost.Steps, Markup.Escape(cost.Name), Report.Number(cost.Microseconds), double.IsNaN(cost.Bytes) ? "" : cost.Bytes.ToString("0.##", CultureInfo.InvariantCulture), cost.How);
        void Sum(string name, double microseconds, string how) => table.AddRow("", name, Report.Number(microseconds), "", how);
        Sum("The server in all", ingest.MicrosecondsPerMessage(ingest.Cost.Server), $"under load: {ingest.RatePerSecond:#,0} readings/s, {Shape}");
        Sum("The server and PostgreSQL", ingest.MicrosecondsPerMessage(ingest.Cost.Server + ingest.Cost.Database), $"used by others meanwhile: {ingest.Cost.OthersShare * 100:0} %");
        return table;
    }
}
