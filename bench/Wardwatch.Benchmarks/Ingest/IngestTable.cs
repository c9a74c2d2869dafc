using Spectre.Console;

namespace Wardwatch.Benchmarks.Ingest;

/// <summary>The table of <c>bench ingest</c>: a row per figure, a column per run.</summary>
internal static class IngestTable
{
    /// <summary>Lays the results out.</summary>
    public static Table Create(IReadOnlyList<IngestResult> results)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("");
        foreach (var result in results)
            table.AddColumn(new TableColumn($"[bold]{result.System}[/]\n{result.Transport}, {result.Shape}").RightAligned());

        void Row(string name, Func<IngestResult, string> figure) => table.AddRow([name, .. results.Select(result => Markup.Escape(figure(result)))]);
        Row("Messages/s (stored and acknowledged; a broker's: relayed)", r => Report.Number(r.RatePerSecond));
        if (results.Any(r => r.RateWanted > 0)) Row("  asked for", r => Report.Number(r.RateWanted));
        if (results.Any(r => r.RatioToRelay is not null)) Row("  share of Mosquitto's rate", r => r.RatioToRelay is { } ratio ? $"{ratio * 100:0} %" : "");
        Row("PUBLISH → PUBACK, p50 ms", r => Report.Number(r.P50));
        Row("PUBLISH → PUBACK, p99 ms", r => Report.Number(r.P99));
        Row("Processor, µs per message", r => Report.Number(r.MicrosecondsPerMessage(r.Cost.Server + r.Cost.Database)));
        Row("  server or broker", r => Report.Number(r.MicrosecondsPerMessage(r.Cost.Server)));
        Row("  PostgreSQL", r => r.Cost.Database > 0 ? Report.Number(r.MicrosecondsPerMessage(r.Cost.Database)) : "");
        Row("  (generator)", r => Report.Number(r.MicrosecondsPerMessage(r.Cost.Generator)));
        Row("  (receiver of what is relayed)", r => r.System == "Wardwatch" ? "" : Report.Number(r.MicrosecondsPerMessage(r.Cost.Receiver)));
        Row("Processor seconds: server / PostgreSQL / generator", r => $"{r.Cost.Server:0.0} / {r.Cost.Database:0.0} / {r.Cost.Generator:0.0}");
        Row("Used by others on this machine", r => $"{r.Cost.OthersShare * 100:0} %");
        Row("Memory peak of server or broker, MB", r => Report.Number(r.PeakBytes / 1e6));
        Row("Allocated by the server, bytes per reading", r => Report.Number(r.AllocatedPerReading));
        Row("Readings per transaction", r => Report.Number(r.BatchSize));
        Row("Transaction, mean ms", r => Report.Number(r.CommitMilliseconds));
        Row("Acknowledged in all, warm-up included", r => $"{r.Acknowledged:N0}");
        Row("  of these verified", r => r.Fault ?? $"{r.Verified:N0}");
        return table;
    }
}
