using Wardwatch.Devices.Payloads;

namespace Wardwatch.Benchmarks.Dashboards;

/// <summary>
/// The time that devices stamp their readings with and that screens compare it to: one clock of one process, that never steps. A reading carries the moment just
/// before its publish as its time of measurement, so that a frame tells its own age and nothing is to be looked up.
/// </summary>
internal sealed class PublishClock
{
    private static readonly TimeProvider Time = TimeProvider.System;

    private readonly long _began = Time.GetTimestamp();
    private readonly long _beganMicros = MeasurementTimes.ToUnixMicroseconds(Time.GetUtcNow());
    private long _from = long.MaxValue;
    private long _until = long.MinValue;

    /// <summary>Now, in Unix microseconds.</summary>
    public long NowMicros => _beganMicros + (Time.GetElapsedTime(_began).Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>Readings that are published from now on are measured.</summary>
    public void Begin() => (_until, _from) = (long.MaxValue, NowMicros);

    /// <summary>Readings that are published from now on are not.</summary>
    public void End() => _until = NowMicros;

    /// <summary>Whether a reading of that time is measured.</summary>
    public bool Measures(long micros) => micros >= Volatile.Read(ref _from) && micros < Volatile.Read(ref _until);
}
