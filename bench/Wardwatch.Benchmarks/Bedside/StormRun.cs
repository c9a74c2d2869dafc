using System.Collections.Concurrent;
using System.Text.Json;
using Wardwatch.Benchmarks.Api;
using Wardwatch.Benchmarks.Ingest;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Bedside;

/// <summary>Which patient has which alert when: groups of patients take turns, so that new incidents come all the time.</summary>
/// <param name="PerSecond">Alerts a second.</param>
/// <param name="Alerts">How many in all.</param>
/// <param name="Each">How many of each patient.</param>
/// <param name="Group">How many patients have alerts at the same time.</param>
/// <param name="Before">How many patients have theirs before what is measured, while the run-time compiles.</param>
internal sealed record StormPlan(double PerSecond, int Alerts, int Each, int Group, int Before)
{
    private const double PerPatientPerSecond = 3;

    /// <summary>How many patients there are.</summary>
    public int Patients => Before + (Alerts / Each);

    /// <summary>A plan of whole groups; a patient has some three alerts a second while it is its group's turn.</summary>
    public static StormPlan Of(double rate, int seconds, int each, int warmup)
    {
        var group = Math.Max(1, (int)Math.Round(rate / PerPatientPerSecond));
        var groups = Math.Max(1, (int)Math.Round(rate * seconds / (group * each)));
        return new(rate, group * groups * each, each, group, group * (int)Math.Ceiling(rate * warmup / (group * each)));
    }

    /// <summary>The patient of the n-th alert, and how many alerts that patient had before.</summary>
    public (int Patient, int Before) At(int number)
    {
        var (turn, within) = Math.DivRem(number, Group * Each);
        return ((turn * Group) + (within % Group), within / Group);
    }
}

/// <summary>When the first alert of each priority was sent for a patient, and when its notification was on a screen.</summary>
internal sealed class StormDeliveries
{
    private readonly ConcurrentDictionary<(string Patient, string Priority), long> _sent = new();
    private readonly ConcurrentDictionary<(string Incident, string Priority), long> _shown = new();
    private readonly ConcurrentDictionary<string, string> _patients = new(StringComparer.Ordinal);

    /// <summary>What was sent so far is not measured.</summary>
    public void Begin() => _sent.Clear();

    /// <summary>An alert is about to be sent.</summary>
    public void Send(string patient, string priority) => _sent.TryAdd((patient, priority), TimeProvider.System.GetTimestamp());

    /// <summary>Takes what came to a screen.</summary>
    public void Take(ScreenEvent came)
    {
        if (came.Kind == "Notification" && came.Content.TryGetProperty("incident", out var about) && about.GetString() is { } told)
            _shown.TryAdd((told, came.Content.GetProperty("priority").GetString()!), came.At);
        else if (came.Kind == "IncidentChanged" && came.Content.TryGetProperty("patient", out var patient) && patient.ValueKind == JsonValueKind.String)
            _patients.TryAdd(came.Content.GetProperty("id").GetString()!, patient.GetString()!);
    }

    /// <summary>How long the first notification of a priority took for each patient, in milliseconds, and how many did not come.</summary>
    public (List<double> Milliseconds, int Missing) Read(string priority)
    {
        var shown = _shown.Where(one => one.Key.Priority == priority && _patients.ContainsKey(one.Key.Incident)).ToLookup(one => _patients[one.Key.Incident], one => one.Value);
        var sent = _sent.Where(one => one.Key.Priority == priority).ToList();
        List<double> milliseconds = [.. sent.Where(one => shown.Contains(one.Key.Patient)).Select(one => TimeProvider.System.GetElapsedTime(one.Value, shown[one.Key.Patient].Min()).TotalMilliseconds)];
        return (milliseconds, sent.Count - milliseconds.Count);
    }
}

/// <summary>The storm itself, and those who look at the board meanwhile.</summary>
internal sealed class StormRun(HospitalUnderTest hospital, StormPlan plan, IReadOnlyList<Publisher> publishers, DutyNurses nurses, StormDeliveries deliveries)
{
    private const double LooksPerSecond = 4;
    private const string Board = "/api/incidents?state=open&limit=50", Dashboard = "/api/dashboard-data";

    private static readonly TimeProvider Time = TimeProvider.System;
    private static readonly TimeSpan CaughtUpWithin = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan LastFrames = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(10);

