using Shouldly;
using Wardwatch.Server.Analytics;
using Wardwatch.Server.Patients.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Analytics;

/// <summary>What the page about alert load shows, made from sums.</summary>
public class AlertLoadFiguresTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 30, 0, TimeSpan.Zero);
    private static readonly WardEntry North = new(1, "north", "North", ["1", "2"]);
    private static readonly WardEntry South = new(1, "south", "South", ["1"]);

    [Fact]
    public void Alerts_are_by_occupied_bed_days_and_shares_by_what_was_judged()
    {
        var north = WardOf(occupiedDays: 4, ("alert:hr-high:medium", 6), ("alert:hr-high:high", 2), ("alert:battery-low:low", 2), ("judged:hr-high:real", 1), ("judged:hr-high:no-action", 2), ("judged:hr-high:artefact", 1));
        var document = Of(new() { ["north"] = north }, [North]);
        document.Alerts.ShouldBe(10);
        document.Technical.ShouldBe(2);
        document.BedDays.ShouldBe(4);
        document.PerBedDay.ShouldBe(2.5);
        document.Judgements.ShouldBe(new(4, 1, 2, 1, 0.4, 0.25));
        document.ByPriority.ShouldBe([new("high", 2, 0.5), new("medium", 6, 1.5), new("low", 2, 0.5)]);
        document.ByType.Select(type => (type.Type, type.Name, type.Alerts, type.Judgements.NeededActionShare)).ShouldBe([("hr-high", "Tachycardia", 8, 0.25), ("battery-low", "Battery low", 2, null)]);
        document.TopCauses.Select(cause => (cause.WardName, cause.Type, cause.Share)).ShouldBe([("North", "hr-high", 0.8), ("North", "battery-low", 0.2)]);
        document.Wards.Single().Budget.ShouldBe(new(12, 12, "default", null, null));
    }

    [Fact]
    public void A_ward_without_patients_has_alerts_but_none_per_bed_day_and_one_without_alerts_has_none()
    {
        var document = Of(new() { ["north"] = WardOf(0, ("alert:hr-high:medium", 3)) }, [North, South]);
        document.Wards.Select(ward => (ward.Id, ward.Alerts, ward.PerBedDay)).ShouldBe([("north", 3, null), ("south", 0, null)]);
        document.Judgements.ShouldBe(new(0, 0, 0, 0, 0, null));
        document.Response.Incidents.ShouldBe(0);
        document.Response.AcknowledgedFromOnset.ShouldBe(new(0, null, null));
        document.ResponseByPriority.Select(response => response.Priority).ShouldBe(["high", "medium", "low"]);
    }

    [Fact]
    public void Hours_are_on_the_hospitals_clocks_and_by_how_often_they_came()
    {
        var hours = new Dictionary<DateTimeOffset, double> { [Now.AddMinutes(-30)] = 3, [Now.AddMinutes(-30).AddDays(-1)] = 3, [Now.AddMinutes(-90)] = 1 };
        var document = Of([], [North], hours, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        document.TimeZone.ShouldBe("Europe/Berlin");
        document.ByHourOfDay.Count.ShouldBe(24);

        // Noon in UTC is one o'clock in Berlin; today's is half over.
        document.ByHourOfDay[13].ShouldBe(new(13, 6, 4));
        document.ByHourOfDay[12].ShouldBe(new(12, 1, 1));
        document.ByHourOfDay[3].ShouldBe(new(3, 0, 0));
    }

    [Fact]
    public void A_measure_of_a_newer_release_is_passed_over()
    {
        var document = Of(new() { ["north"] = WardOf(1, ("alert:hr-high:medium", 1), ("alert:of-tomorrow:low", 1), ("judged:hr-high:unsure", 5), ("weather", 3)) }, [North]);
        document.Judgements.Judged.ShouldBe(0);
        document.Alerts.ShouldBe(2);
    }

    private static AlertLoadDocument Of(Dictionary<string, WardLoad> wards, WardEntry[] asked, Dictionary<DateTimeOffset, double>? hours = null, TimeZoneInfo? zone = null) => AlertLoadFigures.Of(
        asked, new(wards, hours ?? [], new Dictionary<string, ResponseTimes>(), new Dictionary<string, IReadOnlyCollection<HourLoad>>(), new Dictionary<string, WardBudget>()),
        (Now.AddMinutes(-30).AddDays(-1), Now, Now), zone ?? TimeZoneInfo.Utc, budget: 12);

    private static WardLoad WardOf(double occupiedDays, params (string Measure, double Amount)[] sums)
    {
        var ward = new WardLoad { OccupiedSeconds = occupiedDays * 86_400 };
        foreach (var (measure, amount) in sums)
        {
            ward.Add(measure, amount);
        }

        return ward;
    }
}
