using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Spectre.Console;
using Wardwatch.Benchmarks.Ingest;
using Wardwatch.Benchmarks.Registry;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Devices.Payloads;

namespace Wardwatch.Benchmarks.Api;

/// <summary>What <c>bench api</c> measured.</summary>
/// <param name="PerSecond">Requests that were planned a second.</param>
/// <param name="Requests">How many there were.</param>
/// <param name="Errors">How many were not answered as they should be.</param>
/// <param name="Faults">What was wrong, and how often.</param>
/// <param name="Kinds">How long each kind took, in milliseconds from the planned time.</param>
/// <param name="All">The same of all together.</param>
/// <param name="LatestSendMilliseconds">How late this program itself was at most with sending; that is in the times.</param>
/// <param name="Accounts">How many people asked.</param>
/// <param name="ServerMicroseconds">Processor time of the server for each request, readings included.</param>
/// <param name="DatabaseMicroseconds">The same of PostgreSQL.</param>
/// <param name="ClientMicroseconds">The same of this program.</param>
/// <param name="OthersShare">The share of the machine that others used, 0 to 1.</param>
internal sealed record ApiResult(
    double PerSecond, int Requests, int Errors, IReadOnlyDictionary<string, int> Faults, IReadOnlyDictionary<string, Durations> Kinds, Durations All, double LatestSendMilliseconds,
    int Accounts, double ServerMicroseconds, double DatabaseMicroseconds, double ClientMicroseconds, double OthersShare);

/// <summary><c>bench api</c>: what staff ask for in a day, at a rate that does not wait for answers.</summary>
internal static class ApiVerb
{
    private const double Wanted = 200;
    private const double Goal = 30;
    private const int Beds = 15;
    private const int AtStories = 60;
    private const int Seed = 11;
    private const string StoryWard = "ward-coming";

    private static readonly TimeProvider Time = TimeProvider.System;
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(10);

    private static readonly Option<double> Rate = new("--rate") { Description = "Requests a second", DefaultValueFactory = _ => 500 };
    private static readonly Option<int> Seconds = new("--seconds") { Description = "For how long", DefaultValueFactory = _ => 30 };
    private static readonly Option<int> Warmup = new("--warmup") { Description = "Seconds at the same rate before, while the run-time compiles", DefaultValueFactory = _ => 40 };
    private static readonly Option<int> Registered = new("--registered") { Description = "Patients who are registered and lie in no bed", DefaultValueFactory = _ => 10_000 };

