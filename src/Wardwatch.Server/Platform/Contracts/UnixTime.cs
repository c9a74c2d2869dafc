namespace Wardwatch.Server.Platform.Contracts;

/// <summary>Microseconds since the Unix epoch: the one form in which times travel between modules. PostgreSQL keeps the same resolution.</summary>
public static class UnixTime
{
    private const long TicksPerMicrosecond = TimeSpan.TicksPerMillisecond / 1000;

    /// <summary>Now, in microseconds.</summary>
    public static long Microseconds(this TimeProvider time) => FromDateTimeOffset(time.GetUtcNow());

    /// <summary>To microseconds.</summary>
    public static long FromDateTimeOffset(DateTimeOffset value) => (value.UtcTicks - DateTime.UnixEpoch.Ticks) / TicksPerMicrosecond;

    /// <summary>To microseconds; the value is taken as UTC.</summary>
    public static long FromDateTime(DateTime value) => (value.Ticks - DateTime.UnixEpoch.Ticks) / TicksPerMicrosecond;

    /// <summary>From microseconds, as UTC.</summary>
    public static DateTime ToDateTime(long microseconds) => new(DateTime.UnixEpoch.Ticks + microseconds * TicksPerMicrosecond, DateTimeKind.Utc);

    /// <summary>From microseconds.</summary>
    public static DateTimeOffset ToDateTimeOffset(long microseconds) => new(ToDateTime(microseconds), TimeSpan.Zero);
}
