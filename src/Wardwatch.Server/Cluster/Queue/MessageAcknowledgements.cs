using System.Collections.Concurrent;
using System.Threading.Channels;
using RabbitMQ.Client;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Cluster.Queue;

/// <summary>
/// The messages of one channel that are on their way through the lane, in their order. Commits may end in another order; acknowledgements leave in this one, many with one, and only up
/// to the first message that is not committed. If that one failed it is the end: the channel is closed, and the broker delivers it and everything behind it again.
/// </summary>
internal sealed class MessageAcknowledgements(IChannel channel)
{
    private readonly Lock _gate = new();
    private readonly Queue<ReceivedMessage> _inOrder = new();
    private readonly Channel<bool> _progress = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private bool _ending;

    /// <summary>Whether a message failed.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Messages that were taken and not acknowledged.</summary>
    public int Left
    {
        get
        {
            lock (_gate)
            {
                return _inOrder.Count;
            }
        }
    }

    /// <summary>A message at the end of the order, which is done when all its batches are.</summary>
    public ReceivedMessage Expect(ulong tag, int batches, ConcurrentBag<EnvelopeBatch> pool)
    {
        var message = new ReceivedMessage(tag, batches, pool, Moved);
        lock (_gate)
        {
            _inOrder.Enqueue(message);
        }

        return message;
    }

    /// <summary>Ends as soon as nothing is on its way.</summary>
    public void EndWhenAllAreDone()
    {
        lock (_gate)
        {
            _ending = true;
        }

        Moved();
    }

    /// <summary>Ends now.</summary>
    public void End() => _progress.Writer.TryComplete();

    /// <summary>Acknowledges until something fails or it is ended.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (await _progress.Reader.WaitToReadAsync(cancellation))
        {
            _progress.Reader.TryRead(out _);
            var (last, isEnd) = TakeDone();
            if (last is { } tag)
            {
                await channel.BasicAckAsync(tag, multiple: true, cancellation);
            }

            if (isEnd)
            {
                return;
            }
        }
    }

    private (ulong? Last, bool IsEnd) TakeDone()
    {
        lock (_gate)
        {
            ulong? last = null;
            while (_inOrder.TryPeek(out var first) && (first.IsDone || first.HasFailed))
            {
                if (first.HasFailed)
                {
                    HasFailed = true;
                    return (last, true);
                }

                last = _inOrder.Dequeue().Tag;
            }

            return (last, _ending && _inOrder.Count == 0);
        }
    }

    private void Moved() => _progress.Writer.TryWrite(true);
}

/// <summary>One message on its way through the lane, whose batches come back here.</summary>
internal sealed class ReceivedMessage(ulong tag, int batches, ConcurrentBag<EnvelopeBatch> pool, Action moved) : IDeliveryOwner
{
    // A burst leaves no more than this behind.
    private const int PooledBatches = 1024;

    private int _left = batches;
    private volatile bool _failed;

    /// <summary>What the broker calls it.</summary>
    public ulong Tag => tag;

    /// <summary>Whether everything in it came back.</summary>
    public bool IsDone => Volatile.Read(ref _left) == 0;

    /// <summary>Whether something in it is not durable.</summary>
    public bool HasFailed => _failed;

    /// <inheritdoc />
    public void Complete(EnvelopeBatch batch, DeliveryState state)
    {
        batch.Release();
        if (pool.Count < PooledBatches)
        {
            pool.Add(batch);
        }

        if (state != DeliveryState.Durable)
        {
            _failed = true;
        }

        if (Interlocked.Decrement(ref _left) == 0 || _failed)
        {
            moved();
        }
    }
}
