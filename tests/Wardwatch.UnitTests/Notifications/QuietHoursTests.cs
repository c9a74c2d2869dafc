using System.Globalization;
using Shouldly;
using Wardwatch.Server.Notifications.Channels;
using Xunit;

namespace Wardwatch.UnitTests.Notifications;

/// <summary>Quiet hours follow the wall clock of a zone: over midnight, and when the clock is put forward or back.</summary>
public sealed class QuietHoursTests
{
    [Theory]
    // Over midnight, winter: Berlin is UTC+1.
    [InlineData("22:00", "06:00", "2026-11-22T20:59:59Z", null)]
    [InlineData("22:00", "06:00", "2026-11-22T21:00:00Z", "2026-11-23T05:00:00Z")]
    [InlineData("22:00", "06:00", "2026-11-22T23:30:00Z", "2026-11-23T05:00:00Z")]
    [InlineData("22:00", "06:00", "2026-11-23T04:59:59Z", "2026-11-23T05:00:00Z")]
    [InlineData("22:00", "06:00", "2026-11-23T05:00:00Z", null)]
    // Within a day.
    [InlineData("13:00", "14:30", "2026-11-22T12:00:00Z", "2026-11-22T13:30:00Z")]
    [InlineData("13:00", "14:30", "2026-11-22T13:30:00Z", null)]
    [InlineData("13:00", "14:30", "2026-11-22T11:59:59Z", null)]
    [InlineData("00:00", "06:00", "2026-11-22T23:00:00Z", "2026-11-23T05:00:00Z")]
    [InlineData("22:00", "00:00", "2026-11-22T21:30:00Z", "2026-11-22T23:00:00Z")]
    // The night of 29 March has no 02:00 to 03:00: quiet hours over it are an hour shorter, and those that end within it end with the jump.
    [InlineData("22:00", "06:00", "2026-03-28T22:00:00Z", "2026-03-29T04:00:00Z")]
    [InlineData("22:00", "02:30", "2026-03-28T23:30:00Z", "2026-03-29T01:00:00Z")]
    [InlineData("22:00", "02:00", "2026-03-28T23:30:00Z", "2026-03-29T01:00:00Z")]
    [InlineData("22:00", "03:00", "2026-03-28T23:30:00Z", "2026-03-29T01:00:00Z")]
    [InlineData("22:00", "02:30", "2026-03-29T01:00:00Z", null)]
    // The night of 25 October has 02:00 to 03:00 twice: an hour longer, and those that end within it end the first time; what comes in the second one waits for its end.
    [InlineData("22:00", "06:00", "2026-10-24T21:00:00Z", "2026-10-25T05:00:00Z")]
    [InlineData("22:00", "02:30", "2026-10-24T22:00:00Z", "2026-10-25T00:30:00Z")]
    [InlineData("22:00", "02:30", "2026-10-25T00:45:00Z", null)]
    [InlineData("22:00", "02:30", "2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z")]
    public void They_end_when_the_clock_on_the_wall_says_so(string from, string until, string at, string? end) =>
        Hours(from, until, "Europe/Berlin").EndAt(Time(at)).ShouldBe(end is null ? null : Time(end));

    [Fact]
    public void Another_zone_has_another_night()
    {
        Hours("22:00", "06:00", "Asia/Kolkata").EndAt(Time("2026-11-22T17:00:00Z")).ShouldBe(Time("2026-11-23T00:30:00Z"));
        Hours("22:00", "06:00", "America/New_York").EndAt(Time("2026-11-22T17:00:00Z")).ShouldBeNull();
    }

    [Fact]
    public void At_their_end_it_is_never_quiet_and_just_before_it_always()
    {
        foreach (var zone in new[] { "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca" })
        {
            var hours = Hours("21:15", "02:15", zone);
            for (var at = Time("2026-01-01T00:00:00Z"); at < Time("2027-01-01T00:00:00Z"); at = at.AddMinutes(47))
            {
                if (hours.EndAt(at) is { } end)
                {
                    end.ShouldBeGreaterThan(at, $"{zone} {at}");
                    hours.EndAt(end).ShouldBeNull($"{zone} {at}: {end}");
                    hours.EndAt(end.AddSeconds(-1)).ShouldBe(end, $"{zone} {at}");
                }
            }
        }
    }

    internal static QuietHours Hours(string from, string until, string zone) =>
        new(TimeOnly.Parse(from, CultureInfo.InvariantCulture), TimeOnly.Parse(until, CultureInfo.InvariantCulture), TimeZoneInfo.FindSystemTimeZoneById(zone));

    internal static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