    public static Command Create(Option<bool> json)
    {
        var command = new Command("api", "A mix of requests over HTTPS at 500 a second, begun at fixed times, while fifteen beds send; fails where the 95th percentile is above 200 ms or a request fails")
        {
            Rate, Seconds, Warmup, Registered,
        };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, new Report(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var (rate, seconds, warmup) = (Math.Clamp(parsed.GetValue(Rate), 1, 100_000), Math.Clamp(parsed.GetValue(Seconds), 1, 3600), Math.Clamp(parsed.GetValue(Warmup), 0, 3600));
        var registered = Math.Clamp(parsed.GetValue(Registered), 100, 200_000);
        await using var hospital = await report.DoAsync("Starting a hospital", () => HospitalUnderTest.StartAsync(new HospitalPlan(Beds) { Https = true }, cancellation));
        using var administrator = await hospital.OpenClientAsync("administrator", cancellation);
        var table = new InventedTable(registered, Seed);
        await report.DoAsync($"Registering {registered:N0} patients", () => ImportAsync(administrator, table, cancellation));
        await AddWardAsync(administrator, cancellation);
        using var staff = await report.DoAsync("Making accounts and signing in", () => ApiStaff.HireAsync(hospital, administrator, ["ward-1", "ward-2"], cancellation));
        var publishers = await Publisher.ConnectAsync(hospital, Beds, cancellation);
        try
        {
            var hourFrom = MinuteOf(Time.GetUtcNow()).AddHours(-1);
            await report.DoAsync("An hour of readings", () => Task.WhenAll(publishers.Select(publisher => FillAsync(publisher, hourFrom, cancellation))));
            var mix = new ApiMix(staff, [.. publishers.Select(publisher => publisher.PatientId)], table, registered, hourFrom);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var sending = SendReadingsAsync(publishers, stop.Token);
            try
            {
                var stories = new Stories(StoryWard, AtStories);
                if (warmup > 0) await report.DoAsync($"Warming up for {warmup} s", () => AskAsync(mix, stories, rate, warmup, cancellation));
                var result = await report.DoAsync($"{rate:N0} requests/s for {seconds} s", () => MeasureAsync(mix, stories, rate, seconds, staff.Count, cancellation));
                report.Result(Table(result), result);
                foreach (var (what, times) in result.Faults.Take(10)) report.Note($"{times:N0} × {what}");
                return result.Errors == 0 && result.All.P95 <= Wanted ? 0 : 1;
            }
            finally
            {
                await stop.CancelAsync();
                await sending;
            }
        }
        finally
        {
            foreach (var publisher in publishers) await publisher.DisposeAsync();
        }
    }

    private static async Task ImportAsync(HttpClient administrator, InventedTable table, CancellationToken cancellation)
    {
        using var content = new StreamContent(table);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        using var answer = await administrator.PostAsync("/api/patients/import", content, cancellation);
        if (!answer.IsSuccessStatusCode) throw new BenchmarkException($"The import is answered with {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellation)}");
    }

    private static async Task AddWardAsync(HttpClient administrator, CancellationToken cancellation)
    {
        var beds = Enumerable.Range(1, 2 * AtStories).Select(bed => bed.ToString(CultureInfo.InvariantCulture)).ToList();
        using var answer = await administrator.PostAsJsonAsync("/api/wards", new { id = StoryWard, name = "Ward of those who come and go", beds }, cancellation);
        answer.EnsureSuccessStatusCode();
    }

    private static DateTimeOffset MinuteOf(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);

    private static async Task FillAsync(Publisher publisher, DateTimeOffset from, CancellationToken cancellation)
    {
        var first = MeasurementTimes.ToUnixMicroseconds(from);
        for (var second = 0; second < 3600; second++)
        {
            publisher.Append(PlausibleVitals.At(first + (second * 1_000_000L), second));
            if ((second + 1) % Publisher.Window != 0 && second + 1 < 3600) continue;
            publisher.Flush();
            await publisher.WhenAcknowledgedAsync(cancellation);
        }
    }

    // Each bed sends once a second.
    private static async Task SendReadingsAsync(List<Publisher> publishers, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / publishers.Count));
        try
        {
            for (var step = 0; await timer.WaitForNextTickAsync(stop); step++)
            {
                var publisher = publishers[step % publishers.Count];
                publisher.Append(PlausibleVitals.At(MeasurementTimes.ToUnixMicroseconds(Time.GetUtcNow()), step));
                publisher.Flush();
            }
        }
        catch (OperationCanceledException)
        {
            // What was to be measured is over.
        }
    }

    private static async Task<ApiResult> MeasureAsync(ApiMix mix, Stories stories, double rate, int seconds, int accounts, CancellationToken cancellation)
    {
        var meter = new CostMeter(Programs.ServerName);
        meter.Begin();
        var (tally, latest, requests) = await AskAsync(mix, stories, rate, seconds, cancellation);
        var (cost, _) = meter.End();
        var (kinds, all) = tally.Read();
        double Micros(double used) => 1e6 * used / requests;
        return new ApiResult(
            rate, requests, tally.Faults, tally.FaultList().ToDictionary(fault => fault.What, fault => fault.Times, StringComparer.Ordinal), kinds, all, latest,
            accounts, Micros(cost.Server), Micros(cost.Database), Micros(cost.Receiver), cost.OthersShare);
    }

    private static async Task<(Tally Tally, double LatestMilliseconds, int Requests)> AskAsync(ApiMix mix, Stories stories, double rate, int seconds, CancellationToken cancellation)
    {
        var (tally, loop) = (new Tally(), new OpenLoop(rate, Time));
        var asked = new List<Task>((int)(rate * seconds) + 1);
        var requests = await loop.RunAsync(TimeSpan.FromSeconds(seconds), (number, planned) => asked.Add(AskOneAsync(mix, stories, tally, number, planned, cancellation)), cancellation);
        await Task.WhenAll(asked);
        return (tally, loop.LatestMilliseconds, requests);
    }

    private static async Task AskOneAsync(ApiMix mix, Stories stories, Tally tally, int number, long planned, CancellationToken cancellation)
    {
        var (kind, who, path) = mix.At(number);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(LongestAnswer);
        try
        {
            var fault = default(string);
            if (path is null)
            {
                (kind, fault) = await stories.StepAsync(who.Client, patience.Token);
            }
            else
            {
                using var answer = await who.Client.GetAsync(path, patience.Token);
                if (!answer.IsSuccessStatusCode) fault = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(patience.Token)}";
            }

            if (fault is null) tally.Add(kind, Time.GetElapsedTime(planned).TotalMilliseconds);
            else tally.AddFault(kind, fault);
        }
        catch (HttpRequestException problem)
        {
            tally.AddFault(kind, problem.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            tally.AddFault(kind, $"no answer within {LongestAnswer.TotalSeconds:0} s");
        }
    }

    private static Table Table(ApiResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("");
        foreach (var heading in new[] { "Number", "p50, ms", "p95, ms", "p99, ms", "longest, ms" }) table.AddColumn(new TableColumn(heading).RightAligned());
        void Row(string name, Durations took) => table.AddRow(
            Markup.Escape(name), Report.Number(took.Requests), Report.Number(took.P50), Report.Number(took.P95), Report.Number(took.P99), Report.Number(took.Longest));
        foreach (var (kind, took) in result.Kinds.OrderByDescending(kind => kind.Value.Requests).ThenBy(kind => kind.Key, StringComparer.Ordinal)) Row(kind, took);
        table.AddEmptyRow();
        Row("all", result.All);
        table.Caption(
            $"{result.PerSecond:0} requests/s of {result.Accounts} people; errors: {result.Errors:#,0}. From the planned time; sent {Report.Number(result.LatestSendMilliseconds)} ms after it at most. "
            + $"A request costs the server {Report.Number(result.ServerMicroseconds)} µs, PostgreSQL {Report.Number(result.DatabaseMicroseconds)} µs, this program {Report.Number(result.ClientMicroseconds)} µs; "
            + $"used by others: {result.OthersShare:P0}. Wanted: p95 of at most {Wanted:0} ms (goal {Goal:0} ms), no errors.");
        return table;
    }
}
