using System.Diagnostics.Metrics;

namespace Wardwatch.Server.Timers;

/// <summary>What is counted about timers. Kinds are few and named by the program.</summary>
internal sealed class TimersMetrics
{
    private readonly Histogram<double> _lagSeconds;
    private readonly Counter<long> _failures;

    public TimersMetrics(IMeterFactory meters, TimersState state)
    {
        var meter = meters.Create("Wardwatch.Timers");
        _lagSeconds = meter.CreateHistogram(
            "wardwatch.timers.lag", "s", "Time from when a timer was due to when what it causes had begun, by kind",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300] });
        _failures = meter.CreateCounter<long>("wardwatch.timers.failures", "{attempt}", "Attempts that failed and are made again, by kind");
        meter.CreateObservableGauge("wardwatch.timers.pending", () => state.Pending, "{timer}", "Timers that are set");
        meter.CreateObservableGauge("wardwatch.timers.late", () => state.LateSeconds, "s", "How long the oldest timer that nobody has acted on has been due");
    }

    public void Fired(string kind, double lagSeconds) => _lagSeconds.Record(Math.Max(0, lagSeconds), Of(kind));

    public void Failed(string kind) => _failures.Add(1, Of(kind));

    private static KeyValuePair<string, object?> Of(string kind) => new("kind", kind);
}
