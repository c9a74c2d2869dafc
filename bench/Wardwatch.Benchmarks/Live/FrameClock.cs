using System.Collections.Concurrent;

namespace Wardwatch.Benchmarks.Live;

/// <summary>
/// When each reading was published, by patient and measurement time, for all screens of a run. Devices and screens are this process, so that one clock times both:
/// from just before the publish to just after the frame was received.
/// </summary>
internal sealed class FrameClock
{
    private readonly ConcurrentDictionary<(string Patient, long MeasuredAt), long> _published = new();
    private readonly ConcurrentDictionary<string, long> _byWard = new(StringComparer.Ordinal);

    /// <summary>A reading is about to be published.</summary>
    public void Publish(string patient, string ward, long measuredAtMicros)
    {
        _published[(patient, measuredAtMicros)] = TimeProvider.System.GetTimestamp();
        _byWard.AddOrUpdate(ward, 1, static (_, count) => count + 1);
    }

    /// <summary>How long ago a reading was published; null if it is none of this measurement.</summary>
    public double? MillisecondsSince(string patient, long measuredAtMicros, long receivedAt) =>
        _published.TryGetValue((patient, measuredAtMicros), out var at) ? TimeProvider.System.GetElapsedTime(at, receivedAt).TotalMilliseconds : null;

    /// <summary>How many readings a screen of that ward (null: of the hospital) is to show.</summary>
    public long Expected(string? ward) => ward is null ? _byWard.Values.Sum() : _byWard.GetValueOrDefault(ward);

    /// <summary>Forgets everything, for the end of a warm-up.</summary>
    public void Restart()
    {
        _published.Clear();
        _byWard.Clear();
    }
}
