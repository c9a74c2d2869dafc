using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json;
using Spectre.Console;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Cli;
using Wardwatch.Server.Events;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Patients.Import;

namespace Wardwatch.Benchmarks.Registry;

/// <summary>What <c>bench registry</c> measured.</summary>
/// <param name="Patients">Patients in the database who lie in no bed.</param>
/// <param name="Present">Patients in their beds.</param>
/// <param name="ImportSeconds">How long the import of the former took.</param>
/// <param name="ImportPeakBytes">The most memory of the importing process.</param>
/// <param name="DatabaseBytesPerPatient">What one of them takes on disk.</param>
/// <param name="ByName">Searches by the beginnings of names.</param>
/// <param name="ByNumber">Searches by record numbers and their beginnings.</param>
/// <param name="Registrations">Registrations.</param>
internal sealed record RegistryResult(
    int Patients, int Present, double ImportSeconds, long ImportPeakBytes, double DatabaseBytesPerPatient, Durations ByName, Durations ByNumber, Durations Registrations);

/// <summary><c>bench registry</c>: finding one of a million patients and registering another, over HTTP, one request after the other.</summary>
internal static class RegistryVerb
{
    private const double LongestSearch = 30;
    private const double LongestRegistration = 50;
    private const int Seed = 7;

    private static readonly TimeProvider Time = TimeProvider.System;

    private static readonly Option<int> Patients = new("--patients") { Description = "Patients who lie in no bed", DefaultValueFactory = _ => 1_000_000 };
    private static readonly Option<int> Present = new("--present") { Description = "Patients in their beds", DefaultValueFactory = _ => 10_000 };
    private static readonly Option<int> Requests = new("--requests") { Description = "Requests of each kind", DefaultValueFactory = _ => 1000 };

