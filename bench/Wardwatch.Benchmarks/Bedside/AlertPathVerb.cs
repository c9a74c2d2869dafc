using System.CommandLine;
using System.Net.Http.Json;
using Spectre.Console;
using Wardwatch.Benchmarks.Api;
using Wardwatch.Benchmarks.Ingest;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Bedside;

/// <summary>What <c>bench alert-path</c> measured; times in milliseconds from just before the reading was sent.</summary>
/// <param name="Alerts">How many alerts there were.</param>
/// <param name="Missing">How many of them were not on the screen within ten seconds.</param>
/// <param name="ReadingsPerSecond">Readings of others that were acknowledged meanwhile.</param>
/// <param name="Acknowledged">Until the PUBACK: reading and alert are committed.</param>
/// <param name="Raised">Until the alert was on the screen of the nurse of the ward.</param>
/// <param name="Assigned">Until the incident was, with her name.</param>
/// <param name="Notified">Until her own notification was.</param>
/// <param name="All">Until all three were.</param>
/// <param name="Cost">Processor time meanwhile.</param>
/// <param name="LoadAverage">How busy the machine was before.</param>
internal sealed record AlertPathResult(
    int Alerts, int Missing, double ReadingsPerSecond, Distribution Acknowledged, Distribution Raised, Distribution Assigned, Distribution Notified, Distribution All, Cost Cost, string LoadAverage);

/// <summary><c>bench alert-path</c>: from a reading to the assigned nurse's screen, while others send 10,000 readings a second.</summary>
internal static class AlertPathVerb
{
    private const double Wanted = 300;
    private const int BedsOfALargeWard = 32;
    private const int Wards = 2;

    private static readonly TimeProvider Time = TimeProvider.System;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly Option<double> Rate = new("--rate") { Description = "Readings a second of others meanwhile; 0: none", DefaultValueFactory = _ => 10_000 };
    private static readonly Option<int> Connections = new("--connections") { Description = "Devices that send them", DefaultValueFactory = _ => 500 };
    private static readonly Option<double> Alerts = new("--alerts") { Description = "Alerts a second that are measured", DefaultValueFactory = _ => 5 };
    private static readonly Option<int> Seconds = new("--seconds") { Description = "Seconds of measurement", DefaultValueFactory = _ => 60 };
    private static readonly Option<int> Warmup = new("--warmup") { Description = "Seconds of the same before, while the run-time compiles", DefaultValueFactory = _ => 20 };

