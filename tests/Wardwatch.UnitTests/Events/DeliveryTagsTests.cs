using Shouldly;
using Wardwatch.Server.Events.Broker;
using Xunit;

namespace Wardwatch.UnitTests.Events;

/// <summary>Which deliveries are acknowledged when.</summary>
public sealed class DeliveryTagsTests
{
    [Fact]
    public void What_is_done_with_all_before_it_is_acknowledged_at_once()
    {
        var tags = Delivered(5, mostHeld: 10);
        tags.Done([1, 2]).ShouldBe([(2ul, true)]);
        tags.Done([3, 4, 5]).ShouldBe([(5ul, true)]);
    }

    [Fact]
    public void What_is_done_before_an_earlier_one_waits_for_that()
    {
        var tags = Delivered(5, mostHeld: 10);
        tags.Done([3, 5]).ShouldBeEmpty();
        tags.Done([1]).ShouldBe([(1ul, true)]);
        tags.Done([2]).ShouldBe([(3ul, true)]);
        tags.Done([4]).ShouldBe([(5ul, true)]);
    }

    [Fact]
    public void Many_behind_one_that_takes_long_are_acknowledged_singly_and_never_again()
    {
        var tags = Delivered(6, mostHeld: 3);
        tags.Done([2, 3]).ShouldBeEmpty();
        tags.Done([4]).ShouldBe([(2ul, false), (3ul, false), (4ul, false)]);
        tags.Done([1]).ShouldBe([(1ul, true)]);
        tags.Done([6]).ShouldBeEmpty();
        tags.Done([5]).ShouldBe([(6ul, true)]);
    }

    [Fact]
    public void Whatever_the_order_everything_is_acknowledged_once_and_nothing_that_is_not_done()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var tags = new DeliveryTags(mostHeld: 1 + random.Next(5));
            ulong delivered = 0;
            var open = new List<ulong>();
            var done = new HashSet<ulong>();
            var acknowledged = new HashSet<ulong>();
            while (delivered < 60 || open.Count > 0)
            {
                if (delivered < 60 && random.Next(2) == 0)
                {
                    tags.Add(++delivered);
                    open.Add(delivered);
                    continue;
                }

                ulong[] now = [.. open.OrderBy(_ => random.Next()).Take(random.Next(4))];
                open.RemoveAll(now.Contains);
                done.UnionWith(now);
                foreach (var (tag, withAllBefore) in tags.Done(now))
                {
                    ulong[] these = withAllBefore ? [.. Enumerable.Range(1, (int)tag).Select(each => (ulong)each).Where(each => !acknowledged.Contains(each))] : [tag];
                    these.ShouldNotBeEmpty($"seed {seed}: the broker would close the channel");
                    these.ShouldContain(tag, $"seed {seed}");
                    these.ShouldAllBe(each => done.Contains(each) && acknowledged.Add(each), $"seed {seed}");
                }
            }

            acknowledged.Count.ShouldBe(60, $"seed {seed}");
        }
    }

    private static DeliveryTags Delivered(int count, int mostHeld)
    {
        var tags = new DeliveryTags(mostHeld);
        for (var tag = 1; tag <= count; tag++)
        {
            tags.Add((ulong)tag);
        }

        return tags;
    }
}
