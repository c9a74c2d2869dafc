using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Spectre.Console;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Server.Analytics;
using Wardwatch.Server.Cli;
using Wardwatch.Server.Events;
using Durations = Wardwatch.Benchmarks.Stage.Durations;

namespace Wardwatch.Benchmarks.Analytics;

/// <summary>What <c>bench analytics</c> measured.</summary>
/// <param name="Events">Events in the history.</param>
/// <param name="Days">Over how many days.</param>
/// <param name="Wards">Of how many wards.</param>
/// <param name="LoadSeconds">How long it took to write them there.</param>
/// <param name="RebuildSeconds">How long <c>ward analytics rebuild</c> took to make the figures from them.</param>
/// <param name="Stays">Stays among the figures.</param>
/// <param name="Sums">Sums of hours.</param>
/// <param name="Page">How long the page's request took.</param>
/// <param name="PageBytes">How large the answer is.</param>
internal sealed record AnalyticsResult(long Events, double Days, int Wards, double LoadSeconds, double RebuildSeconds, long Stays, long Sums, Durations Page, int PageBytes);

/// <summary><c>bench analytics</c>: the page of figures after ten million events, and the rebuild that makes them.</summary>
internal static class AnalyticsVerb
{
    private const double Longest = 300;
    private const int ProgressEvery = 1_000_000;

    private static readonly TimeProvider Time = TimeProvider.System;
    private static readonly TimeSpan FoldedWithin = TimeSpan.FromMinutes(5);

    private static readonly Option<int> Events = new("--events") { Description = "Events in the history", DefaultValueFactory = _ => 10_000_000 };
    private static readonly Option<int> Patients = new("--patients") { Description = "Beds of the hospital, all of them taken", DefaultValueFactory = _ => 1_000 };
    private static readonly Option<int> Requests = new("--requests") { Description = "Requests for the page", DefaultValueFactory = _ => 50 };

    public static Command Create(Option<bool> json)
    {
        var command = new Command("analytics", "Makes the figures from ten million events by the real rebuild, and asks for their page; fails where the 95th percentile is above 300 ms") { Events, Patients, Requests };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, new Report(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var (events, patients, requests) = (Math.Clamp(parsed.GetValue(Events), 1_000, 20_000_000), Math.Clamp(parsed.GetValue(Patients), 17, 10_000), Math.Clamp(parsed.GetValue(Requests), 10, 100_000));
        await using var hospital = await report.DoAsync($"Starting a hospital of {patients:N0} beds", () => HospitalUnderTest.StartAsync(patients, cancellation));
        await using var installation = await CommandInstallation.OpenAsync(hospital.Data, cancellation);
        var place = await CommandHospital.FindAsync(installation, null, cancellation);
        var sojourners = await SojournersAsync(hospital.Database, cancellation);
        string[] wards = [.. sojourners.Select(one => one.Ward).Distinct(StringComparer.Ordinal)];
        var past = new PastOfAHospital(place.TenantId, wards, sojourners);
        var minutes = past.MinutesFor(events);
        var until = Time.GetUtcNow();
        var first = new DateTimeOffset(until.UtcTicks - (until.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero).AddMinutes(-minutes);

        var began = Time.GetTimestamp();
        var loaded = await report.DoAsync($"Writing {events:N0} events of {minutes / 1440.0:0} days", () =>
            new HistoryLoad(hospital.Database, installation.Keyring).RunAsync(past.Of(first, minutes), events, first, until, Told("written", began), cancellation));
        var loadSeconds = Time.GetElapsedTime(began).TotalSeconds;

        began = Time.GetTimestamp();
        var history = new EventHistory(installation.Keyring, Options.Create(new EventsOptions()), Time);
        var told = Told("read again", began);
        var read = await report.DoAsync("Making the figures anew", () => new AnalyticsRebuild(installation.Database, history, Time).RunAsync(place.TenantId, (done, _) => told(done), cancellation));
        var rebuildSeconds = Time.GetElapsedTime(began).TotalSeconds;
        if (read < loaded) throw new BenchmarkException($"The figures were made from {read:N0} events of {loaded:N0}.");
        await report.DoAsync("Sums are folded in", () => WhenFoldedAsync(hospital.Database, cancellation));

        using var client = await hospital.OpenClientAsync("administrator", cancellation);
        var (page, bytes) = await report.DoAsync("Asking for the page", () => AskAsync(client, requests, cancellation));
        var result = new AnalyticsResult(
            loaded, minutes / 1440.0, wards.Length, loadSeconds, rebuildSeconds, await CountAsync(hospital.Database, "select count(*) from analytics_stays", cancellation),
            await CountAsync(hospital.Database, "select count(*) from analytics_hours", cancellation), page, bytes);
        report.Result(Table(result), result);
        return page.P95 <= Longest ? 0 : 1;
    }

    private static Action<long> Told(string what, long began) => events =>
    {
        if (events % ProgressEvery == 0) Report.Line($"{events:N0} {what} after {Time.GetElapsedTime(began).TotalSeconds:0} s");
    };

    // The patients in their beds; each goes on in the ward behind its own.
    private static async Task<List<Sojourner>> SojournersAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        List<(int Number, string Id, string Ward, string Bed)> found = [];
        await using (var command = database.CreateCommand("select patient_no, patient_id, ward_id, bed from patients where status <> 'discharged' order by patient_no"))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) found.Add((reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetString(3)));
        }

