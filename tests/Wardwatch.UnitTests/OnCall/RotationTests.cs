using Shouldly;
using Wardwatch.Server.OnCall.Calculation;
using Xunit;
using static Wardwatch.UnitTests.OnCall.Rota;

namespace Wardwatch.UnitTests.OnCall;

public class RotationTests
{
    [Fact]
    public void Members_take_turns_day_by_day_in_their_order() =>
        Schedule("UTC", Daily("2026-11-23", "07:00", Ada, Ben, Cem)).Final("2026-11-23", "2026-11-27").Say()
            .ShouldBe("Ada 23 07:00–24 07:00 | Ben 24 07:00–25 07:00 | Cem 25 07:00–26 07:00 | Ada 26 07:00–27 00:00");

    [Fact]
    public void Before_its_first_turn_a_layer_has_nobody() =>
        Schedule("UTC", Weekly("2026-11-23", "07:00", Ada)).Final("2026-11-01", "2026-11-23 07:00").ShouldBeEmpty();

    [Fact]
    public void A_custom_rotation_hands_over_by_the_clock_on_the_wall() =>
        Schedule("Europe/Berlin", Every(12, Layer.Hours, "2026-11-23", "07:00", Ada, Ben)).Final("2026-11-23 06:00", "2026-11-24 18:00").Say()
            .ShouldBe("Ada 23 06:00–23 18:00 | Ben 23 18:00–24 06:00 | Ada 24 06:00–24 18:00");

    [Fact]
    public void When_the_clock_leaps_ahead_the_night_is_an_hour_shorter_and_nobody_is_missing() =>
        Schedule("Europe/Berlin", Every(12, Layer.Hours, "2026-03-28", "07:00", Ada, Ben)).Final("2026-03-28 06:00", "2026-03-30 05:00").Say()
            .ShouldBe("Ada 28 06:00–28 18:00 | Ben 28 18:00–29 05:00 | Ada 29 05:00–29 17:00 | Ben 29 17:00–30 05:00");

    [Fact]
    public void When_the_clock_is_set_back_the_night_is_an_hour_longer_and_nobody_is_doubled() =>
        Schedule("Europe/Berlin", Every(12, Layer.Hours, "2026-10-24", "07:00", Ada, Ben)).Final("2026-10-24 05:00", "2026-10-26 06:00").Say()
            .ShouldBe("Ada 24 05:00–24 17:00 | Ben 24 17:00–25 06:00 | Ada 25 06:00–25 18:00 | Ben 25 18:00–26 06:00");

    [Fact]
    public void A_hand_over_in_the_hour_that_is_leapt_over_happens_at_the_leap() =>
        Schedule("Europe/Berlin", Daily("2026-03-28", "02:30", Ada, Ben)).Final("2026-03-28 01:30", "2026-03-31 00:30").Say()
            .ShouldBe("Ada 28 01:30–29 01:00 | Ben 29 01:00–30 00:30 | Ada 30 00:30–31 00:30");

    [Fact]
    public void A_hand_over_in_the_hour_that_comes_twice_happens_the_first_time() =>
        Schedule("Europe/Berlin", Daily("2026-10-24", "02:30", Ada, Ben)).Final("2026-10-24 00:30", "2026-10-27 01:30").Say()
            .ShouldBe("Ada 24 00:30–25 00:30 | Ben 25 00:30–26 01:30 | Ada 26 01:30–27 01:30");

    [Fact]
    public void A_turn_that_is_leapt_over_as_a_whole_is_nobodys() =>
        Schedule("Europe/Berlin", Every(1, Layer.Hours, "2026-03-29", "01:00", Ada, Ben, Cem)).Final("2026-03-29 00:00", "2026-03-29 03:00").Say()
            .ShouldBe("Ada 29 00:00–29 01:00 | Cem 29 01:00–29 02:00 | Ada 29 02:00–29 03:00");

    [Fact]
    public void A_day_that_never_was_leaves_no_hole() =>
        Schedule("Pacific/Apia", Daily("2011-12-28", "07:00", Ada, Ben, Cem)).Final("2011-12-28 17:00", "2012-01-01 00:00").Say()
            .ShouldBe("Ada 28 17:00–29 17:00 | Ben 29 17:00–30 10:00 | Cem 30 10:00–30 17:00 | Ada 30 17:00–31 17:00 | Ben 31 17:00–01 00:00");

    [Fact]
    public void A_restricted_layer_counts_in_its_windows_only_and_over_midnight() =>
        Schedule("Asia/Kolkata", Weekly("2026-11-23", "07:00", Ada, Ben) with { Restrictions = [On("fri sat", "23:00", "07:00")] }).Final("2026-11-23", "2026-12-07").Say()
            .ShouldBe("Ada 27 17:30–28 01:30 | Ada 28 17:30–29 01:30 | Ben 04 17:30–05 01:30 | Ben 05 17:30–06 01:30");

    [Fact]
    public void Three_shifts_cover_the_day_without_a_hole_in_both_changes_of_the_clock()
    {
        var shifts = Schedule(
            "Europe/Berlin",
            Weekly("2026-01-05", "07:00", Ada, Ben) with { Restrictions = [Always("07:00", "15:00")] },
            Weekly("2026-01-05", "07:00", Ben, Cem) with { Restrictions = [Always("15:00", "23:00")] },
            Weekly("2026-01-05", "07:00", Cem, Ada) with { Restrictions = [Always("23:00", "07:00")] });
        foreach (var (from, until) in new[] { ("2026-03-27", "2026-04-01"), ("2026-10-23", "2026-10-28") })
        {
            var final = shifts.Final(from, until);
            Stretches.Gaps(final, new(Utc(from), Utc(until))).ShouldBeEmpty();
            final.Zip(final.Skip(1)).ShouldAllBe(pair => pair.First.Until == pair.Second.From);
        }

        shifts.Final("2026-03-28 21:00", "2026-03-29 06:00").Say().ShouldContain("28 22:00–29 05:00");
        shifts.Final("2026-10-24 20:00", "2026-10-25 07:00").Say().ShouldContain("24 21:00–25 06:00");
    }

    [Fact]
    public void Windows_that_overlap_count_once() =>
        Schedule("UTC", Daily("2026-11-23", "00:00", Ada) with { Restrictions = [On("mon", "08:00", "12:00"), On("mon", "10:00", "14:00"), On("mon", "14:00", "15:00")] })
            .Final("2026-11-23", "2026-11-24").Say().ShouldBe("Ada 23 08:00–23 15:00");

    [Fact]
    public void A_window_from_a_time_until_the_same_time_is_a_whole_day() =>
        Schedule("UTC", Weekly("2026-11-23", "07:00", Ada) with { Restrictions = [On("tue", "07:00", "07:00")] }).Final("2026-11-23", "2026-11-30").Say()
            .ShouldBe("Ada 24 07:00–25 07:00");
}
