using Shouldly;
using Wardwatch.Server.Monitoring.Contracts;
using Xunit;
using static Wardwatch.UnitTests.Monitoring.TestWard;

namespace Wardwatch.UnitTests.Monitoring;

/// <summary>What the lane allocates for a reading on the normal path: nothing, once its lists have grown.</summary>
public class ReadingProcessorAllocationTests
{
    private const int Batches = 64;

    [Fact]
    public void A_reading_on_the_normal_path_allocates_nothing()
    {
        var lane = new LaneRig();
        var device = Device();
        var owner = new RecordedOwner();
        var counter = 0UL;

        // Longer than the latest readings that are kept, so that their ring is full; as often as rounds may be measured, so that each has its own.
        var rounds = new Queue<EnvelopeBatch[]>();
        for (var warm = 0; warm < 8; warm++)
        {
            Run(Prepare());
        }

        for (var round = 0; round < 12; round++)
        {
            rounds.Enqueue(Prepare());
        }

        lane.Changes.All.EnsureCapacity(12 * Batches);
        Allocations.Of(() => Run(rounds.Dequeue())).ShouldBe(0, $"for {Batches} readings");
        lane.View().Sequence.ShouldBe((8 + 12 - rounds.Count) * Batches, "every one of them went the whole way");

        EnvelopeBatch[] Prepare()
        {
            lane.Changes.All.Clear();
            lane.Changes.All.EnsureCapacity(Batches);
            return [.. Enumerable.Range(0, Batches).Select(_ =>
            {
                var at = Start + (long)++counter * Second;
                var batch = new EnvelopeBatch();
                batch.Begin(device, owner, at);
                batch.Add(TopicOf(1), Seal(Json(at, Resting), counter), 0);
                return batch;
            })];
        }

        void Run(EnvelopeBatch[] some)
        {
            foreach (var batch in some)
            {
                lane.Processor.Process(batch, lane.Group);
            }

            lane.Processor.Report();
            lane.Group.Clear();
        }
    }
}
