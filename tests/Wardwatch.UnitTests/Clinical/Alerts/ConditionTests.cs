using Shouldly;
using Wardwatch.Clinical.Alerts;
using Xunit;

namespace Wardwatch.UnitTests.Clinical.Alerts;

/// <summary>What holds for every condition: delay, hysteresis, gaps, settings, restarts.</summary>
public class ConditionTests
{
    private static Bedside Bed() => new() { HasNews2 = false };

    [Fact]
    public void A_saturation_that_flaps_around_its_limit_is_one_alert()
    {
        var bed = Bed().Sends(60, "spo2 94");
        for (int i = 0; i < 60; i++)
            bed.Sends(2, "spo2 89").Sends(2, "spo2 91");
        bed.Tells("1:20 spo2-low raised medium: SpO₂ 89 < 90 for 20 s").Sends(11, "spo2 94").Tells("5:10 spo2-low ended");
    }

    [Fact]
    public void One_good_value_beyond_the_hysteresis_begins_the_delay_anew_and_one_within_it_does_not() =>
        Bed().Sends(60, "spo2 94").Sends(19, "spo2 88").Takes("spo2 92").Sends(20, "spo2 88").TellsNothing().Takes("spo2 88").Tells("1:40 spo2-low raised medium: SpO₂ 88 < 90 for 20 s")
            .Sends(20, "spo2 94").Tells("1:51 spo2-low ended")
            .Sends(19, "spo2 88").Takes("spo2 91").Takes("spo2 88").Tells("2:21 spo2-low raised medium: SpO₂ 88 < 90 for 20 s");

    [Fact]
    public void Values_that_get_better_for_a_moment_do_not_end_an_alert() =>
        Bed().Sends(21, "spo2 88").Tells("0:20 spo2-low raised medium: SpO₂ 88 < 90 for 20 s").Sends(10, "spo2 95").Sends(5, "spo2 88").Sends(10, "spo2 95").Takes("spo2 91").Sends(10, "spo2 95")
            .TellsNothing().Takes("spo2 95").Tells("0:57 spo2-low ended");

    [Fact]
    public void A_gap_does_not_raise_what_was_building_up()
    {
        var bed = Bed();
        bed.IsWorn = false;
        bed.Sends(60, "spo2 94").Sends(10, "spo2 84").Silent(3600).TellsNothing();
    }

    [Fact]
    public void A_gap_does_not_clear_what_is_active_and_silence_is_an_alert_of_its_own() =>
        Bed().Sends(60, "spo2 94").Sends(11, "spo2 84").Tells("1:10 spo2-critical raised high: SpO₂ 84 < 85 for 10 s").Silent(3600)
            .Tells("1:41 device-silent raised medium: No reading from device for 31 s", "4:11 device-silent escalated to high: No reading from device for 181 s")
            .Sends(11, "spo2 95").Tells("61:16 device-silent ended", "61:21 spo2-critical ended");

    [Fact]
    public void After_a_long_gap_the_delay_begins_anew()
    {
        var bed = Bed();
        bed.IsWorn = false;
        bed.Sends(60, "spo2 94").Sends(9, "spo2 84").Silent(91).Sends(10, "spo2 84").TellsNothing().Takes("spo2 84").Tells("2:50 spo2-critical raised high: SpO₂ 84 < 85 for 10 s");
    }

    [Fact]
    public void After_a_short_gap_with_a_bad_value_before_and_behind_it_the_condition_has_held_on()
    {
        var bed = Bed();
        bed.IsWorn = false;
        bed.Sends(60, "spo2 94").Sends(5, "spo2 84").Silent(20).Takes("spo2 84").Tells("1:25 spo2-critical raised high: SpO₂ 84 < 85 for 10 s");
    }

