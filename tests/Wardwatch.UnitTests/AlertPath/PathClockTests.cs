using Shouldly;
using Wardwatch.Server.AlertPath;
using Xunit;

namespace Wardwatch.UnitTests.AlertPath;

/// <summary>A round every 120 s that may take 30 s, and 60 s without an arrival until the path is broken. Seconds after the process began to look.</summary>
public sealed class PathClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
    private static readonly AlertPathOptions Options = new();

    [Theory]
    [InlineData(101, "proven")]
    [InlineData(220, "proven")] // the next round is due
    [InlineData(249, "proven")]
    [InlineData(250, "late")] // and should have arrived
    [InlineData(279, "late")]
    [InlineData(280, "broken")]
    [InlineData(100_000, "broken")]
    public void A_round_that_never_begins_makes_a_proven_path_late_and_then_broken(double now, string state) =>
        StateAt(now, nextAt: 220, owedSince: null, provenAt: 100.5).ShouldBe(state);

    [Theory]
    [InlineData(221, "proven")]
    [InlineData(249, "proven")]
    [InlineData(250, "late")]
    [InlineData(280, "broken")]
    public void What_is_sent_and_does_not_arrive_counts_from_the_first_round_however_often_it_is_tried_again(double now, string state)
    {
        StateAt(now, nextAt: 250, owedSince: 220, provenAt: 100.5).ShouldBe(state);
        StateAt(now, nextAt: 1000, owedSince: 220, provenAt: 100.5).ShouldBe(state);
    }

    [Fact]
    public void What_arrives_again_is_proven_again_at_once() => StateAt(900, nextAt: 1010, owedSince: null, provenAt: 890).ShouldBe("proven");

    [Theory]
    [InlineData(0, "late")]
    [InlineData(59, "late")]
    [InlineData(60, "broken")]
    public void A_path_that_was_never_proven_is_late_until_it_is_broken(double now, string state)
    {
        StateAt(now, nextAt: 0, owedSince: null, provenAt: null).ShouldBe(state);
        StateAt(now, nextAt: 30, owedSince: 0, provenAt: null).ShouldBe(state);
    }

    [Theory]
    [InlineData(1, "late")] // what was proven an hour ago says nothing of now
    [InlineData(59, "late")]
    [InlineData(60, "broken")]
    public void What_was_owed_while_the_server_stood_still_is_owed_from_its_start_on(double now, string state)
    {
        StateAt(now, nextAt: -3480, owedSince: null, provenAt: -3600).ShouldBe(state);
        StateAt(now, nextAt: -3450, owedSince: -3480, provenAt: -3600).ShouldBe(state);
    }

    [Fact]
    public void A_short_pause_of_the_server_is_no_reason_to_doubt() => StateAt(5, nextAt: 80, owedSince: null, provenAt: -40).ShouldBe("proven");

    [Fact]
    public void As_time_goes_on_without_news_a_path_only_gets_worse()
    {
        var random = new Random(20261122);
        for (var i = 0; i < 2000; i++)
        {
            double? proven = random.Next(3) == 0 ? null : random.Next(-500, 500);
            double? owed = random.Next(2) == 0 ? null : random.Next(-500, 500);
            var next = random.Next(-500, 1000);
            var before = PathState.Proven;
            for (var now = 0; now < 2000; now += 7)
            {
                var state = PathClock.StateAt(new PathTimes(At(next), At(owed), At(proven)), At(now), Start, Options);
                (state >= before).ShouldBeTrue($"proven {proven}, owed {owed}, next {next}, now {now}");
                before = state;
            }

            before.ShouldBe(PathState.Broken);
        }
    }

    private static string StateAt(double now, double nextAt, double? owedSince, double? provenAt) =>
        PathClock.WordOf(PathClock.StateAt(new PathTimes(At(nextAt), At(owedSince), At(provenAt)), At(now), Start, Options));

    private static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    private static DateTimeOffset? At(double? seconds) => seconds is { } some ? At(some) : null;
}