    public static Command Create(Option<bool> json)
    {
        var command = new Command("registry", "Imports a million patients, then searches and registers; fails where the 95th percentile is above 30 ms for a search or 50 ms for a registration") { Patients, Present, Requests };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, new Report(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var (patients, present, requests) = (Math.Clamp(parsed.GetValue(Patients), 1, 10_000_000), Math.Clamp(parsed.GetValue(Present), 1, 10_000), Math.Clamp(parsed.GetValue(Requests), 20, 1_000_000));
        var plan = new HospitalPlan(present) { Settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Wardwatch__Limits__StaffPerMinute"] = "1000000", ["Wardwatch__Limits__StaffBurst"] = "1000000" } };
        await using var hospital = await report.DoAsync($"Starting a hospital of {present:N0} beds", () => HospitalUnderTest.StartAsync(plan, cancellation));
        var before = await hospital.DatabaseBytesAsync(cancellation);
        var (seconds, peak) = await report.DoAsync($"Importing {patients:N0} patients", () => ImportAsync(hospital.Data, patients, cancellation));
        await report.DoAsync("What autovacuum does within minutes", async () =>
        {
            await using var vacuum = hospital.Database.CreateCommand("vacuum (analyze) patient_search, patients, patient_keys");
            vacuum.CommandTimeout = 3600;
            return await vacuum.ExecuteNonQueryAsync(cancellation);
        });
        var bytes = (double)(await hospital.DatabaseBytesAsync(cancellation) - before) / patients;
        using var client = await hospital.OpenClientAsync("administrator", cancellation);
        var table = new InventedTable(patients, Seed);
        var byName = await report.DoAsync("Searching by name", () => MeasureAsync(requests, i => SearchAsync(client, Name(table, patients, i), cancellation)));
        var byNumber = await report.DoAsync("Searching by record number", () => MeasureAsync(requests, i => SearchAsync(client, Number(patients, i), cancellation)));
        var registrations = await report.DoAsync("Registering", () => MeasureAsync(requests, i => RegisterAsync(client, i, cancellation)));
        var result = new RegistryResult(patients, present, seconds, peak, bytes, byName, byNumber, registrations);
        report.Result(Table(result), result);
        return byName.P95 <= LongestSearch && byNumber.P95 <= LongestSearch && registrations.P95 <= LongestRegistration ? 0 : 1;
    }

    private static async Task<(double Seconds, long PeakBytes)> ImportAsync(string data, int patients, CancellationToken cancellation)
    {
        await using var installation = await CommandInstallation.OpenAsync(data, cancellation);
        var place = await CommandHospital.FindAsync(installation, null, cancellation);
        var import = new PatientImport(installation.Tenants, installation.Keyring, new ToolAudit(installation), new Outbox(installation.Keyring, Time), Time);
        await using var table = new InventedTable(patients, Seed);
        var began = Time.GetTimestamp();
        var report = await import.RunAsync(new(AuditEntry.OfTool(place.TenantId, AuditActions.ImportPatients), null), table, dryRun: false, new Phases(), cancellation);
        if (report.Registered != patients) throw new BenchmarkException($"{report.Registered:N0} of {patients:N0} were registered: {(report.Problems.Count > 0 ? report.Problems[0] : null)}");
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        return (Time.GetElapsedTime(began).TotalSeconds, self.PeakWorkingSet64);
    }

    private static async Task<Durations> MeasureAsync(int requests, Func<int, Task> request)
    {
        for (var i = 0; i < requests / 10; i++) await request(requests + i); // connections, plans, compiled code
        var milliseconds = new List<double>(requests);
        for (var i = 0; i < requests; i++)
        {
            var began = Time.GetTimestamp();
            await request(i);
            milliseconds.Add(Time.GetElapsedTime(began).TotalMilliseconds);
        }

        return Durations.Of(milliseconds);
    }

    // As people type: three letters and more of a family name, or with the beginning of the given name.
    private static string Name(InventedTable table, int patients, int i)
    {
        var (family, given) = table.NameOf((int)((uint)i * 2654435761 % (uint)patients));
        var letters = Math.Min(family.Length, 3 + i % 5);
        return (i % 3) switch
        {
            0 => family[..letters],
            1 => $"{family}, {given[..Math.Min(given.Length, 1 + i % 3)]}",
            _ => $"{family[..letters]} {given[..Math.Min(given.Length, 3)]}",
        };
    }

    private static string Number(int patients, int i)
    {
        var number = InventedTable.RecordNumberOf((int)((uint)i * 2654435761 % (uint)patients));
        return i % 2 == 0 ? number : number[..(6 + i % 4)];
    }

    private static async Task SearchAsync(HttpClient client, string text, CancellationToken cancellation)
    {
        using var answer = await client.GetAsync($"/api/patients?limit=20&search={Uri.EscapeDataString(text)}", cancellation);
        var document = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellation);
        if (document.GetProperty("items").GetArrayLength() == 0) throw new BenchmarkException("A patient who is there was not found.");
    }

    private static async Task RegisterAsync(HttpClient client, int i, CancellationToken cancellation)
    {
        using var answer = await client.PostAsJsonAsync("/api/patients", new { recordNumber = $"77-{i:D7}", name = $"Newcomer{i % 97}, Ann", dateOfBirth = "1980-01-02", sex = "female" }, cancellation);
        answer.EnsureSuccessStatusCode();
    }

    // A line when an import goes on to something else.
    private sealed class Phases : IProgress<ImportProgress>
    {
        private readonly long _began = Time.GetTimestamp();
        private string _phase = "";

        public void Report(ImportProgress value)
        {
            if (value.Phase == _phase) return;
            _phase = value.Phase;
            Benchmarks.Report.Line($"after {Time.GetElapsedTime(_began).TotalSeconds:0.0} s: {value.Phase}, {value.Rows:N0} rows");
        }
    }

    private static Table Table(RegistryResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("");
        foreach (var heading in new[] { "p50, ms", "p95, ms", "p99, ms", "longest, ms" }) table.AddColumn(new TableColumn(heading).RightAligned());
        void Row(string name, Durations took) => table.AddRow(Markup.Escape(name), $"{took.P50:0.0}", $"{took.P95:0.0}", $"{took.P99:0.0}", $"{took.Longest:0.0}");
        Row("Search by name", result.ByName);
        Row("Search by record number", result.ByNumber);
        Row("Registration", result.Registrations);
        table.Caption($"{result.Patients:N0} patients and {result.Present:N0} in beds; imported in {result.ImportSeconds:0} s with at most {result.ImportPeakBytes / 1e6:0} MB; {result.DatabaseBytesPerPatient:0} bytes each on disk.");
        return table;
    }
}
