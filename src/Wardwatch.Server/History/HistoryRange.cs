using System.Globalization;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.History;

/// <summary>A range of time, in microseconds since the Unix epoch, the end exclusive.</summary>
internal readonly record struct HistoryRange(long From, long Until)
{
    private const long Second = 1_000_000;

    /// <summary>Reads start and end (ISO 8601); the default is the last 24 hours. Answers what is wrong, or null.</summary>
    public static string? Parse(string? start, string? end, DateTimeOffset now, out HistoryRange range)
    {
        range = default;
        // A reading may be measured a little ahead of the server's clock.
        if (!TryParseTime(end, now.AddMinutes(5), out var until))
        {
            return "end must be an ISO 8601 time, such as 2026-11-20T09:00:00Z.";
        }

        if (!TryParseTime(start, until.AddDays(-1), out var from))
        {
            return "start must be an ISO 8601 time, such as 2026-11-20T08:00:00Z.";
        }

        range = new HistoryRange(UnixTime.FromDateTimeOffset(from), UnixTime.FromDateTimeOffset(until));
        return range.From < range.Until ? null : "start must be before end.";
    }

    /// <summary>Reads a bucket length into microseconds; <c>auto</c> gives about <paramref name="automatic"/> buckets.</summary>
    public static bool TryParseBucket(string text, HistoryRange range, int automatic, out long microseconds)
    {
        microseconds = 0;
        if (text == "auto")
        {
            microseconds = Math.Max(1, (long)Math.Ceiling((range.Until - range.From) / (double)Second / automatic)) * Second;
            return true;
        }

        var (digits, unit) = text.Length > 0 ? text[^1] switch
        {
            's' => (text[..^1], 1),
            'm' => (text[..^1], 60),
            'h' => (text[..^1], 3600),
            'd' => (text[..^1], 86_400),
            _ => (text, 1),
        } : (text, 1);
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) || count * unit is not (>= 0.001 and <= 366 * 86_400.0))
        {
            return false;
        }

        microseconds = (long)Math.Round(count * unit * Second);
        return true;
    }

    private static bool TryParseTime(string? text, DateTimeOffset whenMissing, out DateTimeOffset time)
    {
        time = whenMissing;
        return text is null || (text is [_, _, _, _, '-', _, _, '-', _, _, ..] && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time)
            && time.Year is >= 1970 and < 9999);
    }
}

/// <summary>Where a page ended: the time of its last reading, and how many readings of just that time were given already.</summary>
internal readonly record struct HistoryCursor(long MeasuredAt, int Delivered)
{
    // The end of the year 9999, in microseconds: later times have no form.
    private const long LastTime = 253_402_300_799_999_999;

    public static bool TryParse(string? text, out HistoryCursor cursor)
    {
        cursor = new HistoryCursor(long.MinValue, 0);
        if (text is null)
        {
            return true;
        }

        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 1 || !long.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var at) || at > LastTime
            || !int.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var delivered))
        {
            return false;
        }

        cursor = new HistoryCursor(at, delivered);
        return true;
    }

    public override string ToString() => $"{MeasuredAt}.{Delivered}";
}
