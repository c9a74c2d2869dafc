using System.CommandLine;
using System.Globalization;
using Wardwatch.Benchmarks.Relay;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Ingest;

/// <summary><c>bench ingest</c>: readings per second, stored and acknowledged, and what they cost; beside it what a broker does that stores nothing.</summary>
internal static class IngestVerb
{
    private const double NoisyShare = 0.05;
    private static readonly LoadShape[] DefaultShapes = [new(100, 20), new(1_000, 1)];

    private static readonly Option<int?> Connections = new("--connections") { Description = "Connections (with --in-flight: this one shape; default: 100 × 20, then 1,000 × 1)" };
    private static readonly Option<int?> InFlight = new("--in-flight") { Description = "Unacknowledged messages per connection, at most" };
    private static readonly Option<double> Seconds = new("--seconds") { Description = "Seconds of measurement per run", DefaultValueFactory = _ => 10 };
    private static readonly Option<double> Warmup = new("--warmup") { Description = "Seconds before, while the run-time compiles", DefaultValueFactory = _ => 20 };
    private static readonly Option<int?> Patients = new("--patients") { Description = "Patients, each with a device (default: as many as connections)" };
    private static readonly Option<double> Rate = new("--rate") { Description = "Messages per second in all (default: as fast as acknowledged)" };
    private static readonly Option<int> Repeat = new("--repeat") { Description = "Runs of each shape; the median by rate is shown", DefaultValueFactory = _ => 1 };
    private static readonly Option<bool> NoRelay = new("--no-mosquitto") { Description = "Do not measure Mosquitto's relay beside it" };
    private static readonly Option<bool> OnlyRelay = new("--only-mosquitto") { Description = "Measure Mosquitto's relay alone" };

    public static Command Create(Option<bool> json)
    {
        var command = new Command("ingest", "Readings per second from many devices: stored, acknowledged and checked against the database; and Mosquitto's relay beside it, where installed")
        {
            Connections, InFlight, Seconds, Warmup, Patients, Rate, Repeat, NoRelay, OnlyRelay,
        };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, new Report(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var plans = Plans(parsed);
        var repeat = Math.Clamp(parsed.GetValue(Repeat), 1, 100);
        var mosquitto = parsed.GetValue(NoRelay) ? null : MosquittoBroker.FindProgram();
        if (mosquitto is null && !parsed.GetValue(NoRelay)) report.Note("Mosquitto is not installed: its relay is not measured.");

        List<IngestResult> results = [];
        if (mosquitto is not null)
        {
            foreach (var plan in plans.SelectMany(plan => new[] { plan with { Plain = true }, plan }))
                results.Add(await MedianAsync(report, plan, repeat, "Mosquitto", () => RelayBenchmark.RunAsync(mosquitto, plan, cancellation)));
        }

        if (!parsed.GetValue(OnlyRelay))
        {
            var patients = Math.Max(parsed.GetValue(Patients) ?? 0, plans.Max(plan => plan.Shape.Connections));
            await using var hospital = await report.DoAsync($"Starting a hospital of {patients:N0} patients", () => HospitalUnderTest.StartAsync(patients, cancellation));
            var benchmark = new IngestBenchmark(hospital);
            List<IngestResult> ours = [];
            foreach (var plan in plans)
                ours.Add(WithRatio(await MedianAsync(report, plan, repeat, "Wardwatch", () => benchmark.RunAsync(plan, cancellation)), results));
            results.InsertRange(0, ours);
        }

        report.Result(IngestTable.Create(results), results);
        if (results.Exists(result => result.Cost.OthersShare > NoisyShare))
            report.Note("Other programs were busy on this machine while it was measured: compare processor time per message, not rates and times.");
        return results.Exists(result => result.Fault is not null) ? 1 : 0;
    }

    private static List<LoadPlan> Plans(ParseResult parsed)
    {
        var (connections, inFlight) = (parsed.GetValue(Connections), parsed.GetValue(InFlight));
        var shapes = connections is null && inFlight is null ? DefaultShapes : [new LoadShape(connections ?? DefaultShapes[0].Connections, inFlight ?? 1)];
        if (shapes.Any(shape => shape.Connections is < 1 or > 10_000 || shape.InFlight is < 1 or > 1_000)) throw new BenchmarkException("Connections are from 1 to 10,000, messages in flight from 1 to 1,000.");
        var (seconds, warmup, rate) = (parsed.GetValue(Seconds), parsed.GetValue(Warmup), parsed.GetValue(Rate));
        if (seconds is < 0.5 or > 36_000 || warmup is < 0 or > 3_600 || rate is < 0 or > 10_000_000) throw new BenchmarkException("Seconds are from 0.5 to 36,000, of warm-up from 0 to 3,600; the rate is from 0 to 10,000,000.");
        return [.. shapes.Select(shape => new LoadPlan(shape, rate, seconds, warmup))];
    }

    // The median is a run that took place, so that its figures belong together; a fault of any run is kept.
    private static async Task<IngestResult> MedianAsync(Report report, LoadPlan plan, int repeat, string system, Func<Task<IngestResult>> run)
    {
        List<IngestResult> runs = [];
        for (var i = 1; i <= repeat; i++)
        {
            var which = repeat > 1 ? string.Create(CultureInfo.InvariantCulture, $" ({i} of {repeat})") : "";
            runs.Add(await report.DoAsync($"{system}, {(plan.Plain ? "TCP" : "TLS")}, {plan.Shape}{which}", run));
        }

        runs.Sort((a, b) => a.RatePerSecond.CompareTo(b.RatePerSecond));
        return runs[(runs.Count - 1) / 2] with { Fault = runs.Find(result => result.Fault is not null)?.Fault };
    }

    private static IngestResult WithRatio(IngestResult ours, List<IngestResult> relays) =>
        relays.Find(relay => relay.Shape == ours.Shape && relay.Transport == ours.Transport) is { RatePerSecond: > 0 } relay
            ? ours with { RatioToRelay = ours.RatePerSecond / relay.RatePerSecond }
            : ours;
}
