using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Scores;
using Xunit;

namespace Wardwatch.UnitTests.Clinical.Alerts;

/// <summary>A timeline for every type that judges a vital sign. Those of scores and devices are in <see cref="ScoreTimelineTests"/> and <see cref="DeviceTimelineTests"/>.</summary>
public class VitalTimelineTests
{
    private static Bedside Bed() => new() { HasNews2 = false };

    [Fact]
    public void A_pressure_that_falls_below_its_limit_is_low_and_not_falling_beside_it() =>
        new Bedside { HasNews2 = false }.Sends(300, "sbp 130").Sends(60, "sbp 86").Tells("5:20 sbp-low raised medium: SBP 86 < 90 for 20 s");

    [Fact]
    public void A_saturation_that_falls_by_just_the_limit_is_falling() =>
        new Bedside { HasNews2 = false }.Sends(60, "spo2 98").Sends(20, "spo2 93").TellsNothing().Sends(1, "spo2 93").Tells("1:20 spo2-fall raised medium: SpO₂ fell by 5 ≥ 5 within 2 min for 20 s");

    [Fact]
    public void A_heart_rate_of_160_for_ten_seconds_calls_the_cardiologist_and_one_of_145_afterwards_is_the_milder_alert() =>
        Bed().Sends(30, "hr 80").Sends(10, "hr 160").TellsNothing().Takes("hr 160").Tells("0:40 hr-critical-high raised high: HR 160 > 150 for 10 s")
            .Sends(15, "hr 147").TellsNothing()
            .Sends(11, "hr 145").Tells("1:06 hr-high raised medium: HR 145 > 120 for 20 s", "1:06 hr-critical-high ended");

    [Fact]
    public void A_heart_that_slows_down_through_both_limits_raises_no_milder_alert_that_is_untrue_when_it_sounds() =>
        Bed().Sends(30, "hr 80").Sends(31, "hr 160").Tells("0:40 hr-critical-high raised high: HR 160 > 150 for 10 s")
            .Sends(5, "hr 140").Sends(6, "hr 110").Tells("1:11 hr-critical-high ended").Sends(60, "hr 110").TellsNothing();

    [Fact]
    public void One_that_races_again_before_it_has_been_slow_for_long_enough_is_told_at_once() =>
        Bed().Sends(30, "hr 80").Sends(31, "hr 160").Tells("0:40 hr-critical-high raised high: HR 160 > 150 for 10 s")
            .Sends(5, "hr 140").Sends(15, "hr 118").Tells("1:11 hr-critical-high ended")
            .Takes("hr 125").Tells("1:21 hr-high raised medium: HR 125 > 120 for 20 s");

    [Fact]
    public void A_heart_rate_of_134_for_twenty_seconds_is_a_tachycardia_that_ends_after_ten_seconds_at_115() =>
        Bed().Sends(30, "hr 80").Sends(21, "hr 134").Tells("0:50 hr-high raised medium: HR 134 > 120 for 20 s")
            .Sends(60, "hr 118").TellsNothing().Sends(10, "hr 115").TellsNothing().Takes("hr 114").Tells("2:01 hr-high ended");

    [Fact]
    public void A_heart_that_has_stopped_for_ten_seconds_calls_the_cardiologist_at_once() =>
        Bed().Sends(30, "hr 62").Sends(11, "hr 0").Tells("0:40 hr-critical-low raised high: HR 0 < 40 for 10 s");

    [Fact]
    public void A_heart_rate_of_46_for_twenty_seconds_is_a_bradycardia() =>
        Bed().Sends(30, "hr 62").Sends(21, "hr 46").Tells("0:50 hr-low raised medium: HR 46 < 50 for 20 s").Sends(60, "hr 52").TellsNothing().Sends(11, "hr 53").Tells("2:01 hr-low ended");

