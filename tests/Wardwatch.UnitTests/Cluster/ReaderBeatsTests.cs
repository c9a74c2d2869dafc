using Shouldly;
using Wardwatch.Server.Cluster.Queue;
using Xunit;

namespace Wardwatch.UnitTests.Cluster;

/// <summary>Who counts as gone: whoever's beat was seen to stand still, by somebody who kept looking.</summary>
public class ReaderBeatsTests
{
    private static readonly Guid Own = new(1, 0, 0, new byte[8]);
    private static readonly Guid Other = new(2, 0, 0, new byte[8]);
    private readonly ReaderBeats _beats = new(TimeSpan.FromSeconds(4));

    [Fact]
    public void One_whose_beat_stands_still_is_gone_after_that_time_and_not_before()
    {
        for (var second = 0; second < 4; second++)
        {
            Look(second, own: second, other: 7);
            _beats.IsThere(Other).ShouldBeTrue();
        }

        Look(4, own: 4, other: 7);
        (_beats.IsThere(Own), _beats.IsThere(Other), _beats.Count).ShouldBe((true, false, 1));
    }

    [Fact]
    public void One_who_counts_again_is_there_again()
    {
        One_whose_beat_stands_still_is_gone_after_that_time_and_not_before();
        Look(5, own: 5, other: 8);
        (_beats.IsThere(Other), _beats.Count).ShouldBe((true, 2));
    }

    [Fact]
    public void Whoever_did_not_look_for_a_while_takes_nobody_for_gone()
    {
        Look(0, own: 0, other: 7);
        Look(60, own: 1, other: 7);
        _beats.IsThere(Other).ShouldBeTrue("the database, or this process itself, may have stood still");
        Look(61, own: 2, other: 7);
        Look(62, own: 3, other: 7);
        Look(63, own: 4, other: 7);
        _beats.IsThere(Other).ShouldBeTrue();
        Look(64, own: 5, other: 7);
        _beats.IsThere(Other).ShouldBeFalse();
    }

    [Fact]
    public void Whoever_is_not_in_the_database_is_not_there()
    {
        Look(0, own: 0, other: 7);
        _beats.Look(new Dictionary<Guid, long> { [Own] = 1 }, TimeSpan.FromSeconds(1));
        (_beats.IsThere(Other), _beats.Count).ShouldBe((false, 1));
    }

    private void Look(int second, long own, long other) => _beats.Look(new Dictionary<Guid, long> { [Own] = own, [Other] = other }, TimeSpan.FromSeconds(second));
}
