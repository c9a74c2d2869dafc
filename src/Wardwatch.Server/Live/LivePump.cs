using Microsoft.Extensions.Options;

namespace Wardwatch.Server.Live;

/// <summary>
/// Carries messages from a mailbox to a connection, the same way for each kind of connection. A client that takes nothing for a stated time, or for whom more
/// events wait than are kept, is cut off: that is counted and logged once, and touches nobody else.
/// </summary>
internal sealed partial class LivePump(IOptions<LiveOptions> options, LiveMetrics metrics, TimeProvider time, ILogger<LivePump> logger)
{
    /// <summary>It took nothing for too long.</summary>
    public const string NotReading = "not-reading";

    /// <summary>Too many bytes of events wait for it.</summary>
    public const string TooFarBehind = "too-far-behind";

    /// <summary>It did not answer a ping.</summary>
    public const string NoAnswer = "no-answer";

    private readonly TimeSpan _patience = TimeSpan.FromSeconds(options.Value.SendTimeoutSeconds);
    private readonly ILogger<LivePump> _logger = logger;

    /// <summary>Sends until <paramref name="ended"/>, or until the client is cut off.</summary>
    /// <exception cref="OperationCanceledException">It ended.</exception>
    public async Task RunAsync(Subscription subscription, ILiveChannel channel, Func<LiveMessage, bool> wanted, CancellationToken ended)
    {
        var mailbox = subscription.Mailbox;
        var messages = new List<LiveMessage>();
        while (!mailbox.Overrun.IsCompleted)
        {
            messages = mailbox.Take(messages, out var conflated);
            metrics.Conflated(conflated);
            if (messages.Count == 0)
            {
                await mailbox.WaitAsync(ended);
                continue;
            }

            foreach (var message in messages)
            {
                ended.ThrowIfCancellationRequested();

                // A patient may have gone to another ward between the offer and now.
                if (IsStillFor(subscription.Filter, message) && wanted(message) && await WriteAsync(channel, message, mailbox, ended) is { } fault)
                {
                    Cut(channel, fault);
                    return;
                }
            }
        }

        Cut(channel, TooFarBehind);
    }

    /// <summary>Ends a connection, and says why.</summary>
    public void Cut(ILiveChannel channel, string reason)
    {
        metrics.Cut(channel.Name, reason);
        LogCut(channel.Name, reason);
        channel.Abort();
    }

    /// <summary>What waited behind a slow write is shown only where its patient is now.</summary>
    private static bool IsStillFor(LiveFilter filter, LiveMessage message) =>
        filter.Wants(message) && (message.Newest?.Message is not { } newest || ReferenceEquals(newest, message) || filter.Wants(newest));

    /// <summary>Writes a message; answers why the client must be cut off, or null. The usual write ends at once and costs no timer.</summary>
    private async ValueTask<string?> WriteAsync(ILiveChannel channel, LiveMessage message, Mailbox mailbox, CancellationToken ended)
    {
        var writing = channel.WriteAsync(message, ended);
        if (writing.IsCompletedSuccessfully)
        {
            await writing;
            message.Trace?.Framed(channel.Name);
            return null;
        }

        var written = writing.AsTask();
        try
        {
            if (await Task.WhenAny(written, mailbox.Overrun).WaitAsync(_patience, time, ended) == written)
            {
                await written;
                message.Trace?.Framed(channel.Name);
                return null;
            }

            return await EndAsync(channel, written, TooFarBehind);
        }
        catch (TimeoutException) when (!written.IsCompleted)
        {
            return await EndAsync(channel, written, NotReading);
        }
        catch (OperationCanceledException)
        {
            await written.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    /// <summary>The write that hangs ends with the connection; its task must not be left alone.</summary>
    private static async Task<string> EndAsync(ILiveChannel channel, Task written, string reason)
    {
        channel.Abort();
        await written.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return reason;
    }

    [LoggerMessage(4020, LogLevel.Warning, "A live connection ({Channel}) was cut off: {Reason}.")]
    private partial void LogCut(string channel, string reason);
}
