using System.Threading.Channels;
using Polly;
using Polly.Retry;

namespace Wardwatch.Server.Events;

/// <summary>
/// Some workers over the partitions that have work. A scout asks the database which ones these are, when it is woken and now and then; their numbers go through a
/// bounded channel, each at most once, and a worker takes several at once: what a transaction costs is then shared by what all of them have. None is worked on twice
/// at a time. What fails, fails for all of them (the database or the broker is away): it is tried again with growing pauses.
/// </summary>
/// <param name="workers">How many work at once.</param>
/// <param name="most">How many partitions a worker takes at once, at most.</param>
/// <param name="poll">How often the scout looks without being woken.</param>
/// <param name="find">Which partitions have work.</param>
/// <param name="work">Works on some; answers which of them may have more.</param>
/// <param name="failed">Is told of each failure.</param>
/// <param name="time">The clock.</param>
internal sealed class PartitionPool(
    int workers, int most, TimeSpan poll, Func<CancellationToken, Task<List<short>>> find, Func<short[], CancellationToken, Task<IReadOnlyCollection<short>>> work, Action<Exception> failed, TimeProvider time)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // In a storm somebody wakes the scout a hundred times a second, and each look passes over what was taken out a moment ago.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(40);

    private enum Stand
    {
        Idle,
        Waiting,
        Worked,

        // Somebody has found work in it meanwhile.
        WorkedAndWanted,
    }

    private readonly Lock _gate = new();
    private readonly Stand[] _stands = new Stand[EventPartitions.Count];
    private readonly Channel<short> _ready = Channel.CreateBounded<short>(EventPartitions.Count);
    private volatile TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Every worker has a share, even if one is quicker.
    private readonly int _atOnce = Math.Clamp(EventPartitions.Count / workers, 1, most);

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
            var looked = time.GetTimestamp();

            // Whoever wakes from here on has something that the look below may not see.
            _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
            foreach (var partition in await pipeline.ExecuteAsync(async cancellation => await find(cancellation), stop))
            {
                Want(partition);
            }

            await _woken.Task.WaitAsync(poll, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (BetweenLooks - time.GetElapsedTime(looked) is var rest && rest > TimeSpan.Zero)
            {
                await Task.Delay(rest, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task WorkAsync(ResiliencePipeline pipeline, CancellationToken stop)
    {
        while (await _ready.Reader.WaitToReadAsync(stop))
        {
            var taken = Take();
            if (taken.Length == 0)
            {
                continue;
            }

            // One batch, and then whoever else waits: a long backlog of one partition holds up no other.
            var more = await pipeline.ExecuteAsync(async cancellation => await work(taken, cancellation), stop);
            foreach (var partition in taken)
            {
                End(partition, more.Contains(partition));
            }
        }
    }

    private short[] Take()
    {
        var taken = new List<short>(_atOnce);
        lock (_gate)
        {
            while (taken.Count < _atOnce && _ready.Reader.TryRead(out var partition))
            {
                _stands[partition] = Stand.Worked;
                taken.Add(partition);
            }
        }

        return [.. taken];
    }

    private void Want(short partition)
    {
        lock (_gate)
        {
            switch (_stands[partition])
            {
                case Stand.Idle:
                    Queue(partition);
                    break;
                case Stand.Worked:
                    _stands[partition] = Stand.WorkedAndWanted;
                    break;
            }
        }
    }

    private void End(short partition, bool hasMore)
    {
        lock (_gate)
        {
            if (hasMore || _stands[partition] == Stand.WorkedAndWanted)
            {
                Queue(partition);
            }
            else
            {
                _stands[partition] = Stand.Idle;
            }
        }
    }

    // There is room for each partition once.
    private void Queue(short partition)
    {
        _stands[partition] = Stand.Waiting;
        _ready.Writer.TryWrite(partition);
    }
}
