using Xunit;

namespace Wardwatch.UnitTests.Clinical.Alerts;

/// <summary>NEWS2 at its three thresholds, its bounds, and the anomaly score.</summary>
public class ScoreTimelineTests
{
    private const string Well = "hr 80 spo2 97 rr 14 sbp 120 temp 37 acvpu A o2 0";

    [Fact]
    public void A_score_of_seven_for_a_minute_calls_the_rapid_response_team_and_is_over_five_minutes_after_the_score_is()
    {
        // 2 for 22 breaths, 2 for oxygen, 2 for a pulse of 115, 1 for 95 %: seven, and no single three.
        const string ill = "hr 115 spo2 95 rr 22 sbp 120 temp 37 acvpu A o2 1";
        new Bedside().Sends(30, Well).Sends(60, ill).TellsNothing().Takes(ill).Tells("1:30 news2-7 raised high: NEWS2 7 ≥ 7")
            .Sends(300, Well).TellsNothing().Takes(Well).Tells("6:31 news2-7 ended");
    }

    [Fact]
    public void A_score_of_five_for_a_minute_calls_the_physician_and_one_of_seven_takes_over()
    {
        const string five = "hr 95 spo2 95 rr 22 sbp 105 temp 37 acvpu A o2 0", seven = "hr 115 spo2 95 rr 22 sbp 95 temp 37 acvpu A o2 0";
        new Bedside().Sends(30, Well).Sends(61, five).Tells("1:30 news2-5 raised medium: NEWS2 5 ≥ 5")
            .Sends(61, seven).Tells("2:31 news2-7 raised high: NEWS2 7 ≥ 7", "2:31 news2-5 gives way to news2-7")
            .Sends(301, five).Tells("7:32 news2-5 raised medium: NEWS2 5 ≥ 5", "7:32 news2-7 ended")
            .Sends(301, Well).Tells("12:33 news2-5 ended");
    }

    [Fact]
    public void A_single_three_for_a_minute_calls_the_physician()
    {
        const string cold = "hr 80 spo2 97 rr 14 sbp 120 temp 34.8 acvpu A o2 0";
        new Bedside().Sends(30, Well).Sends(61, cold).Tells("1:30 news2-single raised medium: Temp 34.8 scores 3 in NEWS2").Sends(301, Well).Tells("6:31 news2-single ended");
    }

    [Fact]
    public void New_confusion_calls_the_physician_by_the_score()
    {
        const string confused = "hr 80 spo2 97 rr 14 sbp 120 temp 37 acvpu C o2 0";
        new Bedside().Sends(30, Well).Sends(61, confused).Tells("1:30 news2-single raised medium: Consciousness (newly confused) scores 3 in NEWS2");
    }

    [Fact]
    public void A_pulse_of_134_is_a_tachycardia_and_not_a_single_three_beside_it()
    {
        const string fast = "hr 134 spo2 97 rr 14 sbp 120 temp 37 acvpu A o2 0";
        new Bedside().Sends(30, Well).Sends(300, fast).Tells("0:50 hr-high raised medium: HR 134 > 120 for 20 s").Sends(120, Well).Tells("5:40 hr-high ended");
    }

    [Fact]
    public void A_pulse_of_134_is_a_single_three_where_the_limit_of_the_heart_rate_was_set_to_140()
    {
        const string fast = "hr 134 spo2 97 rr 14 sbp 120 temp 37 acvpu A o2 0", faster = "hr 142 spo2 97 rr 14 sbp 120 temp 37 acvpu A o2 0";
        new Bedside().Set("hr-high", limit: 140).Sends(30, Well).Sends(61, fast).Tells("1:30 news2-single raised medium: HR 134 scores 3 in NEWS2")
            .Sends(21, faster).Tells("1:51 hr-high raised medium: HR 142 > 140 for 20 s", "1:51 news2-single gives way to hr-high")
            .Sends(80, fast).Tells("2:02 hr-high ended", "3:02 news2-single raised medium: HR 134 scores 3 in NEWS2");
    }

    [Fact]
    public void A_low_saturation_does_not_hide_that_consciousness_scores_three_as_well()
    {
        const string low = "hr 80 spo2 88 rr 14 sbp 120 temp 37 acvpu A o2 0", confused = "hr 80 spo2 88 rr 14 sbp 120 temp 37 acvpu C o2 0";
        var bed = new Bedside().Sends(30, Well).Sends(60, low).Tells("0:50 spo2-low raised medium: SpO₂ 88 < 90 for 20 s");
        bed.Sends(61, confused).Tells("2:30 news2-5 raised medium: NEWS2 6 ≥ 5");
    }

    [Fact]
    public void A_lower_bound_of_eight_calls_the_rapid_response_team_whatever_is_not_known() =>
        new Bedside().Sends(61, "hr 115 spo2 92 rr 26 temp 38.5").Tells("0:30 rr-high raised medium: RR 26 > 24 for 30 s", "1:00 news2-7 raised high: NEWS2 at least 8 ≥ 7");