    public static Command Create(Option<bool> json)
    {
        var command = new Command(
            "alert-path", "From a reading to alert, incident and notification on the assigned nurse's screen, at 10,000 readings/s; fails where 99 % take 300 ms or more, or one does not come") { Rate, Connections, Alerts, Seconds, Warmup };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, new Report(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var (rate, connections) = (Math.Clamp(parsed.GetValue(Rate), 0, 100_000), Math.Clamp(parsed.GetValue(Connections), 1, 8_000));
        var (seconds, warmup) = (Math.Clamp(parsed.GetValue(Seconds), 1, 3600), Math.Clamp(parsed.GetValue(Warmup), 1, 600));
        var alerts = Math.Clamp(parsed.GetValue(Alerts), 0.1, 100);
        var load = BedsideSettings.LoadAverage();
        var plan = new HospitalPlan(16 + (BedsOfALargeWard * (Wards + 1 + (connections / BedsOfALargeWard)))) { Settings = BedsideSettings.Limits };
        await using var hospital = await report.DoAsync("Starting a hospital", () => HospitalUnderTest.StartAsync(plan, cancellation));
        using var administrator = await hospital.OpenClientAsync("administrator", cancellation);
        var devices = hospital.Devices().Skip(connections).GroupBy(device => device.Topic.Split('/')[3]).Where(ward => ward.Count() == BedsOfALargeWard).TakeLast(Wards).ToList();
        using var nurses = await report.DoAsync("Putting nurses on duty", () => DutyNurses.PutOnDutyAsync(hospital.HttpAddress, administrator, [.. devices.Select(ward => ward.Key)], Wards, 1, cancellation));
        var cases = new AlertCases();
        List<NurseScreen> screens = [];
        List<Publisher> publishers = [];
        try
        {
            foreach (var nurse in nurses.All) screens.Add(await NurseScreen.OpenAsync(hospital.HttpAddress, nurse.Token, cases.Take, cancellation));
            foreach (var device in devices.SelectMany(ward => ward)) publishers.Add(await Publisher.ConnectAsync(hospital, device, cancellation));
            var run = new AlertPathRun(cases, publishers, nurses, alerts, Patience);
            var result = await report.DoAsync($"{alerts:0.#} alerts/s for {seconds} s at {rate:N0} readings/s, after {warmup} s of warm-up", () => MeasureAsync(hospital, run, new LoadPlan(new LoadShape(connections, 40), rate, seconds, warmup), load, cancellation));
            if (!screens.TrueForAll(screen => screen.IsOpen)) throw new BenchmarkException("A screen's connection has ended.");
            report.Result(Table(result), result);
            return result.Missing == 0 && result.All.P99 < Wanted ? 0 : 1;
        }
        finally
        {
            foreach (var screen in screens) await screen.DisposeAsync();
            foreach (var publisher in publishers) await publisher.DisposeAsync();
        }
    }

    private static async Task<AlertPathResult> MeasureAsync(HospitalUnderTest hospital, AlertPathRun run, LoadPlan plan, string load, CancellationToken cancellation)
    {
        var meter = new CostMeter(Programs.ServerName);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var (from, until, cost) = (long.MaxValue, 0L, default(Cost));
        void AtPhase(bool begins)
        {
            if (begins)
            {
                meter.Begin();
                from = Time.GetTimestamp();
                return;
            }

            until = Time.GetTimestamp();
            cost = meter.End().Cost;
        }

        var running = run.RunAsync(TimeSpan.FromSeconds(plan.Seconds + plan.WarmupSeconds + 30), stop.Token);
        var acknowledged = 0.0;
        if (plan.Rate > 0)
        {
            acknowledged = (await GeneratorRun.RunAsync(plan, hospital.Data, hospital.MqttPort, AtPhase, cancellation)).AcknowledgedPerSecond;
        }
        else
        {
            await Task.Delay(TimeSpan.FromSeconds(plan.WarmupSeconds), cancellation);
            AtPhase(begins: true);
            await Task.Delay(TimeSpan.FromSeconds(plan.Seconds), cancellation);
            AtPhase(begins: false);
        }

        await stop.CancelAsync();
        var all = (await running).Where(one => one.Sent >= from && one.Sent < until).ToList();
        List<AlertCase> shown = [.. all.Where(one => one.Shown.IsCompleted)];
        Distribution Of(Func<AlertCase, long> at) => Distribution.Of([.. shown.Select(one => Time.GetElapsedTime(one.Sent, at(one)).TotalMilliseconds)]);
        return new(
            all.Count, all.Count - shown.Count, acknowledged, Of(one => one.Acknowledged), Of(one => one.Raised), Of(one => one.Assigned), Of(one => one.Notified), Of(one => one.Last), cost!, load);
    }

    private static Table Table(AlertPathResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("from just before the reading is sent");
        foreach (var heading in new[] { "p50, ms", "p99, ms", "longest, ms" }) table.AddColumn(new TableColumn(heading).RightAligned());
        void Row(string name, Distribution took) => table.AddRow(Markup.Escape(name), Report.Number(took.P50), Report.Number(took.P99), Report.Number(took.Max));
        Row("reading and alert committed, PUBACK", result.Acknowledged);
        Row("AlertRaised on the nurse's screen", result.Raised);
        Row("incident assigned, on her screen", result.Assigned);
        Row("her Notification on her screen", result.Notified);
        Row("all of it", result.All);
        var cost = result.Cost;
        table.Caption(
            $"{result.Alerts:N0} alerts, {result.Missing:N0} missing; {result.ReadingsPerSecond:N0} readings/s of others. Processors busy: server {cost.Server / cost.Seconds:0.00}, PostgreSQL {cost.Database / cost.Seconds:0.00}, "
            + $"devices and screens {(cost.Generator + cost.Receiver) / cost.Seconds:0.00}; used by others: {cost.OthersShare:P0}; load average before: {result.LoadAverage}. Wanted: p99 of all under {Wanted:0} ms.");
        return table;
    }
}

/// <summary>Raises alerts of one patient after the other at a rate; the nurse acknowledges and resolves each when it is on her screen, and the patient is well again.</summary>
internal sealed class AlertPathRun(AlertCases cases, IReadOnlyList<Publisher> publishers, DutyNurses nurses, double perSecond, TimeSpan patience)
{
    /// <summary>Runs for a while, or until told to stop; answers every alert that was begun.</summary>
    public async Task<IReadOnlyList<AlertCase>> RunAsync(TimeSpan longest, CancellationToken stop)
    {
        var (begun, gate) = (new List<AlertCase>(), new Lock());
        var busy = new Task[publishers.Count];
        Array.Fill(busy, Task.CompletedTask);
        try
        {
            await new OpenLoop(perSecond, TimeProvider.System).RunAsync(longest, (number, _) =>
            {
                // A patient whose last alert is still under way is passed over: it is counted when it does not come.
                var at = number % publishers.Count;
                if (!busy[at].IsCompleted) return;
                busy[at] = OneAsync(publishers[at], one =>
                {
                    lock (gate) begun.Add(one);
                });
            }, stop);
        }
        catch (OperationCanceledException)
        {
            // What was to be measured is over.
        }

        await Task.WhenAll(busy);
        return begun;
    }

    private async Task OneAsync(Publisher publisher, Action<AlertCase> begin)
    {
        var alert = cases.Begin(publisher.PatientId);
        begin(alert);
        publisher.Append(BedsideSettings.Glucose(BedsideSettings.Low, BedsideSettings.NowMicros()));
        publisher.Flush();
        await publisher.WhenAcknowledgedAsync(CancellationToken.None);
        alert.Acknowledged = TimeProvider.System.GetTimestamp();
        await alert.Shown.WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        publisher.Append(BedsideSettings.Glucose(BedsideSettings.Well, BedsideSettings.NowMicros()));
        publisher.Flush();
        await publisher.WhenAcknowledgedAsync(CancellationToken.None);
        if (alert.Incident is not { } incident) return;
        var client = nurses.Of(publisher.Ward).Client;
        foreach (var (step, body) in new (string, object)[] { ("acknowledge", new { note = "" }), ("resolve", new { note = "", outcome = "real" }) })
        {
            using var answer = await client.PostAsJsonAsync($"/api/incidents/{incident}/{step}", body);
            if (!answer.IsSuccessStatusCode) throw new BenchmarkException($"The server answers {(int)answer.StatusCode} to {step}: {await answer.Content.ReadAsStringAsync()}");
        }
    }
}
