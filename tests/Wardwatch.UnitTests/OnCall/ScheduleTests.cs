using Shouldly;
using Wardwatch.Server.OnCall.Calculation;
using Xunit;
using static Wardwatch.UnitTests.OnCall.Rota;

namespace Wardwatch.UnitTests.OnCall;

public class ScheduleTests
{
    private static readonly Schedule Ward = Schedule("UTC", Daily("2026-11-23", "07:00", Ada, Ben));

    [Fact]
    public void A_higher_layer_wins_where_it_has_somebody() =>
        Schedule("UTC", Daily("2026-11-23", "07:00", Ada), Daily("2026-11-23", "07:00", Ben) with { Restrictions = [On("tue", "09:00", "17:00")] })
            .Final("2026-11-23 07:00", "2026-11-25 07:00").Say()
            .ShouldBe("Ada 23 07:00–24 07:00 | Ada 24 07:00–24 09:00 | Ben 24 09:00–24 17:00 | Ada 24 17:00–25 07:00");

    [Fact]
    public void Whose_account_may_not_be_used_is_on_no_duty_and_a_lower_layer_counts()
    {
        var schedule = Schedule("UTC", Daily("2026-11-23", "07:00", Ada), Daily("2026-11-23", "07:00", Ben, Cem));
        schedule.Final(new(Utc("2026-11-23 07:00"), Utc("2026-11-25 07:00")), person => person != Ben).Say().ShouldBe("Ada 23 07:00–24 07:00 | Cem 24 07:00–25 07:00");
        Ward.Final(new(Utc("2026-11-23 07:00"), Utc("2026-11-25 07:00")), person => person != Ben).Say().ShouldBe("Ada 23 07:00–24 07:00");
    }

    [Fact]
    public void An_override_counts_whoever_it_would_be() =>
        (Ward with { Substitutions = [new(null, Cem, new(Utc("2026-11-23 20:00"), Utc("2026-11-24 10:00")))] }).Final("2026-11-23 07:00", "2026-11-25 07:00").Say()
            .ShouldBe("Ada 23 07:00–23 20:00 | Cem 23 20:00–24 10:00 override | Ben 24 10:00–25 07:00");

    [Fact]
    public void An_override_by_somebody_who_is_gone_does_not_count() =>
        (Ward with { Substitutions = [new(null, Cem, new(Utc("2026-11-23 20:00"), Utc("2026-11-24 10:00")))] })
            .Final(new(Utc("2026-11-23 07:00"), Utc("2026-11-24 07:00")), person => person != Cem).Say().ShouldBe("Ada 23 07:00–24 07:00");

    [Fact]
    public void An_override_fills_a_hole() =>
        (Schedule("UTC") with { Substitutions = [new(null, Cem, new(Utc("2026-11-23 20:00"), Utc("2026-11-24 10:00")))] }).Final("2026-11-23", "2026-11-25").Say()
            .ShouldBe("Cem 23 20:00–24 10:00 override");

    [Fact]
    public void Two_who_swap_stand_in_for_each_other_and_for_nobody_else()
    {
        var swapped = Ward with
        {
            Substitutions = [new(Ada, Ben, new(Utc("2026-11-23 06:00"), Utc("2026-11-24 09:00"))), new(Ben, Ada, new(Utc("2026-11-26 07:00"), Utc("2026-11-27 07:00")))],
        };
        swapped.Final("2026-11-23 07:00", "2026-11-28 07:00").Say()
            .ShouldBe("Ben 23 07:00–24 07:00 swap | Ben 24 07:00–25 07:00 | Ada 25 07:00–26 07:00 | Ada 26 07:00–27 07:00 swap | Ada 27 07:00–28 07:00");
    }

    [Fact]
    public void A_swap_with_somebody_who_is_gone_does_not_take_place() =>
        (Ward with { Substitutions = [new(Ada, Cem, new(Utc("2026-11-23 07:00"), Utc("2026-11-24 07:00")))] })
            .Final(new(Utc("2026-11-23 07:00"), Utc("2026-11-24 07:00")), person => person != Cem).Say().ShouldBe("Ada 23 07:00–24 07:00");

    [Fact]
    public void What_was_made_later_lies_on_top()
    {
        var (day, night) = (new Period(Utc("2026-11-23 07:00"), Utc("2026-11-24 07:00")), new Period(Utc("2026-11-23 19:00"), Utc("2026-11-24 07:00")));
        var swapThenOverride = Ward with { Substitutions = [new(Ada, Ben, day), new(null, Cem, night)] };
        swapThenOverride.Final("2026-11-23 07:00", "2026-11-24 07:00").Say().ShouldBe("Ben 23 07:00–23 19:00 swap | Cem 23 19:00–24 07:00 override");
        var overrideThenSwap = Ward with { Substitutions = [new(null, Cem, night), new(Cem, Dee, day)] };
        overrideThenSwap.Final("2026-11-23 07:00", "2026-11-24 07:00").Say().ShouldBe("Ada 23 07:00–23 19:00 | Dee 23 19:00–24 07:00 swap");
    }

    [Fact]
    public void A_change_of_the_rules_holds_from_then_on_and_leaves_what_was()
    {
        var at = Utc("2026-11-24 12:00");
        var zone = Zone("UTC");
        var changed = new Schedule(
            [new(Utc("2026-11-23 10:00"), at, zone, [Daily("2026-11-23", "07:00", Ada, Ben)]), new(at, null, zone, [Daily("2026-11-23", "07:00", Cem, Ben, Ada)])], []);
        changed.Final("2026-11-23 07:00", "2026-11-26 07:00").Say().ShouldBe("Ada 23 10:00–24 07:00 | Ben 24 07:00–25 07:00 | Ada 25 07:00–26 07:00");
    }

    [Fact]
    public void A_schedule_that_ended_has_nobody_afterwards() =>
        new Schedule([new(Utc("2026-11-23 07:00"), Utc("2026-11-24 12:00"), Zone("UTC"), [Daily("2026-11-23", "07:00", Ada)])], [])
            .Final("2026-11-23 07:00", "2026-11-26 07:00").Say().ShouldBe("Ada 23 07:00–24 07:00 | Ada 24 07:00–24 12:00");

    [Fact]
    public void Made_wide_a_while_shows_whoever_is_on_duty_from_beginning_to_end()
    {
        var schedule = Schedule("Europe/Berlin", Weekly("2026-11-23", "07:00", Ada, Ben)) with { Substitutions = [new(null, Cem, new(Utc("2026-11-29 12:00"), Utc("2026-12-02 12:00")))] };
        var at = Utc("2026-11-30 12:00");
        var wide = schedule.Widen(new(at, at));
        schedule.Final(wide, _ => true).Where(stretch => stretch.From <= at && at < stretch.Until).Say().ShouldBe("Cem 29 12:00–02 12:00 override");
        var early = Utc("2026-11-27 12:00");
        schedule.Final(schedule.Widen(new(early, early)), _ => true).Say().ShouldBe("Ada 23 06:00–29 12:00 | Cem 29 12:00–30 06:00 override");
    }
}
