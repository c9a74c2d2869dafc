using System.Text;
using Shouldly;
using Wardwatch.Server.OnCall.Feeds;
using Xunit;

namespace Wardwatch.UnitTests.OnCall;

public class CalendarFileTests
{
    private static readonly DateTimeOffset Changed = Rota.Utc("2026-11-22 08:15");

    [Fact]
    public void An_entry_is_written_as_calendar_programs_read_it() =>
        CalendarFile.Write("Nurses, ward 1", Changed, [new("a-1@wardwatch", Rota.Utc("2026-11-23 06:00"), Rota.Utc("2026-11-23 14:00"), "Ines Falk; nurse", "Two\nlines \\ and more")])
            .ShouldBe(string.Join("\r\n",
                "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Wardwatch//On call//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH", "NAME:Nurses\\, ward 1", "X-WR-CALNAME:Nurses\\, ward 1",
                "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "BEGIN:VEVENT", "UID:a-1@wardwatch", "DTSTAMP:20261122T081500Z", "DTSTART:20261123T060000Z", "DTEND:20261123T140000Z",
                "SUMMARY:Ines Falk\\; nurse", "DESCRIPTION:Two\\nlines \\\\ and more", "TRANSP:TRANSPARENT", "END:VEVENT", "END:VCALENDAR", ""));

    [Theory]
    [InlineData("SUMMARY:", 200, "x")]
    [InlineData("SUMMARY:", 200, "é")]
    [InlineData("SUMMARY:S", 200, "é")]
    [InlineData("SUMMARY:", 100, "护")]
    [InlineData("SUMMARY:a", 100, "👩‍⚕️")]
    public void Lines_are_folded_at_75_octets_and_never_within_a_character(string name, int times, string text)
    {
        var line = name + string.Concat(Enumerable.Repeat(text, times));
        var file = new StringBuilder();
        CalendarFile.Line(file, line);
        var written = file.ToString();
        written.ShouldEndWith("\r\n");
        var parts = written[..^2].Split("\r\n");
        parts.Length.ShouldBeGreaterThan(1);
        parts.ShouldAllBe(part => Encoding.UTF8.GetByteCount(part) <= 75);
        parts.ShouldAllBe(part => new UTF8Encoding(false, true).GetByteCount(part) > 0);
        parts.Skip(1).ShouldAllBe(part => part[0] == ' ');
        parts[..^1].ShouldAllBe(part => Encoding.UTF8.GetByteCount(part) >= 72);
        string.Concat(parts.Select((part, i) => i == 0 ? part : part[1..])).ShouldBe(line);
    }

    [Theory]
    [InlineData(75, 1)]
    [InlineData(76, 2)]
    [InlineData(149, 2)]
    [InlineData(150, 3)]
    public void A_line_is_folded_only_where_it_is_too_long(int octets, int lines)
    {
        var file = new StringBuilder();
        CalendarFile.Line(file, new string('x', octets));
        file.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(lines);
    }
}
