namespace Wardwatch.Benchmarks.Stage;

/// <summary>Some durations in milliseconds, and what is said of them.</summary>
/// <param name="Count">How many there were.</param>
/// <param name="P50">Half took no longer.</param>
/// <param name="P99">99 of 100 took no longer.</param>
/// <param name="Max">The longest.</param>
internal sealed record Distribution(int Count, double P50, double P99, double Max)
{
    /// <summary>Sorts the durations in place.</summary>
    public static Distribution Of(List<double> milliseconds)
    {
        if (milliseconds.Count == 0) return new Distribution(0, double.NaN, double.NaN, double.NaN);
        milliseconds.Sort();
        return new Distribution(milliseconds.Count, At(milliseconds, 0.5), At(milliseconds, 0.99), milliseconds[^1]);
    }

    private static double At(List<double> sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)];
}
