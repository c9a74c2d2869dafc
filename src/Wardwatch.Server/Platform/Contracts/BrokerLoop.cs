using Polly;
using Polly.Retry;

namespace Wardwatch.Server.Platform.Contracts;

/// <summary>Does over the broker what has to be done again whenever the connection was lost: with growing pauses, until the process ends.</summary>
public static class BrokerLoop
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Calls <paramref name="workAsync"/> again and again; it ends by an exception, if only because its channel was closed.</summary>
    /// <param name="workAsync">The work.</param>
    /// <param name="ended">Told of each end but the last.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task KeepAsync(Func<CancellationToken, Task> workAsync, Action<Exception> ended, TimeProvider time, CancellationToken stop)
    {
        var pipeline = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = _ => new(!stop.IsCancellationRequested),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            Delay = FirstPause,
            MaxDelay = LongestPause,
            UseJitter = true,
            OnRetry = arguments =>
            {
                if (arguments.Outcome.Exception is { } failure)
                {
                    ended(failure);
                }

                return default;
            },
        }).Build();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await pipeline.ExecuteAsync(async cancellation => await workAsync(cancellation), stop);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                // What was not acknowledged is delivered again.
            }
        }
    }
}
