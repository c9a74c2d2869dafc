using System.Globalization;
using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Simulator.Tables;

/// <summary>Turns the text of a cell into a number, a gap or a refusal. Never guesses: what is neither a number nor a known mark for "not measured" is refused.</summary>
internal static class CellParser
{
    /// <summary>Beyond the calendar's end, whatever the origin: what is larger is no time, and differences of such numbers lose the seconds.</summary>
    private const double MaxSeconds = 1e12;

    private static readonly string[] Gaps = ["nan", "na", "n/a", "null", "none", "-", "--", "---", "?", "."];

    /// <summary>Reads a vital sign in the catalogue's unit; NaN for a gap.</summary>
    public static bool TryReadVital(ReadOnlySpan<char> text, VitalColumn column, out double value)
    {
        text = text.Trim();
        value = double.NaN;
        if (IsGap(text)) return true;

        if (column.Vital == Vital.Consciousness)
            return TryReadConsciousness(text, out value);
        if (column.Vital == Vital.SupplementalOxygen && TryReadYesNo(text, out value))
            return true;

        if (!TryReadNumber(text, out var number)) return false;
        value = (number * column.Scale) + column.Offset;
        if (!double.IsFinite(value)) return false;
        if (column.Vital == Vital.SupplementalOxygen)
            value = value > 0 ? 1 : 0; // litres a minute count as "on oxygen"
        return true;
    }

    /// <summary>Reads a time as seconds on the column's own origin.</summary>
    public static bool TryReadTime(ReadOnlySpan<char> text, TimeUnit unit, out double seconds)
    {
        text = text.Trim();
        if (TryReadNumber(text, out var number))
        {
            seconds = number * unit switch
            {
                TimeUnit.Minutes => 60,
                TimeUnit.Hours => 3_600,
                TimeUnit.Dates => 86_400, // a spreadsheet's date is a count of days
                _ => 1,
            };
            return Math.Abs(seconds) <= MaxSeconds;
        }

        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span))
        {
            seconds = span.TotalSeconds;
            return true;
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var date))
        {
            seconds = (date - DateTimeOffset.UnixEpoch).TotalSeconds;
            return true;
        }

        seconds = double.NaN;
        return false;
    }

    public static bool IsGap(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return true;
        foreach (var gap in Gaps)
        {
            if (text.Equals(gap, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    // A decimal comma is refused rather than read as a thousands separator: "37,1" must not become 371.
    private static bool TryReadNumber(ReadOnlySpan<char> text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private static bool TryReadConsciousness(ReadOnlySpan<char> text, out double value)
    {
        value = double.NaN;
        if (!ConsciousnessCodes.TryParse(char.ToUpperInvariant(text[0]), out var level)) return false;
        if (text.Length > 1 && !text.Equals(level.ToString(), StringComparison.OrdinalIgnoreCase) && !text.Equals("Confused", StringComparison.OrdinalIgnoreCase)) return false;
        value = (double)level;
        return true;
    }

    private static bool TryReadYesNo(ReadOnlySpan<char> text, out double value)
    {
        bool Is(ReadOnlySpan<char> t, string word) => t.Equals(word, StringComparison.OrdinalIgnoreCase);
        value = Is(text, "yes") || Is(text, "y") || Is(text, "true") || Is(text, "oxygen") ? 1
            : Is(text, "no") || Is(text, "n") || Is(text, "false") || Is(text, "air") ? 0
            : double.NaN;
        return !double.IsNaN(value);
    }
}
