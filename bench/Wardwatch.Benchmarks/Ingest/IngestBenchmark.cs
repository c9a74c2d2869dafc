using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Ingest;

/// <summary>Puts shapes of load on the real server, and checks every acknowledgement against the database.</summary>
internal sealed class IngestBenchmark(HospitalUnderTest hospital)
{
    /// <summary>Runs one shape.</summary>
    public Task<IngestResult> RunAsync(LoadPlan plan, CancellationToken cancellation) => RunAsync(plan, _ => { }, cancellation);

    /// <summary>Runs one shape and tells when the measured time begins (true) and ends (false).</summary>
    public async Task<IngestResult> RunAsync(LoadPlan plan, Action<bool> atPhase, CancellationToken cancellation)
    {
        var rowsBefore = await hospital.CountReadingsAsync(cancellation);
        var meter = new CostMeter(Programs.ServerName);
        var (cost, peak) = (default(Cost), 0L);
        Task<MetricsSnapshot>? before = null, after = null;
        var report = await GeneratorRun.RunAsync(
            plan,
            hospital.Data,
            hospital.MqttPort,
            begins =>
            {
                atPhase(begins);
                if (begins)
                {
                    meter.Begin();
                    before = hospital.MetricsAsync(cancellation);
                }
                else
                {
                    (cost, peak) = meter.End();
                    after = hospital.MetricsAsync(cancellation);
                }
            },
            cancellation);
        if (cost is null || before is null || after is null) throw new BenchmarkException("The load generator did not say when it measured.");

        var rows = await hospital.CountReadingsAsync(cancellation) - rowsBefore;
        var holes = await hospital.CountHolesAsync(cancellation);
        var (began, ended) = (await before, await after);
        return new IngestResult
        {
            System = "Wardwatch",
            Transport = "TLS",
            Shape = plan.Shape,
            RateWanted = plan.Rate,
            RatePerSecond = report.AcknowledgedPerSecond,
            P50 = report.P50,
            P99 = report.P99,
            Cost = cost,
            Messages = report.Acknowledged,
            PeakBytes = peak,
            BatchSize = ended.MeanSince(began, "wardwatch_history_batch_size"),
            CommitMilliseconds = 1000 * ended.MeanSince(began, "wardwatch_history_commit_duration_seconds"),
            AllocatedPerReading = Since(began, ended, "dotnet_gc_heap_total_allocated_bytes_total") / Since(began, ended, "wardwatch_readings_stored_total"),
            Acknowledged = report.AcknowledgedInAll,
            Verified = Math.Min(rows, report.AcknowledgedInAll),
            Fault = Judge(report, rows, holes),
        };
    }

    private static double Since(MetricsSnapshot before, MetricsSnapshot after, string name) => after[name] - before[name];

    // Every acknowledged reading must be a row. A row may be there whose acknowledgement the generator did not wait for, but none that it never sent.
    private static string? Judge(GeneratorReport report, long rows, long holes)
    {
        if (rows < report.AcknowledgedInAll) return $"{report.AcknowledgedInAll - rows:N0} ACKNOWLEDGED READINGS ARE NOT STORED";
        if (rows > report.SentInAll) return $"{rows - report.SentInAll:N0} rows more than readings were sent";
        if (report.ConnectionsLost > 0) return $"{report.ConnectionsLost:N0} connections were lost";
        if (report.Refused != "{}") return $"refused: {report.Refused}";
        if (report.Unanswered > 0) return $"{report.Unanswered:N0} readings were never answered";
        return holes > 0 ? $"{holes:N0} readings are missing between others of their device" : null;
    }
}
