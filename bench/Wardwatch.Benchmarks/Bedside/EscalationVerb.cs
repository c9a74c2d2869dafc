using System.Collections.Concurrent;
using System.CommandLine;
using Spectre.Console;
using Wardwatch.Benchmarks.Events;
using Wardwatch.Benchmarks.Ingest;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Bedside;

/// <summary>What <c>bench escalation</c> measured; lags in seconds.</summary>
/// <param name="Nodes">How many servers hold timers.</param>
/// <param name="Incidents">How many incidents are open.</param>
/// <param name="OpenedPerSecond">How fast they were opened and assigned, connections of their devices included.</param>
/// <param name="SpreadSeconds">Over which time their steps fall due.</param>
/// <param name="Written">From the time at which a step is due to the time in the incident's history.</param>
/// <param name="OnScreen">From there to the notification on the screen of whoever is asked next, which follows the commit.</param>
/// <param name="Left">How many steps were not taken.</param>
/// <param name="DownSeconds">How long nobody held timers, after a kill.</param>
/// <param name="AfterKill">From the later of due time and end of that to the time in the history.</param>
/// <param name="LeftAfterKill">How many steps were not taken after the kill.</param>
/// <param name="ServerMilliseconds">Processor time of servers for a step, before the kill.</param>
/// <param name="DatabaseMilliseconds">The same of PostgreSQL.</param>
/// <param name="OthersShare">The share of the machine that others used, 0 to 1.</param>
/// <param name="LoadAverage">How busy the machine was before.</param>
internal sealed record EscalationResult(
    int Nodes, int Incidents, double OpenedPerSecond, double SpreadSeconds, Distribution Written, Distribution OnScreen, long Left, double DownSeconds, Distribution AfterKill, long LeftAfterKill,
    double ServerMilliseconds, double DatabaseMilliseconds, double OthersShare, string LoadAverage);

/// <summary><c>bench escalation</c>: how late steps are with 10,000 open incidents, and after a kill.</summary>
internal static class EscalationVerb
{
    private const double Wanted = 1;
    private const double WantedAfterKill = 5;
    private const int Nurses = 16;
    private const int Behind = 4;
    private const int AtOnce = 32;

    private static readonly TimeProvider Time = TimeProvider.System;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan LastFrames = TimeSpan.FromSeconds(2);

    private static readonly Option<int> Incidents = new("--incidents") { Description = "Open incidents, each of a patient of its own", DefaultValueFactory = _ => 10_000 };
    private static readonly Option<double> Spread = new("--spread") { Description = "Seconds over which their steps fall due; 0: all at once", DefaultValueFactory = _ => 60 };
    private static readonly Option<int> Nodes = new("--nodes") { Description = "1: a server that is killed and starts again; 2: two hold timers over RabbitMQ, and one is killed", DefaultValueFactory = _ => 1 };

