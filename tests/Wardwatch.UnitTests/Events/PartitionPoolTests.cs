using System.Collections.Concurrent;
using Shouldly;
using Wardwatch.Server.Events;
using Xunit;

namespace Wardwatch.UnitTests.Events;

/// <summary>Several workers over the partitions that have work.</summary>
public sealed class PartitionPoolTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_there_is_worked_on_until_nothing_is_left_and_never_twice_at_a_time()
    {
        var left = Enumerable.Range(0, EventPartitions.Count).Select(partition => 1 + (partition % 5)).ToArray();

        var (inHand, twice, together) = (new ConcurrentDictionary<short, bool>(), 0, 0);
        var done = new TaskCompletionSource();
        var pool = new PartitionPool(3, most: 100, TimeSpan.FromMilliseconds(1), _ => Task.FromResult(Ready(left)), async (partitions, cancellation) =>
        {
            Interlocked.Add(ref twice, partitions.Count(partition => !inHand.TryAdd(partition, true)));
            together = Math.Max(together, partitions.Length);
            await Task.Yield();
            foreach (var partition in partitions)
            {

                if (Interlocked.Decrement(ref left[partition]) < 0)
                {
                    Interlocked.Increment(ref left[partition]);
                }

                inHand.TryRemove(partition, out _);
            }

            if (left.All(some => some <= 0))
            {
                done.TrySetResult();
            }

            return Ready(left).Intersect(partitions).ToArray();
        }, _ => { }, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var running = pool.RunAsync(stop.Token);
        await done.Task.WaitAsync(Waiting.Patience, Cancellation);
        await stop.CancelAsync();
        await running;
        twice.ShouldBe(0);
        together.ShouldBeInRange(2, EventPartitions.Count / 3);
    }

    [Fact]
    public async Task What_is_found_while_it_is_worked_on_is_worked_on_again()
    {
        var (begun, go, again) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        var looks = 0;
        var calls = 0;
        PartitionPool? pool = null;
        pool = new PartitionPool(1, most: 1, TimeSpan.FromHours(1), _ =>
        {
            // The second look finds it while the worker is at it; only after that the worker ends, and nobody finds it a second time.
            var look = Interlocked.Increment(ref looks);
            if (look == 2)
            {
                pool!.Wake();
            }
            else if (look == 3)
            {
                go.TrySetResult();
            }

            return Task.FromResult(look < 3 ? new List<short> { 5 } : []);
        }, async (_, cancellation) =>
        {
            if (Interlocked.Increment(ref calls) > 1)
            {
                again.TrySetResult();
                return [];
            }

            begun.TrySetResult();
            await go.Task.WaitAsync(cancellation);
            return [];
        }, _ => { }, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var running = pool.RunAsync(stop.Token);
        await begun.Task.WaitAsync(Waiting.Patience, Cancellation);
        pool.Wake();
        await again.Task.WaitAsync(Waiting.Patience, Cancellation);
        await stop.CancelAsync();
        await running;
    }

    private static List<short> Ready(int[] left) => [.. Enumerable.Range(0, left.Length).Where(partition => left[partition] > 0).Select(partition => (short)partition)];
}
