using Wardwatch.Devices.Payloads;

namespace Wardwatch.Benchmarks.Dashboards;

/// <summary>
/// Finds the times of measurement in what a screen received, without reading the JSON: a document of a reading has patient, device and <c>at</c> first.
/// <code>
/// /ws/vitals   {"patient":"p-0003","device":"M-103","at":"2026-11-22T06:00:00.123456Z", …}
/// /hubs/ward   {"type":1,"target":"VitalsUpdated","arguments":[{"patient":…,"at":"…", …}]}␞{"type":6}␞
/// </code>
/// </summary>
internal static class FrameScan
{
    private const byte RecordEnd = 0x1E;
    private const int TargetWithin = 64;

    private static ReadOnlySpan<byte> At => "\"at\":\""u8;

    private static ReadOnlySpan<byte> Vitals => "\"VitalsUpdated\""u8;

    /// <summary>The time of a frame of <c>/ws/vitals</c>, in Unix microseconds; null if it has none.</summary>
    public static long? TimeOf(ReadOnlySpan<byte> frame)
    {
        var at = frame.IndexOf(At);
        if (at < 0) return null;
        var text = frame[(at + At.Length)..];
        var end = text.IndexOf((byte)'"');
        return end > 0 && Timestamp.TryRead(text[..end], out var micros) ? micros : null;
    }

    /// <summary>The next record of a hub's message, and its time if it is a reading's; false at the end.</summary>
    /// <param name="rest">What is left of the message; moves behind the record.</param>
    /// <param name="micros">The time, or null: it tells of something else.</param>
    public static bool NextRecord(ref ReadOnlySpan<byte> rest, out long? micros)
    {
        micros = null;
        if (rest.IsEmpty) return false;
        var end = rest.IndexOf(RecordEnd);
        var record = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 1)..];
        if (record[..Math.Min(record.Length, TargetWithin)].IndexOf(Vitals) >= 0) micros = TimeOf(record);
        return true;
    }
}