    /// <summary>Runs it.</summary>
    public async Task<StormResult> RunAsync(CancellationToken cancellation)
    {
        var before = plan.Before * plan.Each;
        await new OpenLoop(plan.PerSecond, Time).RunAsync(TimeSpan.FromSeconds(before / plan.PerSecond), (number, _) => Raise(number), cancellation);
        await Task.WhenAll(publishers.Select(publisher => publisher.WhenAcknowledgedAsync(cancellation)));
        await UntilCaughtUpAsync(before, Time.GetTimestamp(), cancellation);
        deliveries.Begin();
        var meter = new CostMeter(Programs.ServerName);
        meter.Begin();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var looking = LookAsync(stop.Token);
        var loop = new OpenLoop(plan.PerSecond, Time);
        await loop.RunAsync(TimeSpan.FromSeconds(plan.Alerts / plan.PerSecond), (number, _) => Raise(before + number), cancellation);
        var last = Time.GetTimestamp();
        await stop.CancelAsync();
        var tally = await looking;
        await Task.WhenAll(publishers.Select(publisher => publisher.WhenAcknowledgedAsync(cancellation)));
        var (stored, without, incidents) = await UntilCaughtUpAsync(before + plan.Alerts, last, cancellation);
        var caughtUp = Time.GetElapsedTime(last);
        while ((deliveries.Read("high").Missing > 0 || deliveries.Read("medium").Missing > 0) && Time.GetElapsedTime(last) < caughtUp + LastFrames) await Task.Delay(200, cancellation);
        var (cost, _) = meter.End();
        var (high, medium) = (deliveries.Read("high"), deliveries.Read("medium"));
        var (kinds, _) = tally.Read();
        Durations Of(string kind) => kinds.GetValueOrDefault(kind) ?? Durations.Of([]);
        return new(
            plan.PerSecond, plan.Alerts, stored - before, without, incidents - plan.Before, caughtUp.TotalSeconds, Distribution.Of(high.Milliseconds), Distribution.Of(medium.Milliseconds), high.Missing + medium.Missing, Of(Board),
            Of(Dashboard), tally.Faults, 0, loop.LatestMilliseconds, cost, "");
    }

    // Each value raises an alert and ends the one before it.
    private void Raise(int number)
    {
        var (patient, before) = plan.At(number);
        var (publisher, isHigh) = (publishers[patient], before % 2 == 1);
        deliveries.Send(publisher.PatientId, isHigh ? "high" : "medium");
        publisher.Append(BedsideSettings.Glucose(isHigh ? BedsideSettings.Low : BedsideSettings.High, BedsideSettings.NowMicros()));
        publisher.Flush();
    }

    private async Task<(long Stored, long Without, long Incidents)> UntilCaughtUpAsync(int wanted, long last, CancellationToken cancellation)
    {
        while (true)
        {
            await using var command = hospital.Database.CreateCommand(
                "select count(*), count(*) filter (where incident_id is null), count(distinct incident_id) from alerts left join alert_incidents using (alert_id) where type in ('glucose-low', 'glucose-high')");
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            await reader.ReadAsync(cancellation);
            var (stored, without, incidents) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
            if ((stored >= wanted && without == 0) || Time.GetElapsedTime(last) > CaughtUpWithin) return (stored, without, incidents);
            await Task.Delay(200, cancellation);
        }
    }

    // Nurses who look at the board and at the dashboard, at times that are fixed beforehand.
    private async Task<Tally> LookAsync(CancellationToken stop)
    {
        var (tally, asked) = (new Tally(), new List<Task>());
        try
        {
            await new OpenLoop(2 * LooksPerSecond, Time).RunAsync(CaughtUpWithin, (number, planned) => asked.Add(AskAsync(number, planned, tally)), stop);
        }
        catch (OperationCanceledException)
        {
            // The storm is over.
        }

        await Task.WhenAll(asked);
        return tally;
    }

    private async Task AskAsync(int number, long planned, Tally tally)
    {
        var path = number % 2 == 0 ? Board : Dashboard;
        using var patience = new CancellationTokenSource(LongestAnswer);
        try
        {
            using var answer = await nurses.All[number / 2 % nurses.All.Count].Client.GetAsync(path, patience.Token);
            if (answer.IsSuccessStatusCode) tally.Add(path, Time.GetElapsedTime(planned).TotalMilliseconds);
            else tally.AddFault(path, $"{(int)answer.StatusCode}");
        }
        catch (Exception problem) when (problem is HttpRequestException or OperationCanceledException)
        {
            tally.AddFault(path, problem.Message);
        }
    }
}
