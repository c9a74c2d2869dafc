using System.CommandLine;
using Spectre.Console;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Devices.Payloads;

namespace Wardwatch.Benchmarks.Patients;

/// <summary>What the server held at one moment.</summary>
/// <param name="Patients">Patients who had sent readings.</param>
/// <param name="ReadingsEach">How many each.</param>
/// <param name="ManagedBytes">The managed heap after its last collection.</param>
/// <param name="WorkingSetBytes">The memory of the process that lay in the machine's.</param>
internal sealed record PatientsSample(int Patients, int ReadingsEach, double ManagedBytes, double WorkingSetBytes);

/// <summary>What <c>bench patients</c> measured.</summary>
/// <param name="Before">After the start.</param>
/// <param name="After">When everybody had sent.</param>
/// <param name="DashboardBytes">The state of everybody in one answer.</param>
/// <param name="DashboardMilliseconds">How long that took, the fastest of some.</param>
internal sealed record PatientsResult(PatientsSample Before, PatientsSample After, long DashboardBytes, double DashboardMilliseconds)
{
    /// <summary>What a patient's live state costs, by the managed heap.</summary>
    public double ManagedBytesPerPatient => (After.ManagedBytes - Before.ManagedBytes) / After.Patients;

    /// <summary>The whole process by patient.</summary>
    public double WorkingSetPerPatient => After.WorkingSetBytes / After.Patients;
}

/// <summary><c>bench patients</c>: the memory that the live state of a large hospital takes.</summary>
internal static class PatientsVerb
{
    private const int AtOnce = 16;
    private const double Limit = 1L << 30;

    // Answers of many megabytes, which make the server collect its garbage: what is left afterwards is what it holds.
    private const int Dashboards = 6;

    private static readonly TimeProvider Time = TimeProvider.System;

    private static readonly Option<int> Patients = new("--patients") { Description = "Patients, each with a device", DefaultValueFactory = _ => 10_000 };
    private static readonly Option<int> Readings = new("--readings") { Description = "Readings that each sends; the server keeps the last 100 in memory", DefaultValueFactory = _ => 110 };

    public static Command Create(Option<bool> json)
    {
        var command = new Command("patients", "Memory of the live state of many patients, each of whom has sent readings; fails from 1 GiB on") { Patients, Readings };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, new Report(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Report report, CancellationToken cancellation)
    {
        var (patients, readings) = (Math.Clamp(parsed.GetValue(Patients), 1, 10_000), Math.Clamp(parsed.GetValue(Readings), 1, Publisher.Window));
        await using var hospital = await report.DoAsync($"Starting a hospital of {patients:N0} patients", () => HospitalUnderTest.StartAsync(patients, cancellation));
        using var client = await hospital.OpenClientAsync(cancellation);
        var (_, _, before) = await SampleAsync(hospital, client, 0, 0, cancellation);

        // One after the other, a few at once: connections have a memory of their own, which is not what is asked for here.
        await report.DoAsync($"{readings:N0} readings of each", () => Parallel.ForEachAsync(
            hospital.Devices().Take(patients), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (device, stop) =>
            {
                await using var publisher = await Publisher.ConnectAsync(hospital, device, stop);
                for (var i = 0; i < readings; i++) publisher.Append(PlausibleVitals.At(MeasurementTimes.ToUnixMicroseconds(Time.GetUtcNow()) + i, i));
                publisher.Flush();
                await publisher.WhenAcknowledgedAsync(stop);
            }));
        var (bytes, milliseconds, after) = await report.DoAsync("Asking for everybody", () => SampleAsync(hospital, client, patients, readings, cancellation));
        var result = new PatientsResult(before, after, bytes, milliseconds);
        report.Result(Table(result), result);
        return after.WorkingSetBytes < Limit ? 0 : 1;
    }

    private static async Task<(long Bytes, double Milliseconds, PatientsSample Sample)> SampleAsync(
        HospitalUnderTest hospital, HttpClient client, int patients, int readings, CancellationToken cancellation)
    {
        var (bytes, fastest) = (0L, double.PositiveInfinity);
        for (var i = 0; i < Dashboards; i++)
        {
            var began = Time.GetTimestamp();
            bytes = (await client.GetByteArrayAsync("/api/dashboard-data", cancellation)).LongLength;
            fastest = Math.Min(fastest, Time.GetElapsedTime(began).TotalMilliseconds);
        }

        var metrics = await hospital.MetricsAsync(cancellation);
        return (bytes, fastest, new PatientsSample(patients, readings, metrics["dotnet_gc_last_collection_heap_size_bytes"], metrics["dotnet_process_memory_working_set_bytes"]));
    }

    private static Table Table(PatientsResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("");
        foreach (var heading in new[] { "Managed heap, MB", "Working set, MB" }) table.AddColumn(new TableColumn(heading).RightAligned());
        void Row(string name, double managed, double working) => table.AddRow(Markup.Escape(name), Report.Number(managed), Report.Number(working));
        Row("After the start", result.Before.ManagedBytes / 1e6, result.Before.WorkingSetBytes / 1e6);
        Row($"{result.After.Patients:N0} patients, {result.After.ReadingsEach:N0} readings each", result.After.ManagedBytes / 1e6, result.After.WorkingSetBytes / 1e6);
        Row("A patient's state, kB (working set: the whole process)", result.ManagedBytesPerPatient / 1e3, result.WorkingSetPerPatient / 1e3);
        table.Caption($"The state of everybody in one answer: {result.DashboardBytes / 1e6:0.0} MB in {result.DashboardMilliseconds:0} ms. The limit is a working set of 1 GiB.");
        return table;
    }
}
