using System.Globalization;
using System.Text;

namespace Wardwatch.Server.OnCall.Feeds;

/// <summary>An entry of a calendar.</summary>
/// <param name="Id">The same for the same entry, whenever it is read.</param>
/// <param name="From">When it begins.</param>
/// <param name="Until">When it ends.</param>
/// <param name="Summary">What stands in the calendar.</param>
/// <param name="Description">More about it.</param>
internal sealed record CalendarEntry(string Id, DateTimeOffset From, DateTimeOffset Until, string Summary, string Description);

/// <summary>
/// Writes calendars for calendar programs (iCalendar, RFC 5545): lines end with CRLF and are folded at 75 octets (3.1), texts are escaped (3.3.11), times are in UTC
/// (3.3.5, form 2), so that no rules of a zone are needed to read them.
/// </summary>
internal static class CalendarFile
{
    /// <summary>The type of such a file.</summary>
    public const string ContentType = "text/calendar; charset=utf-8";

    private const int MostOctets = 75;

    /// <summary>A calendar.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="changedAt">When it was changed last.</param>
    /// <param name="entries">What stands in it.</param>
    public static string Write(string name, DateTimeOffset changedAt, IEnumerable<CalendarEntry> entries)
    {
        var file = new StringBuilder();
        Line(file, "BEGIN:VCALENDAR");
        Line(file, "VERSION:2.0");
        Line(file, "PRODID:-//Wardwatch//On call//EN");
        Line(file, "CALSCALE:GREGORIAN");
        Line(file, "METHOD:PUBLISH");

        // The name as RFC 7986 has it, and as programs have read it for longer.
        Line(file, $"NAME:{Escape(name)}");
        Line(file, $"X-WR-CALNAME:{Escape(name)}");
        Line(file, "REFRESH-INTERVAL;VALUE=DURATION:PT1H");
        foreach (var entry in entries)
        {
            Line(file, "BEGIN:VEVENT");
            Line(file, $"UID:{entry.Id}");
            Line(file, $"DTSTAMP:{Time(changedAt)}");
            Line(file, $"DTSTART:{Time(entry.From)}");
            Line(file, $"DTEND:{Time(entry.Until)}");
            Line(file, $"SUMMARY:{Escape(entry.Summary)}");
            Line(file, $"DESCRIPTION:{Escape(entry.Description)}");
            Line(file, "TRANSP:TRANSPARENT");
            Line(file, "END:VEVENT");
        }

        Line(file, "END:VCALENDAR");
        return file.ToString();
    }

    /// <summary>A text as a value.</summary>
    public static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace(";", "\\;", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal)
        .Replace("\r\n", "\\n", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\n", StringComparison.Ordinal);

    /// <summary>Appends a line, folded where it is longer than 75 octets, and never within a character.</summary>
    public static void Line(StringBuilder file, string line)
    {
        var octets = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > MostOctets)
            {
                // The blank that begins the next line counts as one of its octets.
                file.Append("\r\n ");
                octets = 1;
            }

            file.Append(rune.ToString());
            octets += rune.Utf8SequenceLength;
        }

        file.Append("\r\n");
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
}
