using Shouldly;
using Wardwatch.Server.Analytics;
using Xunit;

namespace Wardwatch.UnitTests.Analytics;

/// <summary>How much of a day's budget is used, and whether it will last.</summary>
public class AlertBudgetTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Half_the_alerts_of_the_day_at_noon_are_half_the_budget_and_the_pace_keeps_it()
    {
        // Four beds, twelve alerts a bed and day: 48 today, two an hour.
        var burn = AlertBudget.BurnOf(12, Hours(0, 12, alerts: 2, beds: 4), occupiedNow: 4, Midnight.AddHours(12), TimeZoneInfo.Utc);
        burn.Alerts.ShouldBe(24);
        burn.Allowed.ShouldBe(48);
        burn.UsedShare.ShouldBe(0.5);
        burn.PacePerBedDay!.Value.ShouldBe(12, 1e-9);
        burn.ProjectedShare!.Value.ShouldBe(1, 1e-9);
        burn.WillExceed.ShouldBeFalse("the pace uses exactly what there is");
    }

    [Fact]
    public void A_bad_morning_that_is_over_does_not_count_as_the_pace_and_one_that_goes_on_does()
    {
        HourLoad[] over = [.. Hours(0, 4, alerts: 8, beds: 4), .. Hours(4, 12, alerts: 0, beds: 4)];
        AlertBudget.BurnOf(12, over, 4, Midnight.AddHours(12), TimeZoneInfo.Utc).ShouldBe(new(32, 48, 32 / 48.0, 0, 32 / 48.0, WillExceed: false));
        HourLoad[] goesOn = [.. Hours(0, 8, alerts: 0, beds: 4), .. Hours(8, 12, alerts: 5, beds: 4)];
        var burn = AlertBudget.BurnOf(12, goesOn, 4, Midnight.AddHours(12), TimeZoneInfo.Utc);
        burn.UsedShare!.Value.ShouldBeLessThan(0.5);
        burn.WillExceed.ShouldBeTrue("at five an hour it does not last until midnight");
    }

    [Fact]
    public void What_is_used_up_is_used_up_whatever_the_pace()
    {
        HourLoad[] hours = [.. Hours(0, 2, alerts: 30, beds: 4), .. Hours(2, 20, alerts: 0, beds: 4)];
        var burn = AlertBudget.BurnOf(12, hours, 4, Midnight.AddHours(20), TimeZoneInfo.Utc);
        burn.UsedShare.ShouldBe(1.25);
        burn.WillExceed.ShouldBeTrue();
    }

    [Fact]
    public void Nobody_there_is_no_budget_and_one_alert_of_a_patient_who_just_came_is_no_pace()
    {
        AlertBudget.BurnOf(12, [new(Midnight, 3, 0)], occupiedNow: 0, Midnight.AddHours(1), TimeZoneInfo.Utc).ShouldBe(new(3, 0, null, null, null, WillExceed: false));
        var burn = AlertBudget.BurnOf(12, [new(Midnight.AddHours(10), 1, 600)], occupiedNow: 1, Midnight.AddHours(10).AddMinutes(10), TimeZoneInfo.Utc);
        burn.PacePerBedDay.ShouldBeNull();
        burn.ProjectedShare.ShouldBeNull();
        burn.WillExceed.ShouldBeFalse();
    }

    [Fact]
    public void The_day_is_the_hospitals_and_the_pace_reaches_back_beyond_midnight()
    {
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

        // Half past midnight in Berlin: 23:30 in UTC.
        var now = Midnight.AddMinutes(-30);
        AlertBudget.NeededSince(now, berlin).ShouldBe(Midnight.AddHours(-6));
        HourLoad[] hours = [.. Hours(-6, -1, alerts: 4, beds: 4), new(Midnight.AddHours(-1), 1, 4 * 1800)];
        var burn = AlertBudget.BurnOf(12, hours, 4, now, berlin);
        burn.Alerts.ShouldBe(1, "the evening's were yesterday");
        burn.Allowed.ShouldBe(48, 1e-9);
        burn.PacePerBedDay!.Value.ShouldBe(21 / (5.5 * 4 / 24), 1e-9);
        burn.WillExceed.ShouldBeTrue();
    }

    [Theory]
    [InlineData("2026-03-29T12:00:00Z", 23)]
    [InlineData("2026-10-25T12:00:00Z", 25)]
    public void A_day_on_which_clocks_change_is_as_long_as_it_is(string noon, int hours)
    {
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var now = DateTimeOffset.Parse(noon, System.Globalization.CultureInfo.InvariantCulture);
        var since = AlertBudget.NeededSince(now, berlin);
        HourLoad[] full = [.. Enumerable.Range(0, 40).Select(hour => new HourLoad(since.AddHours(hour), 1, 3600)).Where(hour => hour.Hour < now)];
        AlertBudget.BurnOf(24, full, 1, now, berlin).Allowed.ShouldBe(hours, 1e-9);
    }

    private static HourLoad[] Hours(int from, int until, double alerts, int beds) => [.. Enumerable.Range(from, until - from).Select(hour => new HourLoad(Midnight.AddHours(hour), alerts, beds * 3600))];
}