    [Fact]
    public void After_a_long_gap_what_was_clearing_begins_anew()
    {
        var bed = Bed();
        bed.IsWorn = false;
        bed.Sends(60, "spo2 94").Sends(21, "spo2 88").Tells("1:20 spo2-low raised medium: SpO₂ 88 < 90 for 20 s")
            .Sends(5, "spo2 95").Silent(91).Sends(10, "spo2 95").TellsNothing().Takes("spo2 95").Tells("3:07 spo2-low ended");
    }

    [Fact]
    public void A_monitor_that_sends_once_a_minute_raises_at_the_second_bad_value()
    {
        var bed = Bed().Set("device-silent", limit: 120).Set("parameter-silent", limit: 120);
        bed.Sends(300, "spo2 94", every: 60).Sends(61, "spo2 84", every: 60).Tells("6:00 spo2-critical raised high: SpO₂ 84 < 85 for 10 s");
    }

    [Fact]
    public void Spot_checks_hours_apart_count_at_once()
    {
        var bed = Bed();
        bed.IsWorn = false;
        bed.Takes("spo2 95").Silent(3599).Takes("spo2 94").Silent(3599).Takes("spo2 84").Tells("120:00 spo2-critical raised high: SpO₂ 84 < 85")
            .Silent(3599).Takes("spo2 95").Tells("180:00 spo2-critical ended");
    }

    [Fact]
    public void The_first_value_after_a_probe_was_put_back_is_no_spot_check()
    {
        var bed = Bed();
        bed.IsWorn = false;
        bed.Sends(600, "spo2 95").Silent(300).Takes("spo2 70").Sends(60, "spo2 95").TellsNothing();
    }

    [Fact]
    public void A_value_that_corrects_one_of_the_same_time_is_judged() => Corrected().Told.ShouldBe(["0:01 glucose-low ended"]);

    [Fact]
    public void The_same_problem_is_one_alert_at_every_moment_and_it_signals_again_when_it_gets_worse()
    {
        var bed = Bed().Sends(60, "sbp 120").Sends(60, "sbp 88").Sends(60, "sbp 76").Sends(60, "sbp 86").Sends(60, "sbp 120");
        bed.Tells(
            "1:20 sbp-low raised medium: SBP 88 < 90 for 20 s",
            "2:10 sbp-critical raised high: SBP 76 < 80 for 10 s", "2:10 sbp-low gives way to sbp-critical",
            "3:10 sbp-low raised medium: SBP 86 < 90 for 20 s", "3:10 sbp-critical ended",
            "4:10 sbp-low ended");
        bed.Transitions[3].OnsetAt.ShouldBe(Bedside.Start + 60_000_000, "it has been below 90 all the while");
    }

    [Fact]
    public void The_onset_is_when_the_condition_began_and_not_when_its_delay_was_over()
    {
        var bed = Bed().Sends(60, "spo2 94").Sends(21, "spo2 88");
        bed.Transitions[0].OnsetAt.ShouldBe(Bedside.Start + 60_000_000);
        bed.Transitions[0].At.ShouldBe(Bedside.Start + 80_000_000);
    }

    [Fact]
    public void A_limit_of_the_patient_is_in_force_from_the_next_moment_on_for_what_is_current()
    {
        var bed = Bed();
        bed.IsWorn = false;
        bed.Takes("sbp 120").Silent(599).Takes("sbp 96").Silent(599).TellsNothing();
        bed.Set("sbp-low", limit: 100).Silent(1).Tells("20:00 sbp-low raised medium: SBP 96 < 100").Set("sbp-low", limit: 85).Silent(1).Tells("20:01 sbp-low ended");
    }

    [Fact]
    public void A_limit_that_is_changed_does_not_judge_a_value_of_yesterday()
    {
        var bed = Bed();
        bed.IsWorn = false;
        bed.Takes("sbp 120").Silent(599).Takes("sbp 96").Skip(24 * 3600).Set("sbp-low", limit: 100).Silent(10).TellsNothing();
    }

