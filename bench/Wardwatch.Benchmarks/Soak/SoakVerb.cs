using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Wardwatch.Benchmarks.Ingest;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Soak;

/// <summary><c>bench soak</c>: whether the server holds the same after an hour of load as after ten minutes, and has lost nothing.</summary>
internal static class SoakVerb
{
    private static readonly Option<double> Minutes = new("--minutes") { Description = "Minutes of measurement; memory and handles are judged from 20 on", DefaultValueFactory = _ => 60 };
    private static readonly Option<double> Rate = new("--rate") { Description = "Readings per second", DefaultValueFactory = _ => 5_000 };
    private static readonly Option<int> Devices = new("--devices") { Description = "Devices, each with a patient and a connection", DefaultValueFactory = _ => 500 };
    private static readonly Option<int> InFlight = new("--in-flight") { Description = "Unacknowledged readings per device, at most", DefaultValueFactory = _ => 20 };
    private static readonly Option<string?> Samples = new("--samples") { Description = "File that keeps all samples as CSV (default: one in the folder for temporary files)" };

    public static Command Create(Option<bool> json)
    {
        var command = new Command("soak", "An hour of steady load on the real server with screens: memory, handles, threads and queues after ten minutes and at the end; every reading verified")
        {
            Minutes, Rate, Devices, InFlight, Samples,
        };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, new Report(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var (minutes, rate, devices, inFlight) = (parsed.GetValue(Minutes), parsed.GetValue(Rate), parsed.GetValue(Devices), parsed.GetValue(InFlight));
        if (minutes is < 1 or > 10_000 || rate is < 1 or > 1_000_000 || devices is < 1 or > 10_000 || inFlight is < 1 or > 1_000)
            throw new BenchmarkException("Minutes are from 1 to 10,000, the rate from 1 to 1,000,000, devices from 1 to 10,000, readings in flight from 1 to 1,000.");
        var file = Path.GetFullPath(parsed.GetValue(Samples)
            ?? Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"wardwatch-soak-{TimeProvider.System.GetUtcNow():yyyyMMdd-HHmmss}.csv")));
        var plan = new LoadPlan(new LoadShape(devices, inFlight), rate, minutes * 60, WarmupSeconds: 5);

        await using var hospital = await report.DoAsync($"Starting a hospital of {devices:N0} patients", () => HospitalUnderTest.StartAsync(devices, cancellation));
        Report.Line($"samples: {file}");
        await using var benchmark = new SoakBenchmark(hospital);
        var result = await report.DoAsync($"{rate:N0} readings/s for {minutes:0.##} minutes", () => benchmark.RunAsync(plan, file, cancellation));
        report.Result(Table(result, minutes >= SoakTrend.JudgedFromMinutes), new { result.Fault, result.Trends, result.Ingest, result.FramesByScreen, result.SamplesFile, result.Samples });
        if (minutes < SoakTrend.JudgedFromMinutes) report.Note($"Shorter than {SoakTrend.JudgedFromMinutes:0} minutes: what changed is shown (second fifth against the last) and not judged.");
        if (result.Fault is { } fault) report.Note(fault);
        return result.Fault is null ? 0 : 1;
    }

    private static Table Table(SoakResult result, bool isLong)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("");
        string[] headings = isLong ? ["After 10 minutes", "At the end", "Change"] : ["Second fifth", "Last fifth", "Change"];
        foreach (var heading in headings) table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var trend in result.Trends)
        {
            var change = double.IsFinite(trend.Change) ? string.Create(CultureInfo.InvariantCulture, $"{trend.Change * 100:+0.0;-0.0;0.0} %") : "";
            table.AddRow(trend.Name, Report.Number(trend.Early), Report.Number(trend.Late), trend.IsOver ? $"[red]OVER {change}[/]" : change);
        }

        void Row(string name, string figure) => table.AddRow(name, "", Markup.Escape(figure), "");
        Row("Readings/s, stored and acknowledged", $"{Report.Number(result.Ingest.RatePerSecond)} of {Report.Number(result.Ingest.RateWanted)}");
        Row("PUBLISH → PUBACK, p50 / p99 ms", $"{Report.Number(result.Ingest.P50)} / {Report.Number(result.Ingest.P99)}");
        Row("Frames to each screen", string.Join(" / ", result.FramesByScreen.Select(frames => frames.ToString("N0", CultureInfo.InvariantCulture))));
        Row("Used by others on this machine", string.Create(CultureInfo.InvariantCulture, $"{result.Ingest.Cost.OthersShare * 100:0} %"));
        Row("Acknowledged in all, warm-up included", result.Ingest.Acknowledged.ToString("N0", CultureInfo.InvariantCulture));
        Row("  of these verified", result.Ingest.Fault ?? result.Ingest.Verified.ToString("N0", CultureInfo.InvariantCulture));
        return table;
    }
}
