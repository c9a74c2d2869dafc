using System.CommandLine;
using Spectre.Console;
using Wardwatch.Benchmarks.Ingest;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Bedside;

/// <summary>What <c>bench storm</c> measured; times in milliseconds.</summary>
/// <param name="PerSecond">Alerts that were raised a second.</param>
/// <param name="Raised">How many in all.</param>
/// <param name="Stored">How many rows there are of them.</param>
/// <param name="WithoutIncident">How many of these belong to no incident.</param>
/// <param name="Incidents">How many incidents they became.</param>
/// <param name="CaughtUpSeconds">After the last alert, until all of them belonged to one.</param>
/// <param name="High">From the reading of the first alert of high priority of a patient to its notification on the nurse's screen.</param>
/// <param name="Medium">The same of medium priority.</param>
/// <param name="Missing">Deliveries that did not come.</param>
/// <param name="Board">GET of the incident board meanwhile.</param>
/// <param name="Dashboard">GET of the dashboard's data meanwhile.</param>
/// <param name="FailedRequests">Those of both that were not answered as they should be.</param>
/// <param name="ScreensCut">Live connections that ended.</param>
/// <param name="LatestSendMilliseconds">How late this program itself was at most with sending.</param>
/// <param name="Cost">Processor time meanwhile, until it was caught up.</param>
/// <param name="LoadAverage">How busy the machine was before.</param>
internal sealed record StormResult(
    double PerSecond, int Raised, long Stored, long WithoutIncident, long Incidents, double CaughtUpSeconds, Distribution High, Distribution Medium, int Missing, Durations Board, Durations Dashboard,
    int FailedRequests, int ScreensCut, double LatestSendMilliseconds, Cost Cost, string LoadAverage);

/// <summary><c>bench storm</c>: a thousand alerts a second for a minute.</summary>
internal static class StormVerb
{
    private const double Wanted = 2_000;
    private const int Nurses = 16;
    private const int Behind = 2;
    private const int AtOnce = 16;

    private static readonly Option<double> Rate = new("--rate") { Description = "Alerts a second", DefaultValueFactory = _ => 1_000 };
    private static readonly Option<int> Seconds = new("--seconds") { Description = "For how long", DefaultValueFactory = _ => 60 };
    private static readonly Option<int> Each = new("--each") { Description = "Alerts of each patient, medium and high in turn, which become one incident", DefaultValueFactory = _ => 12 };

    private static readonly Option<int> Warmup = new("--warmup") { Description = "Seconds of the same before, of other patients, while the run-time compiles", DefaultValueFactory = _ => 10 };

    public static Command Create(Option<bool> json)
    {
        var command = new Command(
            "storm", "A thousand alerts a second for a minute; fails where one is not stored or belongs to no incident, one of high priority is on the nurse's screen later than 2 s, or the board does not answer") { Rate, Seconds, Each, Warmup };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, new Report(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var (rate, seconds) = (Math.Clamp(parsed.GetValue(Rate), 1, 10_000), Math.Clamp(parsed.GetValue(Seconds), 1, 600));
        var plan = StormPlan.Of(rate, seconds, Math.Clamp(parsed.GetValue(Each), 2, 1_000), Math.Clamp(parsed.GetValue(Warmup), 0, 600));
        var load = BedsideSettings.LoadAverage();
        await using var hospital = await report.DoAsync($"Starting a hospital of {plan.Patients:N0} patients", () => HospitalUnderTest.StartAsync(new HospitalPlan(plan.Patients) { Settings = BedsideSettings.Limits }, cancellation));
        using var administrator = await hospital.OpenClientAsync("administrator", cancellation);
        var wards = await DutyNurses.WardsAsync(administrator, cancellation);
        using var nurses = await report.DoAsync("Putting nurses on duty", () => DutyNurses.PutOnDutyAsync(hospital.HttpAddress, administrator, wards, Nurses, Behind, cancellation));
        var deliveries = new StormDeliveries();
        List<NurseScreen> screens = [];
        var publishers = new Publisher[plan.Patients];
        try
        {
            foreach (var nurse in nurses.All) screens.Add(await NurseScreen.OpenAsync(hospital.HttpAddress, nurse.Token, deliveries.Take, cancellation));
            await report.DoAsync($"Connecting {plan.Patients:N0} devices", () => Parallel.ForEachAsync(
                hospital.Devices().Take(plan.Patients).Index(), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
                async (device, stop) => publishers[device.Index] = await Publisher.ConnectAsync(hospital, device.Item, stop)));
            var run = new StormRun(hospital, plan, publishers, nurses, deliveries);
            var result = await report.DoAsync($"{rate:N0} alerts/s for {seconds} s", () => run.RunAsync(cancellation));
            result = result with { ScreensCut = screens.Count(screen => !screen.IsOpen), LoadAverage = load };
            report.Result(Table(result), result);
            return result.Stored == result.Raised && result.WithoutIncident == 0 && result.Missing == 0 && result.High.Max <= Wanted && result.FailedRequests == 0 && result.ScreensCut == 0 ? 0 : 1;
        }
        finally
        {
            foreach (var screen in screens) await screen.DisposeAsync();
            foreach (var publisher in publishers.Where(publisher => publisher is not null)) await publisher.DisposeAsync();
        }
    }

    private static Table Table(StormResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("");
        foreach (var heading in new[] { "Number", "p50, ms", "p95, ms", "p99, ms", "longest, ms" }) table.AddColumn(new TableColumn(heading).RightAligned());
        void Delivered(string name, Distribution took) => table.AddRow(Markup.Escape(name), $"{took.Count:N0}", Report.Number(took.P50), "", Report.Number(took.P99), Report.Number(took.Max));
        void Asked(string name, Durations took) => table.AddRow(Markup.Escape(name), $"{took.Requests:N0}", Report.Number(took.P50), Report.Number(took.P95), Report.Number(took.P99), Report.Number(took.Longest));
        Delivered("reading → notification on the nurse's screen, high", result.High);
        Delivered("the same, medium", result.Medium);
        Asked("GET of the incident board", result.Board);
        Asked("GET of the dashboard's data", result.Dashboard);
        var cost = result.Cost;
        table.Caption(
            $"{result.Raised:N0} alerts at {result.PerSecond:N0}/s, {result.Stored:N0} stored, {result.WithoutIncident:N0} without incident, {result.Incidents:N0} incidents; caught up {result.CaughtUpSeconds:0.0} s after the last. "
            + $"Deliveries missing: {result.Missing:N0}; requests failed: {result.FailedRequests:N0}; screens cut: {result.ScreensCut}; sent {Report.Number(result.LatestSendMilliseconds)} ms late at most. "
            + $"An alert costs the server {1e6 * cost.Server / result.Raised:N0} µs, PostgreSQL {1e6 * cost.Database / result.Raised:N0} µs; used by others: {cost.OthersShare:P0}; load average before: {result.LoadAverage}. "
            + $"Wanted: high within {Wanted / 1000:0} s.");
        return table;
    }
}
