namespace Wardwatch.Devices.Payloads;

/// <summary>How a measurement's time stands to the time at which it is judged.</summary>
public enum TimeVerdict : byte
{
    Acceptable = 0,
    TooFarInFuture,
    TooFarInPast,
}

/// <summary>The bounds within which a device's clock is believed. All times are unix microseconds.</summary>
public static class MeasurementTimes
{
    /// <summary>5 minutes: clocks of bedside devices drift.</summary>
    public static readonly TimeSpan FutureLimit = TimeSpan.FromMinutes(5);

    /// <summary>7 days: what a device may keep while it is out of reach.</summary>
    public static readonly TimeSpan PastLimit = TimeSpan.FromDays(7);

    /// <summary>Judges a time; exactly at a limit is acceptable.</summary>
    public static TimeVerdict Judge(long measuredAtUnixMicroseconds, long nowUnixMicroseconds)
    {
        if (measuredAtUnixMicroseconds > nowUnixMicroseconds + (long)FutureLimit.TotalMicroseconds) return TimeVerdict.TooFarInFuture;
        if (measuredAtUnixMicroseconds < nowUnixMicroseconds - (long)PastLimit.TotalMicroseconds) return TimeVerdict.TooFarInPast;
        return TimeVerdict.Acceptable;
    }

    /// <summary>Unix microseconds of a time; what is finer is cut off.</summary>
    public static long ToUnixMicroseconds(DateTimeOffset time) => (time.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset FromUnixMicroseconds(long unixMicroseconds) => new((unixMicroseconds * TimeSpan.TicksPerMicrosecond) + DateTime.UnixEpoch.Ticks, TimeSpan.Zero);
}
