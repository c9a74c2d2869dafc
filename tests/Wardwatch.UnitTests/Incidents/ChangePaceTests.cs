using Shouldly;
using Wardwatch.Server.Incidents;
using Wardwatch.UnitTests.Staff;
using Xunit;

namespace Wardwatch.UnitTests.Incidents;

/// <summary>Changes in a storm: the first at once, the others together, the last one always.</summary>
public class ChangePaceTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly SteppedTime _time = new(new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
    private readonly ChangePace<string> _pace;

    public ChangePaceTests() => _pace = new(Pause, _time);

    [Fact]
    public void The_first_change_is_due_at_once_and_further_ones_together_when_the_pause_is_over()
    {
        _pace.Next().ShouldBe(Timeout.InfiniteTimeSpan, "nothing has happened");
        Changes("a").ShouldBe("a");
        At(100);
        Changes("a").ShouldBe("");
        At(300);
        Changes("a", "a").ShouldBe("");
        _pace.Next().ShouldBe(TimeSpan.FromMilliseconds(200));
        At(499);
        Changes().ShouldBe("");
        At(500);
        Changes().ShouldBe("a", "what changed within the pause is one");

        // That was its next beginning.
        At(900);
        Changes("a").ShouldBe("");
        At(1000);
        Changes().ShouldBe("a");
        At(1500);
        Changes().ShouldBe("", "nothing more has happened");
        _pace.Next().ShouldBe(Timeout.InfiniteTimeSpan);
        At(1501);
        Changes("a").ShouldBe("a", "long after the last it is the first again");
    }

    [Fact]
    public void Nothing_waits_because_of_something_else()
    {
        Changes("a", "b").ShouldBe("a b");
        At(100);
        Changes("a", "c").ShouldBe("c");
        At(400);
        Changes("c", "d").ShouldBe("d");
        At(500);
        Changes().ShouldBe("a");
        At(600);
        Changes("b").ShouldBe("b c", "b has had its pause and nothing in it");
    }

    [Fact]
    public void What_changes_while_it_waits_to_be_taken_is_taken_once_and_what_is_beyond_the_limit_comes_next()
    {
        foreach (var one in new[] { "a", "b", "c", "a", "b" })
        {
            _pace.Changed(one);
        }

        _pace.Take(2).ShouldBe(["a", "b"]);
        _pace.Next().ShouldBe(TimeSpan.Zero);
        _pace.Changed("a");
        _pace.Take(2).ShouldBe(["c"]);
        At(500);
        _pace.Take(2).ShouldBe(["a"]);
    }

    [Fact]
    public void A_part_of_a_millisecond_is_waited_for_as_a_whole_one()
    {
        Changes("a").ShouldBe("a");
        _time.Advance(Pause - TimeSpan.FromTicks(1));
        Changes("a").ShouldBe("");
        _pace.Next().ShouldBe(TimeSpan.FromMilliseconds(1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void However_often_it_changes_it_is_told_at_most_twice_a_second_and_never_later_than_its_pause(int seed)
    {
        var random = new Random(seed);
        var (told, unseen) = (new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal), new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal));
        for (var step = 0; step < 20_000; step++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            var now = _time.GetUtcNow();
            if (step < 19_000 && random.Next(3) == 0)
            {
                var one = $"{random.Next(40)}";
                _pace.Changed(one);
                unseen.TryAdd(one, now);
            }

            foreach (var one in _pace.Take(100))
            {
                (now - told.GetValueOrDefault(one)).ShouldBeGreaterThanOrEqualTo(Pause);
                told[one] = now;
                unseen.Remove(one).ShouldBeTrue("nothing is told without a change");
            }

            unseen.Values.ShouldAllBe(since => now - since < Pause);
        }

        unseen.ShouldBeEmpty("the last state is told");
    }

    private void At(int milliseconds) => _time.Advance(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero).AddMilliseconds(milliseconds) - _time.GetUtcNow());

    private string Changes(params string[] changed)
    {
        Array.ForEach(changed, _pace.Changed);
        return string.Join(' ', _pace.Take(100));
    }
}
