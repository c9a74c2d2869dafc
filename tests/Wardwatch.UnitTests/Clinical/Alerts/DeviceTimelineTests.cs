using Xunit;

namespace Wardwatch.UnitTests.Clinical.Alerts;

/// <summary>Silence, and what a device says of itself.</summary>
public class DeviceTimelineTests
{
    private const string Well = "hr 80 spo2 97 rr 14";

    private static Bedside Bed() => new() { HasNews2 = false };

    [Fact]
    public void A_monitor_that_sends_nothing_for_half_a_minute_is_silent_and_urgent_after_three() =>
        Bed().Sends(60, Well).Silent(29).TellsNothing().Silent(1).TellsNothing().Silent(1).Tells("1:30 device-silent raised medium: No reading from device for 31 s")
            .Silent(149).TellsNothing().Silent(1).Tells("4:00 device-silent escalated to high: No reading from device for 181 s")
            .Sends(5, Well).TellsNothing().Takes(Well).Tells("4:06 device-silent ended");

    [Fact]
    public void A_saturation_that_does_not_come_for_three_quarters_of_a_minute_is_lost_although_its_monitor_sends() =>
        Bed().Sends(60, Well).Sends(45, "hr 80 rr 14").TellsNothing().Takes("hr 80 rr 14").Tells("1:45 parameter-silent raised low: No SpO₂ from device for 46 s")
            .Sends(135, "hr 80 rr 14").Tells("4:00 parameter-silent escalated to medium: No SpO₂ from device for 181 s")
            .Sends(5, Well).TellsNothing().Takes(Well).Tells("4:06 parameter-silent ended");

    [Fact]
    public void Two_lost_measurements_are_one_alert_of_a_higher_priority() =>
        Bed().Sends(60, Well).Sends(30, "hr 80 rr 14").Sends(60, "hr 80").Tells(
            "1:45 parameter-silent raised low: No SpO₂ from device for 46 s", "2:15 parameter-silent escalated to medium: No SpO₂ from device for 76 s");

    [Fact]
    public void A_silent_monitor_is_one_alert_and_what_is_lost_when_it_comes_back_is_told_then() =>
        Bed().Sends(60, Well).Silent(60).Tells("1:30 device-silent raised medium: No reading from device for 31 s")
            .Sends(6, "hr 80 rr 14").Tells("2:05 parameter-silent raised low: No SpO₂ from device for 66 s", "2:05 device-silent ended");

    [Fact]
    public void Electrodes_that_are_off_for_ten_seconds_are_told_and_explain_why_heart_rate_and_respiration_do_not_come()
    {
        var bed = Bed().Sends(60, Well);
        bed.LeadsOff = true;
        bed.Sends(11, "spo2 97").Tells("1:10 lead-off raised medium: Electrodes off for 10 s").Sends(300, "spo2 97").TellsNothing();
        bed.LeadsOff = false;
        bed.Sends(6, Well).Tells("6:16 lead-off ended");
    }

    [Fact]
    public void Electrodes_that_are_off_do_not_explain_a_lost_saturation()
    {
        var bed = Bed().Sends(60, Well);
        bed.LeadsOff = true;
        bed.Sends(60, "etco2 40").Tells("1:10 lead-off raised medium: Electrodes off for 10 s", "1:45 parameter-silent raised low: No SpO₂ from device for 46 s");
    }

    [Fact]
    public void A_battery_below_20_percent_for_a_minute_is_low_and_below_10_more_urgent()
    {
        var bed = Bed();
        bed.Battery = 21;
        bed.Sends(60, Well).TellsNothing();
        bed.Battery = 19;
        bed.Sends(61, Well).Tells("2:00 battery-low raised low: Battery 19 % < 20 % for 60 s");
        bed.Battery = 9;
        bed.Takes(Well).Tells("2:01 battery-low escalated to medium: Battery 9 % < 20 % for 60 s");
        bed.Battery = 12;
        bed.Takes(Well).TellsNothing();
        bed.Battery = 14;
        bed.Takes(Well).Tells("2:03 battery-low fell to low: Battery 14 % < 20 % for 60 s");
        bed.Battery = 80;
        bed.Sends(11, Well).Tells("2:14 battery-low ended");
    }

    [Fact]
    public void A_device_whose_clock_is_two_minutes_ahead_for_a_minute_is_for_the_technician()
    {
        var bed = Bed();
        bed.ClockOffset = 120;
        bed.Sends(61, Well).Tells("1:00 clock-wrong raised low: Device clock 120 s ahead for 60 s");
        bed.ClockOffset = -1;
        bed.Sends(31, Well).Tells("1:31 clock-wrong ended");
    }

    [Fact]
    public void What_a_device_said_last_is_not_said_again_by_its_silence()
    {
        var bed = Bed().Sends(60, Well);
        (bed.LeadsOff, bed.Battery) = (true, 5);
        bed.Takes(Well).Silent(300);
        bed.Tells("1:31 device-silent raised medium: No reading from device for 31 s", "4:01 device-silent escalated to high: No reading from device for 181 s");
    }

    [Fact]
    public void A_monitor_that_was_taken_off_is_not_missed()
    {
        var bed = Bed().Sends(60, Well).Silent(31).Tells("1:30 device-silent raised medium: No reading from device for 31 s");
        bed.IsWorn = false;
        bed.Silent(1).Tells("1:31 device-silent ended").Silent(600).TellsNothing();
    }

    [Fact]
    public void What_the_last_monitor_measured_is_not_missed_of_the_next_one()
    {
        var bed = Bed().Sends(60, "hr 80 spo2 97 rr 14 etco2 40");
        bed.WornFrom = 60;
        bed.Sends(300, Well).TellsNothing();
    }

    [Fact]
    public void A_monitor_that_was_put_on_and_never_sends_is_missed() =>
        Bed().Silent(32).Tells("0:31 device-silent raised medium: No reading from device for 31 s");

    [Fact]
    public void A_monitor_that_sends_once_a_minute_is_not_silent_where_the_limit_says_so() =>
        Bed().Set("device-silent", limit: 120).Set("parameter-silent", limit: 120).Sends(1800, Well, every: 60).TellsNothing();
}
