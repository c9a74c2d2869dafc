using System.Threading.Channels;
using RabbitMQ.Client.Exceptions;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Cluster.Queue;

/// <summary>
/// Sends one partition's batches, in their order: what waits goes into one message, and the next message is made when the broker has confirmed this one. While a message is
/// under way the next one gathers, so that messages grow with the load. What is refused or lost is sent again before anything behind it.
/// </summary>
internal sealed partial class PartitionSender(int partition, EnvelopeChannel channel, ClusterOptions options, ClusterMetrics metrics, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    // Trouble lasts for minutes and concerns every partition; not each attempt deserves a line.
    private const int AttemptsPerWarning = 30;

    private readonly Channel<EnvelopeBatch> _waiting = Channel.CreateBounded<EnvelopeBatch>(
        new BoundedChannelOptions(options.QueuedBatches) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly List<EnvelopeBatch> _gathered = [];
    private byte[] _message = new byte[4096];
    private int _length;
    private long _sentAt;

    /// <summary>Batches that wait.</summary>
    public int Depth => _waiting.Reader.Count;

    /// <summary>Hands a batch over; false if too many wait.</summary>
    public bool TryPublish(EnvelopeBatch batch) => _waiting.Writer.TryWrite(batch);

    /// <summary>Ends when there may be room; false once this was closed.</summary>
    public ValueTask<bool> WaitForRoomAsync(CancellationToken cancellation) => _waiting.Writer.WaitToWriteAsync(cancellation);

    /// <summary>Takes no more; what waits is still sent.</summary>
    public void Close() => _waiting.Writer.TryComplete();

    /// <summary>Runs until <see cref="Close"/> and the last batch; what is left when it is given up fails, so that the devices send it again.</summary>
    public async Task RunAsync(CancellationToken abandon)
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(abandon))
            {
                await SpaceAsync(abandon);
                Gather();
                var sent = _length > EnvelopeMessage.HeaderBytes;
                if (sent)
                {
                    await PublishAsync(abandon);
                }

                Tell(durable: true);
            }
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            Tell(durable: false);
            while (_waiting.Reader.TryRead(out var batch))
            {
                _gathered.Add(batch);
            }

            Tell(durable: false);
        }
    }

    // Under load a message costs the broker more than what is in it: there is a shortest time between two, and the first after a pause waits for nothing.
    private async Task SpaceAsync(CancellationToken abandon)
    {
        if (options.GatherMilliseconds > 0 && _sentAt != 0 && TimeSpan.FromMilliseconds(options.GatherMilliseconds) - time.GetElapsedTime(_sentAt) is { Ticks: > 0 } left)
        {
            await Task.Delay(left, time, abandon);
        }

        _sentAt = time.GetTimestamp();
    }

    private void Gather()
    {
        (_length, var batches) = (EnvelopeMessage.HeaderBytes, 0);
        while (_waiting.Reader.TryPeek(out var batch))
        {
            var most = EnvelopeMessage.BytesOf(batch);
            if ((batches > 0 && _length + most > options.MessageBytes) || batches == ushort.MaxValue)
            {
                break;
            }

            _waiting.Reader.TryRead(out _);
            _gathered.Add(batch);
            if (_message.Length - _length < most)
            {
                Array.Resize(ref _message, Math.Max(_message.Length * 2, _length + most));
            }

            var written = EnvelopeMessage.WriteBatch(_message.AsSpan(_length), batch);
            _length += written;
            batches += written > 0 ? 1 : 0;
        }

        EnvelopeMessage.WriteHeader(_message, partition, options.Partitions, batches);
    }

    private async Task PublishAsync(CancellationToken abandon)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var started = time.GetTimestamp();
                await channel.PublishAsync(partition, _message.AsMemory(0, _length), abandon);
                metrics.Sent(_gathered, _length, time.GetElapsedTime(started).TotalSeconds);
                return;
            }
            catch (PublishException refused)
            {
                metrics.NotTaken(refused.IsReturn ? "no-queue" : "full");
                Warn(attempt, refused.IsReturn ? "its queue is not there" : "its queue takes no more");
            }
            catch (Exception failure) when (!abandon.IsCancellationRequested)
            {
                metrics.NotTaken("away");
                Warn(attempt, failure.GetType().Name);
            }

            var pause = Math.Min(LongestPause.TotalMilliseconds, FirstPause.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 10)));
            await Task.Delay(TimeSpan.FromMilliseconds(pause), time, abandon);
        }
    }

    private void Warn(int attempt, string reason)
    {
        if (attempt % AttemptsPerWarning == 0)
        {
            LogNotTaken(log, partition, attempt, reason);
        }
    }

    // A batch is somebody else's as soon as its owner was told.
    private void Tell(bool durable)
    {
        foreach (var batch in _gathered)
        {
            try
            {
                if (durable)
                {
                    batch.Committed();
                }
                else
                {
                    batch.Failed();
                }
            }
            catch (Exception defect) when (defect is not OutOfMemoryException)
            {
                LogNotTold(log, defect);
            }
        }

        _gathered.Clear();
    }

    [LoggerMessage(7000, LogLevel.Warning, "The broker does not take what is sent to partition {Partition} (attempt {Attempt}: {Reason}). It waits here, and is not acknowledged to the devices.")]
    private static partial void LogNotTaken(ILogger log, int partition, int attempt, string reason);

    [LoggerMessage(7001, LogLevel.Error, "A connection could not be told what became of its readings.")]
    private static partial void LogNotTold(ILogger log, Exception defect);
}
