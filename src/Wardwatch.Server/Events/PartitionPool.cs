using System.Threading.Channels;
using Polly;
using Polly.Retry;

namespace Wardwatch.Server.Events;

/// <summary>
/// Some workers over the partitions that have work. A scout asks the database which ones these are, when it is woken and now and then; their numbers go through a
/// bounded channel, each at most once. What fails, fails for all of them (the database or the broker is away): it is tried again with growing pauses.
/// </summary>
/// <param name="workers">How many partitions are worked on at once.</param>
/// <param name="poll">How often the scout looks without being woken.</param>
/// <param name="find">Which partitions have work.</param>
/// <param name="work">Works on one; answers whether there may be more.</param>
/// <param name="failed">Is told of each failure.</param>
/// <param name="time">The clock.</param>
internal sealed class PartitionPool(
    int workers, TimeSpan poll, Func<CancellationToken, Task<List<short>>> find, Func<short, CancellationToken, Task<bool>> work, Action<Exception> failed, TimeProvider time)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private volatile TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<short> _ready = Channel.CreateBounded<short>(EventPartitions.Count);
    private readonly int[] _isReady = new int[EventPartitions.Count];

    /// <summary>There may be work.</summary>
    public void Wake() => _woken.TrySetResult();

    /// <summary>Works until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var pipeline = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = arguments => new(arguments.Outcome.Exception is not null && !stop.IsCancellationRequested),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(100),
            MaxDelay = LongestPause,
            UseJitter = true,
            OnRetry = arguments =>
            {
                failed(arguments.Outcome.Exception!);
                return default;
            },
        }).Build();
        try
        {
            await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync(pipeline, stop)).Append(ScoutAsync(pipeline, stop)));
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // Stopped in the middle: what was not committed is done by whoever comes next.
        }
    }

    private async Task ScoutAsync(ResiliencePipeline pipeline, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // Whoever wakes from here on has something that the look below may not see.
            _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
            foreach (var partition in await pipeline.ExecuteAsync(async cancellation => await find(cancellation), stop))
            {
                if (Interlocked.Exchange(ref _isReady[partition], 1) == 0)
                {
                    await _ready.Writer.WriteAsync(partition, stop);
                }
            }

            await _woken.Task.WaitAsync(poll, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WorkAsync(ResiliencePipeline pipeline, CancellationToken stop)
    {
        await foreach (var partition in _ready.Reader.ReadAllAsync(stop))
        {
            Volatile.Write(ref _isReady[partition], 0);

            // One batch, and then whoever else waits: a long backlog of one partition holds up no other.
            if (await pipeline.ExecuteAsync(async cancellation => await work(partition, cancellation), stop) && Interlocked.Exchange(ref _isReady[partition], 1) == 0)
            {
                await _ready.Writer.WriteAsync(partition, stop);
            }
        }
    }
}