    [Fact]
    public void A_saturation_of_84_for_ten_seconds_calls_the_respiratory_physician_at_once() =>
        Bed().Sends(30, "spo2 86").Sends(11, "spo2 84").Tells("0:20 spo2-low raised medium: SpO₂ 86 < 90 for 20 s", "0:40 spo2-critical raised high: SpO₂ 84 < 85 for 10 s", "0:40 spo2-low gives way to spo2-critical");

    [Fact]
    public void A_saturation_of_88_for_twenty_seconds_calls_the_respiratory_physician() =>
        Bed().Sends(30, "spo2 91").Sends(21, "spo2 88").Tells("0:50 spo2-low raised medium: SpO₂ 88 < 90 for 20 s").Sends(30, "spo2 91").TellsNothing().Sends(11, "spo2 92").Tells("1:31 spo2-low ended");

    [Fact]
    public void A_saturation_of_88_is_what_a_patient_on_scale_two_should_have_and_one_of_83_is_critical()
    {
        var bed = Bed();
        bed.Settings = AlertSettings.DefaultFor(SpO2Scale.Two);
        bed.Sends(600, "spo2 88").TellsNothing().Sends(11, "spo2 83").Tells("10:10 spo2-critical raised high: SpO₂ 83 < 84 for 10 s");
        AlertSettings.DefaultFor(SpO2Scale.One).ShouldBeSameAs(AlertSettings.Default);
    }

    [Fact]
    public void A_saturation_that_falls_from_98_to_92_within_two_minutes_is_told_before_any_limit_is_reached_and_is_over_when_92_is_what_it_has_been() =>
        Bed().Sends(60, "spo2 98").Sends(30, "spo2 95").TellsNothing().Sends(21, "spo2 92").Tells("1:50 spo2-fall raised medium: SpO₂ fell by 6 ≥ 5 within 2 min for 20 s")
            .Sends(120, "spo2 92").Tells("3:00 spo2-fall ended");

    [Fact]
    public void Four_breaths_a_minute_for_a_quarter_of_a_minute_call_the_respiratory_physician_at_once() =>
        Bed().Sends(30, "rr 12").Sends(15, "rr 4").TellsNothing().Takes("rr 4").Tells("0:45 rr-critical raised high: RR 4 < 6 for 15 s")
            .Sends(11, "rr 8").Tells("0:56 rr-low raised medium: RR 8 < 9 for 20 s", "0:56 rr-critical ended");

    [Fact]
    public void Eight_breaths_a_minute_are_slow_breathing() =>
        Bed().Sends(30, "rr 12").Sends(21, "rr 8").Tells("0:50 rr-low raised medium: RR 8 < 9 for 20 s").Sends(11, "rr 10").Tells("1:01 rr-low ended");

    [Fact]
    public void Thirty_breaths_a_minute_for_half_a_minute_are_rapid_breathing() =>
        Bed().Sends(30, "rr 18").Sends(30, "rr 30").TellsNothing().Takes("rr 30").Tells("1:00 rr-high raised medium: RR 30 > 24 for 30 s").Sends(11, "rr 22").Tells("1:11 rr-high ended");

    [Fact]
    public void An_end_tidal_carbon_dioxide_of_58_for_twenty_seconds_is_retention() =>
        Bed().Sends(30, "etco2 38").Sends(21, "etco2 58").Tells("0:50 etco2-high raised medium: EtCO₂ 58 > 50 for 20 s").Sends(11, "etco2 47").Tells("1:01 etco2-high ended");

    [Fact]
    public void A_cuff_that_reads_74_calls_the_intensivist_at_once_and_only_another_reading_ends_it()
    {
        var bed = Bed();
        bed.IsWorn = false;
        bed.Takes("sbp 98").Silent(599).Takes("sbp 74").Tells("10:00 sbp-critical raised high: SBP 74 < 80")
            .Silent(3599).TellsNothing().Takes("sbp 83").TellsNothing().Silent(899).Takes("sbp 86").Tells("85:00 sbp-low raised medium: SBP 86 < 90", "85:00 sbp-critical ended");
    }