        string[] wards = [.. found.Select(one => one.Ward).Distinct(StringComparer.Ordinal)];
        return found.ConvertAll(one => new Sojourner(one.Number, one.Id, one.Ward, wards[(Array.IndexOf(wards, one.Ward) + 1) % wards.Length], one.Bed));
    }

    // The server folds by itself; then what autovacuum does within minutes.
    private static async Task WhenFoldedAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var began = Time.GetTimestamp();
        while (await CountAsync(database, "select count(*) from analytics_changes", cancellation) > 0)
        {
            if (Time.GetElapsedTime(began) > FoldedWithin) throw new BenchmarkException($"The sums were not folded in within {FoldedWithin.TotalMinutes:0} minutes.");
            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        }

        await using var vacuum = database.CreateCommand("vacuum (analyze) analytics_stays, analytics_hours, analytics_changes, analytics_waiting");
        vacuum.CommandTimeout = 600;
        await vacuum.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<(Durations Page, int Bytes)> AskAsync(HttpClient client, int requests, CancellationToken cancellation)
    {
        var (milliseconds, bytes) = (new List<double>(requests), 0);
        const int Before = 10; // connections, plans, compiled code
        for (var i = 0; i < Before + requests; i++)
        {
            var began = Time.GetTimestamp();
            var answer = await client.GetByteArrayAsync("/api/analytics/dashboard", cancellation);
            if (i >= Before) milliseconds.Add(Time.GetElapsedTime(began).TotalMilliseconds);
            bytes = answer.Length;
            if (i > 0) continue;
            using var document = JsonDocument.Parse(answer);
            if (document.RootElement.GetProperty("lengthOfStayHours").GetProperty("count").GetInt64() == 0) throw new BenchmarkException("The page shows no stay.");
        }

        return (Durations.Of(milliseconds), bytes);
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string sql, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 300;
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static Table Table(AnalyticsResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("").AddColumn(new TableColumn("").RightAligned()).HideHeaders();
        void Row(string name, string value) => table.AddRow(Markup.Escape(name), value);
        Row("events (days, wards)", $"{result.Events:N0} ({result.Days:0}, {result.Wards})");
        Row("written to the history in bulk, s (events/s)", $"{result.LoadSeconds:0} ({result.Events / result.LoadSeconds:N0})");
        Row("figures made anew from them, s (events/s)", $"{result.RebuildSeconds:0} ({result.Events / result.RebuildSeconds:N0})");
        Row("stays and sums of hours among the figures", $"{result.Stays:N0}, {result.Sums:N0}");
        Row($"the page, {result.Page.Requests:N0} requests ({result.PageBytes / 1024.0:0} KB), p50, ms", Report.Number(result.Page.P50));
        Row("p95, ms", Report.Number(result.Page.P95));
        Row("longest, ms", Report.Number(result.Page.Longest));
        table.Caption($"Wanted: p95 of at most {Longest:0} ms.");
        return table;
    }
}
