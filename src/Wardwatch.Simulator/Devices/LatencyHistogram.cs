using System.Numerics;

namespace Wardwatch.Simulator.Devices;

/// <summary>
/// Counts durations in buckets that grow with the duration: 32 to each doubling, so that a percentile is right to about 3 %, from one microsecond to an hour, in 9 KB.
/// Any thread may record.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int Doublings = 32;
    private const int PerDoubling = 32;
    private readonly long[] _buckets = new long[Doublings * PerDoubling];
    private long _count;
    private long _maxMicroseconds;

    public long Count => Interlocked.Read(ref _count);

    public double MaxMilliseconds => Interlocked.Read(ref _maxMicroseconds) / 1000.0;

    public void Record(TimeSpan duration)
    {
        var microseconds = Math.Max(0, (long)duration.TotalMicroseconds);
        Interlocked.Increment(ref _buckets[Index(microseconds)]);
        Interlocked.Increment(ref _count);
        var max = Interlocked.Read(ref _maxMicroseconds);
        while (microseconds > max)
        {
            var seen = Interlocked.CompareExchange(ref _maxMicroseconds, microseconds, max);
            if (seen == max) break;
            max = seen;
        }
    }

    /// <summary>The duration that a share of all durations does not exceed, in milliseconds; NaN where nothing was recorded.</summary>
    public double PercentileMilliseconds(double share)
    {
        var left = (long)Math.Ceiling(share * Count);
        if (Count == 0) return double.NaN;
        for (var i = 0; i < _buckets.Length; i++)
        {
            left -= Interlocked.Read(ref _buckets[i]);
            if (left <= 0) return Math.Min(UpperMicroseconds(i) / 1000.0, MaxMilliseconds);
        }

        return MaxMilliseconds;
    }

    // Below 32 µs a bucket is a microsecond; above, the five bits behind the highest one choose among the 32 of its doubling.
    private static int Index(long microseconds)
    {
        if (microseconds < PerDoubling) return (int)microseconds;
        var exponent = BitOperations.Log2((ulong)microseconds) - 5;
        var index = ((exponent + 1) * PerDoubling) + (int)((microseconds >> exponent) - PerDoubling);
        return Math.Min(index, (Doublings * PerDoubling) - 1);
    }

    private static double UpperMicroseconds(int index)
    {
        if (index < PerDoubling) return index + 1;
        var exponent = (index / PerDoubling) - 1;
        return Math.ScaleB((index % PerDoubling) + PerDoubling + 1, exponent);
    }
}