    [Fact]
    public void A_cuff_that_reads_88_is_a_hypotension_at_once() =>
        Cuff("sbp 110", "sbp 88", "sbp 96").Tells("10:00 sbp-low raised medium: SBP 88 < 90", "20:00 sbp-low ended");

    [Fact]
    public void A_low_pressure_that_is_taken_again_and_again_and_found_well_ends_when_no_other_comes_and_one_found_low_goes_on()
    {
        var bed = Bed();
        bed.IsWorn = false;
        bed.Takes("sbp 74").Silent(19).Takes("sbp 78").Silent(19).Takes("sbp 124").Tells("0:00 sbp-critical raised high: SBP 74 < 80")
            .Silent(120).Tells("2:11 sbp-critical ended");
        Bed().Sends(30, "sbp 120").Sends(5, "sbp 60").Silent(600).Told.ShouldNotContain(told => told.Contains("sbp", StringComparison.Ordinal), "a line that came off while it was flushed is no emergency");
    }

    [Fact]
    public void A_cuff_that_reads_215_is_a_hypertension_at_once() =>
        Cuff("sbp 170", "sbp 215", "sbp 195", "sbp 180").Tells("10:00 sbp-high raised medium: SBP 215 > 200", "30:00 sbp-high ended");

    [Fact]
    public void A_systolic_pressure_that_falls_by_34_within_half_an_hour_is_told_before_any_limit_is_reached() =>
        Cuff("sbp 140", "sbp 115", "sbp 106", "sbp 104").Tells("20:00 sbp-fall raised medium: SBP fell by 34 ≥ 30 within 30 min", "30:00 sbp-fall ended");

    [Fact]
    public void An_arterial_line_that_is_flushed_for_five_seconds_is_no_alert_and_one_that_reads_74_for_ten_seconds_is() =>
        Bed().Sends(60, "sbp 120").Sends(5, "sbp 290").Sends(60, "sbp 118").TellsNothing().Sends(11, "sbp 74").Tells("2:15 sbp-critical raised high: SBP 74 < 80 for 10 s");

    [Fact]
    public void A_patient_who_responds_to_voice_only_calls_the_neurologist_at_once_and_a_confused_one_is_left_to_the_score() =>
        Manual("acvpu A", "acvpu C", "acvpu V", "acvpu C").Tells("20:00 consciousness raised high: Consciousness: responds to voice", "30:00 consciousness ended");

    [Fact]
    public void New_confusion_is_an_alert_of_its_own_where_the_limit_says_so()
    {
        var bed = Bed().Set("consciousness", limit: 0);
        bed.IsWorn = false;
        bed.Takes("acvpu A").Silent(600).Takes("acvpu C").Tells("10:01 consciousness raised high: Consciousness: newly confused");
    }

    [Fact]
    public void A_temperature_of_39_4_is_a_fever() =>
        Manual("temp 38.8", "temp 39.4", "temp 38.9", "temp 38.7").Tells("10:00 temp-high raised medium: Temp 39.4 > 39", "30:00 temp-high ended");

    [Fact]
    public void A_blood_glucose_of_3_2_calls_the_diabetologist_at_once() =>
        Manual("glucose 5.1", "glucose 3.2", "glucose 4.1", "glucose 4.6").Tells("10:00 glucose-low raised high: Gluc 3.2 < 4", "30:00 glucose-low ended");

    [Fact]
    public void A_blood_glucose_of_21_calls_the_diabetologist() =>
        Manual("glucose 9", "glucose 21.3", "glucose 17.4", "glucose 15").Tells("10:00 glucose-high raised medium: Gluc 21.3 > 18", "30:00 glucose-high ended");

    private static Bedside Cuff(params string[] values) => Manual(values);

    /// <summary>A value every ten minutes, of a patient who wears no monitor.</summary>
    private static Bedside Manual(params string[] values)
    {
        var bed = Bed();
        bed.IsWorn = false;
        foreach (string value in values)
            bed.Takes(value).Silent(599);
        return bed;
    }
}