    [Fact]
    public void What_is_not_known_neither_raises_nor_clears()
    {
        // A pulse of 80 and nothing else may be anything up to 17; and six of seven parameters of a score of 7 say nothing of the seventh.
        var bed = new Bedside().Sends(120, "hr 80").TellsNothing();
        bed.Sends(61, "hr 115 spo2 95 rr 22 sbp 120 temp 37 acvpu A o2 1").Tells("3:00 news2-7 raised high: NEWS2 7 ≥ 7");

        // Respiration is lost for longer than a value counts: five are certain, eight are possible. It ends only when respiration is known again.
        bed.Sends(600, "hr 115 spo2 95 sbp 120 temp 37 acvpu A o2 1");
        bed.Told.RemoveAll(line => line.Contains("parameter-silent", StringComparison.Ordinal));
        bed.TellsNothing().Sends(301, "hr 115 spo2 95 rr 16 sbp 120 temp 37 acvpu A o2 1");
        bed.Told.RemoveAll(line => line.Contains("parameter-silent", StringComparison.Ordinal));
        bed.Tells("18:01 news2-5 raised medium: NEWS2 5 ≥ 5", "18:01 news2-7 ended");
    }

    [Fact]
    public void On_a_bed_where_nobody_enters_consciousness_a_score_ends_when_all_that_made_it_is_known_to_be_better() =>
        new Bedside().Sends(30, "hr 80 spo2 96 rr 14").Sends(61, "hr 112 spo2 92 rr 26").Tells("1:00 rr-high raised medium: RR 26 > 24 for 30 s", "1:30 news2-7 raised high: NEWS2 at least 7 ≥ 7")
            .Sends(301, "hr 80 spo2 97 rr 14").Tells("1:41 rr-high ended", "6:31 news2-7 ended");

    [Fact]
    public void A_spot_check_is_judged_by_the_score_although_no_second_value_follows()
    {
        var bed = new Bedside { IsWorn = false };
        bed.Takes("hr 118 spo2 90 rr 26 sbp 96 temp 38.9 acvpu A o2 0").Silent(59).TellsNothing().Silent(1).Tells("1:00 news2-7 raised high: NEWS2 11 ≥ 7")
            .Silent(3600).TellsNothing();
    }

    [Fact]
    public void A_score_that_may_be_at_the_limit_still_is_not_over()
    {
        // Without respiration two points are certain and five are possible.
        new Bedside { IsWorn = false }.Set("rr-high", isOn: false).Sends(61, "hr 95 spo2 95 rr 26 sbp 120 temp 37 acvpu A o2 0").Tells("1:00 news2-5 raised medium: NEWS2 5 ≥ 5")
            .Sends(1200, "hr 95 spo2 95 sbp 120 temp 37 acvpu A o2 0").TellsNothing();
    }

    [Fact]
    public void A_score_that_nobody_looked_at_for_two_minutes_has_not_held_meanwhile() =>
        new Bedside { IsWorn = false }.Set("rr-high", isOn: false).Sends(30, "hr 95 spo2 95 rr 26 sbp 120 temp 37 acvpu A o2 0").Skip(120).Sends(60, "hr 95 spo2 95 rr 26 sbp 120 temp 37 acvpu A o2 0").TellsNothing()
            .Takes("hr 95 spo2 95 rr 26 sbp 120 temp 37 acvpu A o2 0").Tells("3:30 news2-5 raised medium: NEWS2 5 ≥ 5");

    [Fact]
    public void A_score_of_seven_stands_for_the_three_in_it() =>
        new Bedside { IsWorn = false }.Sends(61, "hr 112 spo2 95 rr 22 sbp 120 temp 34.8 acvpu A o2 0").Tells("1:00 news2-7 raised high: NEWS2 8 ≥ 7");

    [Fact]
    public void One_second_of_artefact_is_no_score() =>
        new Bedside().Sends(60, Well).Takes("hr 180 spo2 70 rr 40 sbp 60 temp 37 acvpu A o2 0").Sends(120, Well).TellsNothing();

    [Fact]
    public void An_anomaly_score_of_0_66_for_a_minute_is_for_the_nurse()
    {
        var bed = new Bedside { HasNews2 = false, Anomaly = 0.41 };
        bed.Sends(60, Well).TellsNothing();
        bed.Anomaly = 0.66;
        bed.Sends(61, Well).Tells("2:00 anomaly raised low: Anomaly score 0.66 ≥ 0.6 for 60 s");
        bed.Anomaly = 0.58;
        bed.Sends(60, Well).TellsNothing();
        bed.Anomaly = 0.57;
        bed.Sends(31, Well).Tells("3:31 anomaly ended");
    }

    [Fact]
    public void An_anomaly_score_of_a_spot_check_counts_at_once_where_spot_checks_are_all_there_is()
    {
        var bed = new Bedside { HasNews2 = false, IsWorn = false, Anomaly = 0.4 };
        bed.Takes(Well).Silent(3599).Takes(Well).Silent(3599).TellsNothing();
        bed.Anomaly = 0.66;
        bed.Takes(Well).Tells("120:00 anomaly raised low: Anomaly score 0.66 ≥ 0.6");
    }

    [Fact]
    public void An_anomaly_score_of_three_values_only_calls_nobody()
    {
        var bed = new Bedside { HasNews2 = false, Anomaly = 0.7, AnomalyCompleteness = 0.5 };
        bed.Sends(300, "hr 80 spo2 97 rr 14").TellsNothing();
    }
}