    [Fact]
    public void A_type_that_is_switched_off_ends_and_is_silent_and_counts_from_its_return_on()
    {
        var bed = Bed().Sends(21, "spo2 88").Tells("0:20 spo2-low raised medium: SpO₂ 88 < 90 for 20 s").Set("spo2-low", isOn: false).Takes("spo2 88").Tells("0:21 spo2-low ended");
        bed.Sends(60, "spo2 88").TellsNothing().Set("spo2-low", isOn: true).Sends(20, "spo2 88").TellsNothing().Takes("spo2 88").Tells("1:42 spo2-low raised medium: SpO₂ 88 < 90 for 20 s");
    }

    [Fact]
    public void A_delay_of_the_ward_is_kept_to() =>
        Bed().Set("spo2-critical", delaySeconds: 30).Set("spo2-low", isOn: false).Sends(30, "spo2 84").TellsNothing().Takes("spo2 84").Tells("0:30 spo2-critical raised high: SpO₂ 84 < 85 for 30 s");

    [Fact]
    public void After_a_restart_an_open_alert_goes_on_and_is_not_raised_again()
    {
        var bed = Bed().Sends(60, "spo2 94 hr 80").Sends(30, "spo2 84 hr 130").Tells("1:10 spo2-critical raised high: SpO₂ 84 < 85 for 10 s", "1:20 hr-high raised medium: HR 130 > 120 for 20 s");
        bed.Restart().Sends(60, "spo2 84 hr 130").TellsNothing();
        bed.Memory.IsActive(AlertTypes.SpO2Critical).ShouldBeTrue();
        bed.Sends(11, "spo2 95 hr 130").Tells("2:40 spo2-critical ended");
        bed.Transitions[^1].OnsetAt.ShouldBe(Bedside.Start + 60_000_000);
    }

    [Fact]
    public void What_has_got_better_while_the_server_was_away_ends() =>
        Bed().Sends(11, "spo2 84").Tells("0:10 spo2-critical raised high: SpO₂ 84 < 85 for 10 s").Restart().Sends(11, "spo2 96").Tells("0:21 spo2-critical ended");

    [Fact]
    public void A_score_goes_on_after_a_restart_and_ends_by_what_is_known()
    {
        const string seven = "hr 115 spo2 95 rr 22 sbp 120 temp 37 acvpu A o2 1", well = "hr 80 spo2 97 rr 14 sbp 120 temp 37 acvpu A o2 0";
        new Bedside().Sends(61, seven).Tells("1:00 news2-7 raised high: NEWS2 7 ≥ 7").Restart().Sends(60, seven).TellsNothing().Sends(301, well).Tells("7:01 news2-7 ended");
        new Bedside().Sends(61, "temp 34.8").Tells("1:00 news2-single raised medium: Temp 34.8 scores 3 in NEWS2").Restart().Sends(301, "temp 36.5").Tells("6:01 news2-single ended");
    }

    [Fact]
    public void A_single_three_whose_parameter_is_lost_neither_ends_nor_is_forgotten_by_a_restart()
    {
        const string slow = "hr 80 spo2 97 rr 8 sbp 120 temp 37 acvpu A o2 0", others = "hr 80 spo2 97 sbp 120 temp 37 acvpu A o2 0";
        foreach (bool restarts in (bool[])[false, true])
        {
            var bed = new Bedside { IsWorn = false }.Set("rr-low", isOn: false).Sends(61, slow).Tells("1:00 news2-single raised medium: RR 8 scores 3 in NEWS2");
            bed = restarts ? bed.Restart() : bed;
            bed.Sends(900, others).TellsNothing().Sends(300, "hr 80 spo2 97 rr 14 sbp 120 temp 37 acvpu A o2 0").TellsNothing()
                .Takes("hr 80 spo2 97 rr 14 sbp 120 temp 37 acvpu A o2 0").Tells("21:01 news2-single ended");
        }
    }

