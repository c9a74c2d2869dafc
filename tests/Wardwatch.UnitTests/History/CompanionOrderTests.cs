using Npgsql;
using Shouldly;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.History;
using Wardwatch.Server.History.Contracts;
using Wardwatch.UnitTests.Gateway;
using Xunit;

namespace Wardwatch.UnitTests.History;

/// <summary>Whose turn it is among writers, and when what the database refused is tried again.</summary>
public class CompanionOrderTests
{
    private readonly SteppedClock _clock = new();
    private readonly CompanionOrder _order;

    public CompanionOrderTests() => _order = new CompanionOrder(_clock);

    [Fact]
    public void Batches_with_companions_take_turns_in_the_order_in_which_they_left_the_queue()
    {
        var (first, second, third) = (Turn(), Turn(), Turn());
        first.Come.IsCompleted.ShouldBeTrue();
        (second.Come.IsCompleted, third.Come.IsCompleted).ShouldBe((false, false));

        // Whoever ends before its time lets nobody pass who waits for an earlier one.
        first.End();
        first.End();
        (second.Come.IsCompleted, third.Come.IsCompleted).ShouldBe((true, false));
        second.End();
        third.Come.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public void Rows_alone_wait_for_nobody_and_nobody_waits_for_them()
    {
        var first = Turn();
        _order.Next(() => false, last: false).ShouldBeNull();
        var second = Turn();
        first.End();
        second.Come.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public void What_was_refused_is_tried_again_after_a_pause_though_nothing_else_comes()
    {
        _order.Add([Late(1)]);
        _order.Next(() => false, last: false).ShouldBeNull();
        _order.UntilTriedAgain.ShouldBe(TimeSpan.FromMilliseconds(250));
        _clock.Step(0.2);
        _order.UntilTriedAgain.ShouldBe(TimeSpan.FromMilliseconds(50));
        _clock.Step(0.05);
        _order.UntilTriedAgain.ShouldBe(TimeSpan.Zero);
        var turn = _order.Next(() => false, last: false).ShouldNotBeNull();
        _order.IsToTry(turn).ShouldBeTrue();
        _order.Keep([]);
        turn.End();
        (_order.HasLate, _order.Next(() => false, last: false)).ShouldBe((false, null));
    }

    [Fact]
    public void While_somebody_has_a_turn_no_other_writer_waits_in_line_for_what_was_refused_alone()
    {
        _order.Add([Late(1)]);
        _clock.Step(1);
        var turn = _order.Next(() => false, last: false).ShouldNotBeNull();
        _order.Next(() => false, last: false).ShouldBeNull();
        _order.Next(() => false, last: true).ShouldBeNull();
        _order.UntilTriedAgain.ShouldBeGreaterThan(TimeSpan.Zero, "or the other writer would ask again and again");
        turn.End();
        _order.Next(() => false, last: false).ShouldNotBeNull();
    }

    [Fact]
    public void What_is_refused_again_and_again_is_tried_less_often_and_at_once_when_nothing_comes_any_more()
    {
        _order.Add([Late(1), Late(2)]);
        foreach (var milliseconds in new[] { 500, 1000, 2000, 2000 })
        {
            _clock.Step(10);
            _order.Keep([Late(1), Late(2)]);
            _order.UntilTriedAgain.ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
        }

        // A turn of something newer does not try it before its time, and does not put it off.
        _order.IsToTry(Turn()).ShouldBeFalse();
        _order.Add([Late(3)]);
        _clock.Step(2);
        _order.IsToTry(Turn()).ShouldBeTrue();
        _order.Keep([Late(1)]);
        _clock.Step(0.25);
        _order.IsToTry(Turn()).ShouldBeTrue("something of it went in");
        _order.Keep([Late(1)]);
        var last = new CompanionOrder(_clock);
        last.Add([Late(1)]);
        last.IsToTry(last.Next(() => false, last: true).ShouldNotBeNull()).ShouldBeTrue();
    }

    [Fact]
    public void What_is_newer_of_a_patient_waits_for_what_was_refused_and_what_is_of_others_does_not()
    {
        _order.HoldsBack([Late(1)]).ShouldBeFalse();
        _order.Add([Late(1)]);
        _order.Add([Late(2), Late(1)]);
        (_order.HoldsBack([Late(3), Late(2)]), _order.HoldsBack([Late(3)])).ShouldBe((true, false));
        _order.Late.Select(late => late.Patient).ShouldBe([1, 2, 1]);
    }

    private CompanionOrder.Turn Turn() => _order.Next(() => true, last: false).ShouldNotBeNull();

    private static LateCompanion Late(int patient) => new(new Nothing(), patient, null);

    private sealed class Nothing : ICommitCompanion
    {
        public Task WriteAsync(NpgsqlConnection connection, ICollection<NewEvent> events, CancellationToken cancellation) => Task.CompletedTask;

        public IEnumerable<KeyValuePair<int, ICommitCompanion>> ByPatient() => [];
    }
}
