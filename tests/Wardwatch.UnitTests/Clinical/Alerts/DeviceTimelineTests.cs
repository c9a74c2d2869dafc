using Wardwatch.Clinical.Vitals;
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
    public void A_saturation_sensor_that_is_off_is_told_by_name_and_explains_the_saturation_only()
    {
        var bed = Bed().Sends(60, Well);
        bed.SensorsOff = [Vital.SpO2];
        bed.Sends(60, "hr 80").Tells("1:10 lead-off raised medium: SpO₂ sensor off for 10 s", "1:45 parameter-silent raised low: No RR from device for 46 s");
        bed.SensorsOff = [];
        bed.Sends(6, Well).Tells("2:05 parameter-silent ended", "2:05 lead-off ended");
    }

    [Fact]
    public void What_a_device_said_once_goes_on_while_it_sends_readings()
    {
        var bed = Bed().Sends(60, Well);
        (bed.StatusSecond, bed.LeadsOff, bed.Battery) = (60, true, 15);
        bed.Sends(11, "spo2 97").Tells("1:10 lead-off raised medium: Electrodes off for 10 s").Sends(50, "spo2 97").Tells("2:00 battery-low raised low: Battery 15 % < 20 % for 60 s");
        (bed.StatusSecond, bed.LeadsOff, bed.Battery) = (121, false, 100);
        bed.Sends(6, Well).Tells("2:06 lead-off ended").Sends(5, Well).Tells("2:11 battery-low ended");
    }

    [Fact]
    public void A_status_is_no_reading_and_does_not_hide_that_none_comes()
    {
        var bed = Bed().Sends(60, Well);
        bed.Battery = 90;
        for (int second = 60; second < 120; second += 10)
        {
            bed.StatusSecond = second;
            bed.Silent(10);
        }

        bed.Tells("1:30 device-silent raised medium: No reading from device for 31 s");
    }

    [Fact]
    public void A_device_that_sends_only_now_and_then_is_believed_at_its_third_word()
    {
        var bed = Bed().Set("device-silent", limit: 150).Set("parameter-silent", limit: 150);
        bed.Battery = 15;
        bed.Sends(240, Well, every: 120).TellsNothing().Takes(Well).Tells("4:00 battery-low raised low: Battery 15 % < 20 %");
    }

    [Fact]
    public void What_a_monitor_said_of_itself_ends_when_it_is_taken_off()
    {
        var bed = Bed();
        (bed.LeadsOff, bed.Battery, bed.ClockOffset) = (true, 15, 120);
        bed.Sends(61, Well);
        bed.Told.Clear();
        bed.IsWorn = false;
        bed.Silent(1).Tells("1:01 lead-off ended", "1:01 battery-low ended", "1:01 clock-wrong ended").Silent(600).TellsNothing();
    }

    [Fact]
    public void What_a_monitor_said_of_itself_is_not_said_of_the_next_one()
    {
        var bed = Bed();
        bed.Battery = 15;
        bed.Sends(61, Well).Tells("1:00 battery-low raised low: Battery 15 % < 20 % for 60 s");
        (bed.WornFrom, bed.Battery) = (61, double.NaN);
        bed.Sends(1, Well).Tells("1:01 battery-low ended");
        bed.Battery = 15;
        bed.Sends(60, Well).TellsNothing().Takes(Well).Tells("2:02 battery-low raised low: Battery 15 % < 20 % for 60 s");
    }

    [Fact]
    public void What_was_building_up_of_a_monitor_that_is_taken_off_begins_anew()
    {
        var bed = Bed();
        bed.Battery = 15;
        bed.Sends(50, Well);
        bed.IsWorn = false;
        bed.Silent(5);
        bed.IsWorn = true;
        bed.Sends(60, Well).TellsNothing().Takes(Well).Tells("1:55 battery-low raised low: Battery 15 % < 20 % for 60 s");
    }

    [Fact]
    public void A_server_that_was_away_waits_for_the_limit_before_it_calls_a_monitor_silent()
    {
        var bed = Bed().Sends(60, Well).Skip(600).Restart();
        bed.WatchedFrom = 660;
        bed.Silent(31).TellsNothing().Silent(1).Tells("11:31 device-silent raised high: No reading from device for 10 min");
    }

    [Fact]
    public void Monitors_that_send_again_after_the_server_was_away_are_no_alert()
    {
        var bed = Bed().Sends(60, Well).Skip(600).Restart();
        bed.WatchedFrom = 660;
        bed.Silent(20).Sends(300, Well).TellsNothing();
    }

    [Fact]
    public void A_silence_that_was_told_goes_on_while_nobody_can_know_whether_it_is_over()
    {
        var bed = Bed().Sends(60, Well).Silent(31).Tells("1:30 device-silent raised medium: No reading from device for 31 s").Skip(60).Restart();
        bed.WatchedFrom = 151;
        bed.Silent(25).TellsNothing().Sends(6, Well).Tells("3:01 device-silent ended");
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
    public void A_clock_that_is_behind_is_as_wrong_and_is_right_again_when_it_is_well_within_the_limit()
    {
        var bed = Bed();
        bed.ClockOffset = -120;
        bed.Sends(61, Well).Tells("1:00 clock-wrong raised low: Device clock 120 s behind for 60 s");
        bed.ClockOffset = -58;
        bed.Sends(120, Well).TellsNothing();
        bed.ClockOffset = -55;
        bed.Sends(31, Well).Tells("3:31 clock-wrong ended");
    }

    [Fact]
    public void A_measurement_that_comes_late_is_not_here_again_before_it_is_fresh()
    {
        var bed = Bed().Sends(60, Well).Sends(46, "hr 80 rr 14").Tells("1:45 parameter-silent raised low: No SpO₂ from device for 46 s");
        for (int i = 0; i < 30; i++)
            bed.SendsLate(1, "spo2 97", late: 20).Takes("hr 80 rr 14");
        bed.TellsNothing().Sends(6, Well).Tells("2:51 parameter-silent ended");
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
