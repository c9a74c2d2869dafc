namespace Wardwatch.Benchmarks.Stage;

/// <summary>How long requests of one kind took, in milliseconds.</summary>
/// <param name="Requests">How many there were.</param>
/// <param name="P50">Half took no longer.</param>
/// <param name="P95">95 of 100 took no longer.</param>
/// <param name="P99">99 of 100 took no longer.</param>
/// <param name="Longest">The longest.</param>
internal sealed record Durations(int Requests, double P50, double P95, double P99, double Longest)
{
    /// <summary>Sorts them in place and reads them off; <see cref="double.NaN"/> where there are none.</summary>
    public static Durations Of(List<double> milliseconds)
    {
        if (milliseconds.Count == 0) return new(0, double.NaN, double.NaN, double.NaN, double.NaN);
        milliseconds.Sort();
        double At(double share) => milliseconds[Math.Max(0, (int)Math.Ceiling(share * milliseconds.Count) - 1)];
        return new(milliseconds.Count, At(.5), At(.95), At(.99), milliseconds[^1]);
    }
}
