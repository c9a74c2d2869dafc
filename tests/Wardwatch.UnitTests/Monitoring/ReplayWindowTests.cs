using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Wardwatch.Server.Monitoring;
using Xunit;

namespace Wardwatch.UnitTests.Monitoring;

/// <summary>The cache of counters against a plain set of all that were ever seen: it may say "I do not know", and must never be wrong.</summary>
public class ReplayWindowTests
{
    private static readonly Config Seeded = Config.QuickThrowOnFailure.WithMaxTest(400).WithReplay(20261120, 3);

    /// <summary>Steps forward and backward as devices and replays make them: mostly by one, sometimes by hundreds.</summary>
    private static readonly Arbitrary<int[]> Steps = Gen.Frequency(
            (6, Gen.Constant(1)), (3, Gen.Choose(-20, 20)), (2, Gen.Choose(-300, 300)), (1, Gen.Choose(-2000, 2000)))
        .ArrayOf().Resize(200).ToArbitrary();

    [Fact]
    public void A_window_agrees_with_a_set_of_everything_seen()
    {
        var property = Prop.ForAll(Steps, steps =>
        {
            var window = new ReplayWindow(0);
            var seen = new HashSet<ulong>();
            foreach (var counter in Walk(steps, from: 5000))
            {
                var highest = seen.Count == 0 ? 0 : seen.Max();
                var expected = counter > highest ? ReplayVerdict.Newest
                    : highest - counter >= ReplayWindow.Size ? ReplayVerdict.Unknown
                    : seen.Contains(counter) ? ReplayVerdict.Seen : ReplayVerdict.OutOfOrder;
                if (window.Judge(counter) != expected)
                {
                    return false;
                }

                window.Mark(counter);
                seen.Add(counter);
            }

            return true;
        });
        Check.One(Seeded, property);
    }

    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(100_000)]
    public void A_leap_forgets_exactly_what_falls_out(ulong leap)
    {
        var window = new ReplayWindow(0);
        window.Mark(1000);
        window.Mark(1000 + leap);
        window.Judge(1000).ShouldBe(leap < ReplayWindow.Size ? ReplayVerdict.Seen : ReplayVerdict.Unknown);
        window.Judge(1000 + leap).ShouldBe(ReplayVerdict.Seen);
        window.Judge(1000 + leap - 1).ShouldBe(leap == 1 ? ReplayVerdict.Seen : ReplayVerdict.OutOfOrder);
        window.Judge(1000 + leap + 1).ShouldBe(ReplayVerdict.Newest);
    }

    [Fact]
    public async Task The_highest_counter_there_is_ends()
    {
        // Away from the test's own thread: what is looked for is an endless loop.
        var marking = Task.Run(
            () =>
            {
                var window = new ReplayWindow(0);
                window.Mark(ulong.MaxValue - 1);
                window.Mark(ulong.MaxValue);
                return (window.Judge(ulong.MaxValue), window.Judge(ulong.MaxValue - 1), window.Judge(ulong.MaxValue - 2));
            },
            TestContext.Current.CancellationToken);
        var verdicts = await marking.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken);
        verdicts.ShouldBe((ReplayVerdict.Seen, ReplayVerdict.Seen, ReplayVerdict.OutOfOrder));
    }

    [Fact]
    public void What_came_before_a_restart_is_for_the_database_to_say()
    {
        var window = new ReplayWindow(0).InheritUpTo(500);
        window.Judge(500).ShouldBe(ReplayVerdict.Seen);
        window.Judge(499).ShouldBe(ReplayVerdict.Unknown);
        window.Judge(1).ShouldBe(ReplayVerdict.Unknown);
        window.Judge(501).ShouldBe(ReplayVerdict.Newest);
        window.Mark(502);
        window.Judge(501).ShouldBe(ReplayVerdict.OutOfOrder);
    }

    /// <summary>
    /// The promise behind exactly-once: what the database holds is never called new. Messages come from as many boots as are remembered, before and after a
    /// restart that inherits only the newest of each.
    /// </summary>
    [Fact]
    public void A_track_never_calls_a_stored_message_new()
    {
        var property = Prop.ForAll(Steps, ArbMap.Default.ArbFor<int[]>(), (steps, dice) =>
        {
            var stored = new HashSet<(ulong Boot, ulong Counter)>();
            var track = new DeviceTrack();
            var counters = Walk(steps, from: 400).ToArray();
            for (var i = 0; i < counters.Length; i++)
            {
                var die = dice.Length == 0 ? 0 : Math.Abs((long)dice[i % dice.Length]);
                if (i == counters.Length / 2)
                {
                    track = new DeviceTrack();
                    foreach (var (boot, counter) in stored.GroupBy(message => message.Boot).SelectMany(boot => boot.OrderByDescending(message => message.Counter).Take(1 + boot.Count() / 2)))
                    {
                        track.Inherit(1, boot, counter);
                    }
                }

                var message = (Boot: (ulong)(die % 4), Counter: counters[i]);
                var verdict = track.Judge(1, message.Boot, message.Counter);
                if (stored.Contains(message) ? verdict is ReplayVerdict.Newest or ReplayVerdict.OutOfOrder : verdict == ReplayVerdict.Seen)
                {
                    return false;
                }

                track.Mark(1, message.Boot, message.Counter);
                stored.Add(message);
            }

            return true;
        });
        Check.One(Seeded, property);
    }

    [Fact]
    public void A_boot_that_memory_has_not_met_is_for_the_database_to_say()
    {
        var track = new DeviceTrack();
        track.Judge(1, 7, 500).ShouldBe(ReplayVerdict.Unknown);
        track.Mark(1, 7, 500);
        track.Judge(1, 7, 500).ShouldBe(ReplayVerdict.Seen);
        track.Judge(1, 7, 501).ShouldBe(ReplayVerdict.Newest);

        // Lower ones may have been stored before this boot was met here.
        track.Judge(1, 7, 499).ShouldBe(ReplayVerdict.Unknown);
        track.Judge(2, 7, 500).ShouldBe(ReplayVerdict.Unknown);
    }

    [Fact]
    public void A_device_that_starts_again_does_not_forget_its_last_boot()
    {
        var track = new DeviceTrack();
        track.Mark(1, 7, 1);
        track.Mark(1, 8, 1);
        track.Judge(1, 7, 1).ShouldBe(ReplayVerdict.Seen);
        track.Judge(1, 7, 2).ShouldBe(ReplayVerdict.Newest);
        track.Judge(1, 8, 1).ShouldBe(ReplayVerdict.Seen);
    }

    private static IEnumerable<ulong> Walk(int[] steps, long from)
    {
        var at = from;
        foreach (var step in steps)
        {
            at = Math.Max(1, at + step);
            yield return (ulong)at;
        }
    }
}
