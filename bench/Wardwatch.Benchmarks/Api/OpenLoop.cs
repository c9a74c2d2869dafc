namespace Wardwatch.Benchmarks.Api;

/// <summary>
/// Begins things at times that are fixed beforehand, one each 1/rate seconds, whether or not those before have ended. Whoever measures from the planned time sees
/// a stall as everybody sees it who wanted something meanwhile; a loop that waits for each answer would count it once.
/// </summary>
/// <param name="perSecond">How many a second.</param>
/// <param name="time">The clock.</param>
internal sealed class OpenLoop(double perSecond, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    /// <summary>The most that something began after its planned time, in milliseconds: how far this program itself could not keep up.</summary>
    public double LatestMilliseconds { get; private set; }

    /// <summary>How many are planned to begin within a time from the start; the first one begins at once.</summary>
    public static int DueWithin(double perSecond, TimeSpan elapsed) => (int)Math.Floor((perSecond * elapsed.TotalSeconds) + 1e-9) + 1;

    /// <summary>Begins everything that is planned within a time.</summary>
    /// <param name="duration">For how long.</param>
    /// <param name="begin">Begins one and returns without waiting for its end: its number from 0, and its planned time as a timestamp of the clock.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>How many there were.</returns>
    public async Task<int> RunAsync(TimeSpan duration, Action<int, long> begin, CancellationToken cancellation)
    {
        var all = (int)Math.Ceiling((perSecond * duration.TotalSeconds) - 1e-9);
        using var timer = new PeriodicTimer(Look, time);
        var began = time.GetTimestamp();
        var next = 0;
        while (true)
        {
            for (var due = Math.Min(all, DueWithin(perSecond, time.GetElapsedTime(began))); next < due; next++)
            {
                var planned = began + (long)Math.Round(next / perSecond * time.TimestampFrequency);
                LatestMilliseconds = Math.Max(LatestMilliseconds, time.GetElapsedTime(planned).TotalMilliseconds);
                begin(next, planned);
            }

            if (next == all) return all;
            await timer.WaitForNextTickAsync(cancellation);
        }
    }
}
