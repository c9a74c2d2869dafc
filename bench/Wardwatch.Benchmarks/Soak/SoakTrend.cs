namespace Wardwatch.Benchmarks.Soak;

/// <summary>How one figure stood after ten minutes and at the end: the median of a few minutes each, so that neither a single peak nor a trough decides.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Early">The median of minutes 8 to 12.</param>
/// <param name="Late">The median of the last four minutes.</param>
/// <param name="IsJudged">Whether a change beyond the limit makes the soak fail.</param>
internal sealed record SoakTrend(string Name, double Early, double Late, bool IsJudged)
{
    /// <summary>The change that is allowed, as a share.</summary>
    public const double Limit = 0.05;

    /// <summary>Shorter soaks have not yet settled after ten minutes' worth of themselves, so that nothing is judged.</summary>
    public const double JudgedFromMinutes = 20;

    private const double EarlyFrom = 8 * 60;
    private const double EarlyUntil = 12 * 60;
    private const double LateSeconds = 4 * 60;

    /// <summary>The change, as a share of <see cref="Early"/>.</summary>
    public double Change => (Late - Early) / Early;

    /// <summary>Whether the figure changed by more than is allowed, up or down.</summary>
    public bool IsOver => IsJudged && !(Math.Abs(Change) <= Limit);

    /// <summary>The trends of a soak of some minutes. Of a short one the second and the last fifth are compared, and nothing is judged.</summary>
    public static List<SoakTrend> Of(IReadOnlyList<SoakSample> samples, double minutes)
    {
        var isLong = minutes >= JudgedFromMinutes;
        var all = minutes * 60;
        var (from, until, late) = isLong ? (EarlyFrom, EarlyUntil, all - LateSeconds) : (all * 0.2, all * 0.4, all * 0.8);
        SoakTrend Trend(string name, Func<SoakSample, double> figure, bool isJudged = false) => new(
            name,
            Median(samples.Where(sample => sample.Seconds >= from && sample.Seconds <= until).Select(figure)),
            Median(samples.Where(sample => sample.Seconds >= late).Select(figure)),
            isJudged && isLong);
        return
        [
            Trend("Managed memory after a full collection, MB", sample => sample.LiveHeap / 1e6, isJudged: true),
            Trend("Handles (files, sockets, pipes)", sample => sample.Handles, isJudged: true),
            Trend("Working set, MB", sample => sample.WorkingSet / 1e6),
            Trend("Threads", sample => sample.Threads),
            Trend("Readings under way (all queues together)", sample => sample.UnderWay),
            Trend("Batches that wait for a lane", sample => sample.LaneBatches),
            Trend("Allocated by the server, bytes per reading", sample => sample.AllocatedPerReading),
            Trend("Processor of the server, µs per reading", sample => sample.ProcessorPerReading),
            Trend("Database, bytes per reading", sample => sample.DatabaseBytes / sample.Stored),
        ];
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Where(double.IsFinite).Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