    [Fact]
    public void A_single_three_that_another_joined_before_a_restart_does_not_end_while_that_other_is_lost()
    {
        // Cold from the beginning, and from the second minute on breathing slowly; after the restart the temperature is well and respiration does not come.
        var bed = new Bedside { IsWorn = false }.Set("rr-low", isOn: false).Sends(61, "temp 34.8 rr 14").Tells("1:00 news2-single raised medium: Temp 34.8 scores 3 in NEWS2").Sends(60, "temp 34.8 rr 8");
        bed.Restart().Sends(600, "temp 36.5").TellsNothing().Sends(301, "temp 36.5 rr 14").Tells("17:01 news2-single ended");
    }

    [Fact]
    public void A_restart_does_not_end_a_score_of_which_something_is_lost()
    {
        var bed = new Bedside { IsWorn = false }.Sends(61, "hr 115 spo2 95 rr 22 sbp 120 temp 37 acvpu A o2 1").Tells("1:00 news2-7 raised high: NEWS2 7 ≥ 7");
        bed.Skip(400).Restart(known: "hr spo2 rr sbp temp acvpu o2").Sends(900, "hr 115 spo2 95 sbp 120 temp 37 acvpu A o2 1").TellsNothing();
    }

    [Fact]
    public void After_a_restart_a_score_does_not_wait_for_what_was_never_known()
    {
        const string ill = "hr 112 spo2 92 rr 26", well = "hr 80 spo2 97 rr 14";
        var bed = new Bedside { IsWorn = false }.Set("rr-high", isOn: false).Sends(61, ill).Tells("1:00 news2-7 raised high: NEWS2 at least 7 ≥ 7");
        bed.Restart(known: "hr spo2 rr").Sends(301, well).Tells("6:01 news2-7 ended");
    }

    [Fact]
    public void Silence_that_was_told_before_a_restart_is_not_told_again()
    {
        var bed = Bed().Sends(60, "spo2 94").Silent(60).Tells("1:30 device-silent raised medium: No reading from device for 31 s").Restart().Silent(60).TellsNothing();
        bed.Silent(61).Tells("4:00 device-silent escalated to high: No reading from device for 181 s").Restart().Silent(60).TellsNothing().Sends(6, "spo2 94").Tells("5:06 device-silent ended");
    }

    [Fact]
    public void A_cuff_of_yesterday_is_not_news_after_a_restart()
    {
        var bed = Bed().Set("sbp-low", isOn: false);
        bed.IsWorn = false;
        bed.Takes("sbp 84").Skip(24 * 3600).Restart().Set("sbp-low", isOn: true).Silent(10).TellsNothing();
    }

    [Fact]
    public void A_type_that_the_server_raises_is_not_the_engines_to_keep()
    {
        var memory = new AlertMemory();
        memory.Restore(AlertTypes.StorageAway, AlertPriority.High, 1, 2);
        memory.Restore(-1, AlertPriority.High, 1, 2);
        memory.ActiveCount.ShouldBe(0);
    }

    [Fact]
    public void Everything_ends_with_a_patient_who_leaves()
    {
        var bed = Bed().Sends(30, "spo2 84 hr 130");
        var transitions = new AlertTransition[AlertCatalogue.Count];
        AlertEngine.EndAll(bed.Memory, Bedside.Start + 60_000_000, transitions).ShouldBe(2);
        transitions.Take(2).Select(transition => (AlertCatalogue.Of(transition.Type).Code, transition.Phase, transition.SupersededBy)).ShouldBe([("hr-high", AlertPhase.Ended, -1), ("spo2-critical", AlertPhase.Ended, -1)]);
        bed.Memory.ActiveCount.ShouldBe(0);
        AlertEngine.EndAll(bed.Memory, Bedside.Start + 60_000_000, transitions).ShouldBe(0);
    }

    private static Bedside Corrected()
    {
        var bed = Bed();
        bed.IsWorn = false;
        bed.Takes("glucose 2.9").Tells("0:00 glucose-low raised high: Gluc 2.9 < 4").Correct("glucose 6.1");
        return bed.Silent(1);
    }
}