    public static Command Create(Option<bool> json)
    {
        var command = new Command(
            "escalation", "How late open incidents are carried on, 10,000 of them, and after a kill; fails above 1 s, or 5 s after the kill, or where a step is not taken") { Incidents, Spread, Nodes };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, new Report(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var (incidents, spread) = (Math.Clamp(parsed.GetValue(Incidents), 1, 10_000), Math.Clamp(parsed.GetValue(Spread), 0, 3600));
        var nodes = Math.Clamp(parsed.GetValue(Nodes), 1, 2);
        if (nodes > 1 && !RabbitBroker.IsInstalled) throw new BenchmarkException("RabbitMQ is not installed (package rabbitmq-server).");
        var load = BedsideSettings.LoadAverage();

        // By themselves no steps fall due while incidents are opened: that comes when all are there.
        var settings = BedsideSettings.Limits;
        settings["Wardwatch__Incidents__HighSteps"] = "3600,7200,10800";
        await using var site = await report.DoAsync($"Starting a hospital of {incidents:N0} patients", () => EscalationSite.StartAsync(incidents, nodes, settings, cancellation));
        using var administrator = await site.Hospital.OpenClientAsync("administrator", cancellation);
        var wards = await DutyNurses.WardsAsync(administrator, cancellation);
        using var nurses = await report.DoAsync("Putting nurses on duty", () => DutyNurses.PutOnDutyAsync(site.Hospital.HttpAddress, administrator, wards, Nurses, Behind, cancellation));
        var lags = new IncidentLags(site.Database);
        var opened = await report.DoAsync($"Opening {incidents:N0} incidents", () => OpenAsync(site, lags, incidents, cancellation));
        var result = await report.DoAsync($"Steps that fall due within {spread:0} s, and again with a kill", () => MeasureAsync(site, nurses, lags, incidents, spread, cancellation));
        result = result with { Nodes = nodes, OpenedPerSecond = opened, LoadAverage = load };
        report.Result(Table(result), result);
        return result.Left == 0 && result.LeftAfterKill == 0 && result.OnScreen.Count == incidents && result.OnScreen.Max <= Wanted && (result.AfterKill.Count == 0 || result.AfterKill.Max <= WantedAfterKill) ? 0 : 1;
    }

    private static async Task<double> OpenAsync(EscalationSite site, IncidentLags lags, int incidents, CancellationToken cancellation)
    {
        var began = Time.GetTimestamp();
        await Parallel.ForEachAsync(
            site.Hospital.Devices().Take(incidents), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (device, stop) =>
            {
                await using var publisher = await Publisher.ConnectAsync(site.Mqtt, device, stop);
                publisher.Append(BedsideSettings.Glucose(BedsideSettings.Low, BedsideSettings.NowMicros()));
                publisher.Flush();
                await publisher.WhenAcknowledgedAsync(stop);
            });
        while (await lags.CountAsync(step: 1, cancellation) is var open && open < incidents)
        {
            if (Time.GetElapsedTime(began) > Patience) throw new BenchmarkException($"Of {incidents:N0} alerts only {open:N0} have become incidents that are assigned.");
            await Task.Delay(200, cancellation);
        }

        return incidents / Time.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<EscalationResult> MeasureAsync(EscalationSite site, DutyNurses nurses, IncidentLags lags, int incidents, double spread, CancellationToken cancellation)
    {
        var shown = new ConcurrentDictionary<Guid, DateTimeOffset>();
        void Take(ScreenEvent came)
        {
            if (came.Kind == "Notification" && came.Content.GetProperty("kind").GetString() == "escalated" && came.Content.TryGetProperty("incident", out var about) && about.TryGetGuid(out var incident))
                shown.TryAdd(incident, Time.GetUtcNow());
        }

        List<NurseScreen> screens = [];
        try
        {
            foreach (var nurse in nurses.All.Where(nurse => nurse.Wards.Count == 0)) screens.Add(await NurseScreen.OpenAsync(site.Hospital.HttpAddress, nurse.Token, Take, cancellation));
            var meter = new CostMeter(Programs.ServerName);
            meter.Begin();
            var since = Time.GetUtcNow();
            var due = await lags.PlanAsync(inSeconds: 3, spread, step: 1, cancellation);
            var left = await lags.UntilAsync(before: 1, TimeSpan.FromSeconds(spread) + Patience, cancellation);
            await Task.Delay(LastFrames, cancellation);
            var (cost, _) = meter.End();
            var written = IncidentLags.Of(due, await lags.CarriedOnAsync(since, cancellation));
            var onScreen = IncidentLags.Of(due, shown);

            // Once more, for the step after it, and in the middle of it what holds timers is killed.
            since = Time.GetUtcNow();
            due = await lags.PlanAsync(inSeconds: 3, spread, step: 2, cancellation);
            await Task.Delay(TimeSpan.FromSeconds(3 + (spread / 2)), cancellation);
            var killed = Time.GetUtcNow();
            var ready = await site.KillAsync(cancellation);
            var leftAfter = await lags.UntilAsync(before: 2, TimeSpan.FromSeconds(spread) + Patience, cancellation);
            var after = IncidentLags.Of(due, await lags.CarriedOnAsync(since, cancellation), notBefore: ready);
            return new(
                1, incidents, 0, spread, written, onScreen, left, (ready - killed).TotalSeconds, after, leftAfter, 1e3 * cost.Server / incidents, 1e3 * cost.Database / incidents, cost.OthersShare, "");
        }
        finally
        {
            foreach (var screen in screens) await screen.DisposeAsync();
        }
    }

    private static Table Table(EscalationResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("");
        foreach (var heading in new[] { "Steps", "p50, s", "p99, s", "longest, s" }) table.AddColumn(new TableColumn(heading).RightAligned());
        void Row(string name, Distribution lag) => table.AddRow(Markup.Escape(name), $"{lag.Count:N0}", Report.Number(lag.P50), Report.Number(lag.P99), Report.Number(lag.Max));
        Row("due → written in the history", result.Written);
        Row("due → notification on the screen of whoever is asked next", result.OnScreen);
        Row(result.Nodes > 1 ? "one of two that hold timers killed: due → written" : $"killed, ready again after {result.DownSeconds:0.0} s: due, or ready → written", result.AfterKill);
        table.Caption(
            $"{result.Incidents:N0} open incidents (opened at {result.OpenedPerSecond:N0}/s), whose steps fall due within {result.SpreadSeconds:0} s; not taken: {result.Left:N0}, after the kill {result.LeftAfterKill:N0}. "
            + $"A step costs servers {result.ServerMilliseconds:0.0} ms and PostgreSQL {result.DatabaseMilliseconds:0.0} ms; used by others: {result.OthersShare:P0}; load average before: {result.LoadAverage}. "
            + $"Wanted: at most {Wanted:0} s on the screen, {WantedAfterKill:0} s after a kill.");
        return table;
    }
}
