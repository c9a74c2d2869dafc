using Shouldly;
using Wardwatch.Server.OnCall.Calculation;
using Xunit;
using static Wardwatch.UnitTests.OnCall.Rota;

namespace Wardwatch.UnitTests.OnCall;

public class LocalTimesTests
{
    [Theory]
    [InlineData("UTC", "2026-03-29T02:30", "2026-03-29 02:30")]
    [InlineData("Asia/Kolkata", "2026-03-29T07:00", "2026-03-29 01:30")]
    [InlineData("Europe/Berlin", "2026-01-15T07:00", "2026-01-15 06:00")]
    [InlineData("Europe/Berlin", "2026-07-15T07:00", "2026-07-15 05:00")]
    [InlineData("America/New_York", "2026-03-07T23:00", "2026-03-08 04:00")]
    public void A_time_on_the_wall_is_an_instant(string zone, string wall, string instant) =>
        LocalTimes.FirstInstant(Zone(zone), DateTime.Parse(wall)).ShouldBe(Utc(instant));

    [Theory]
    [InlineData("Europe/Berlin", "2026-03-29T01:59", "2026-03-29 00:59")]
    [InlineData("Europe/Berlin", "2026-03-29T02:00", "2026-03-29 01:00")]
    [InlineData("Europe/Berlin", "2026-03-29T02:30", "2026-03-29 01:00")]
    [InlineData("Europe/Berlin", "2026-03-29T03:00", "2026-03-29 01:00")]
    [InlineData("Europe/Berlin", "2026-03-29T03:01", "2026-03-29 01:01")]
    [InlineData("America/New_York", "2026-03-08T02:30", "2026-03-08 07:00")]
    [InlineData("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03 15:30")]
    [InlineData("America/Havana", "2026-03-08T00:00", "2026-03-08 05:00")]
    public void A_time_that_the_clock_leaps_over_is_reached_at_the_leap(string zone, string wall, string instant) =>
        LocalTimes.FirstInstant(Zone(zone), DateTime.Parse(wall)).ShouldBe(Utc(instant));

    [Theory]
    [InlineData("Europe/Berlin", "2026-10-25T01:59", "2026-10-24 23:59")]
    [InlineData("Europe/Berlin", "2026-10-25T02:00", "2026-10-25 00:00")]
    [InlineData("Europe/Berlin", "2026-10-25T02:30", "2026-10-25 00:30")]
    [InlineData("Europe/Berlin", "2026-10-25T03:00", "2026-10-25 02:00")]
    [InlineData("America/New_York", "2026-11-01T01:30", "2026-11-01 05:30")]
    [InlineData("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04 14:45")]
    public void A_time_that_comes_twice_is_the_first_of_both(string zone, string wall, string instant) =>
        LocalTimes.FirstInstant(Zone(zone), DateTime.Parse(wall)).ShouldBe(Utc(instant));

    [Fact]
    public void A_day_that_never_was_is_reached_where_the_next_one_begins()
    {
        // Samoa went from the 29th to the 31st of December 2011.
        var leap = Utc("2011-12-30 10:00");
        foreach (var wall in new[] { "2011-12-30T00:00", "2011-12-30T12:00", "2011-12-30T23:59", "2011-12-31T00:00" })
        {
            LocalTimes.FirstInstant(Zone("Pacific/Apia"), DateTime.Parse(wall)).ShouldBe(leap, wall);
        }

        LocalTimes.FirstInstant(Zone("Pacific/Apia"), DateTime.Parse("2011-12-29T23:59")).ShouldBe(leap.AddMinutes(-1));
        LocalTimes.FirstInstant(Zone("Pacific/Apia"), DateTime.Parse("2011-12-31T07:00")).ShouldBe(leap.AddHours(7));
    }

    [Theory]
    [InlineData("Europe/Berlin")]
    [InlineData("America/New_York")]
    [InlineData("Pacific/Apia")]
    [InlineData("Asia/Kolkata")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("America/Sao_Paulo")]
    [InlineData("Africa/Casablanca")]
    public void Later_times_on_the_wall_never_come_earlier_and_the_clock_shows_them_from_then_on(string id)
    {
        var zone = Zone(id);
        var before = DateTimeOffset.MinValue;
        for (var wall = new DateTime(2011, 1, 1); wall.Year < 2013; wall = wall.AddMinutes(37))
        {
            var instant = LocalTimes.FirstInstant(zone, wall);
            instant.ShouldBeGreaterThanOrEqualTo(before);
            LocalTimes.WallAt(zone, instant).ShouldBeGreaterThanOrEqualTo(wall);
            LocalTimes.WallAt(zone, instant.AddTicks(-1)).ShouldBeLessThan(wall);
            before = instant;
        }
    }
}
