using System.Threading.Channels;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>
/// The single-threaded processor of a share of the patients: one reader of one bounded queue. A patient's readings stay in order, and the
/// state that belongs to a lane needs no lock.
/// </summary>
internal sealed class Lane(ReadingProcessor processor, SilenceWatch silence, ICommitter committer, MonitoringOptions options, PartitionEpoch? fence = null)
{
    // A group this large amortises a transaction well; a larger one would only wait longer.
    private const int FullGroup = 512;

    private readonly Channel<EnvelopeBatch?> _queue = Channel.CreateBounded<EnvelopeBatch?>(
        new BoundedChannelOptions(options.QueuedBatches) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    // The latest tick, apart from the queue: the lane must notice silence also while it waits for the committer.
    private readonly Channel<long> _ticks = Channel.CreateBounded<long>(
        new BoundedChannelOptions(1) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>Batches that wait.</summary>
    public int Depth => _queue.Reader.Count;

    /// <summary>What the lane does with one envelope; used when the lane is rebuilt, before it runs.</summary>
    public ReadingProcessor Processor => processor;

    /// <summary>The patients this lane looks after for silence.</summary>
    public SilenceWatch Silence => silence;

    /// <summary>Hands a batch over; false if the queue is full.</summary>
    public bool TryPublish(EnvelopeBatch batch) => _queue.Writer.TryWrite(batch);

    /// <summary>Ends when there may be room; false once the lane has been closed.</summary>
    public ValueTask<bool> WaitForRoomAsync(CancellationToken cancellation) => _queue.Writer.WaitToWriteAsync(cancellation);

    /// <summary>Tells the lane the time, so that it notices silence.</summary>
    public void Tick(long now)
    {
        _ticks.Writer.TryWrite(now);
        _queue.Writer.TryWrite(null); // wakes an idle lane; one whose queue is full is awake
    }

    /// <summary>Takes no more; what waits is still processed.</summary>
    public void Close() => _queue.Writer.TryComplete();

    /// <summary>Runs until <see cref="Close"/> and the last batch.</summary>
    public async Task RunAsync(CancellationToken abandon)
    {
        var group = Rent();
        while (await _queue.Reader.WaitToReadAsync(abandon))
        {
            // Whatever waits goes into one group, and the group goes off when nothing waits any more: alone at night, many together under load.
            Take(group, FullGroup);
            if (group.IsEmpty)
            {
                continue;
            }

            if (!committer.TrySubmit(group))
            {
                await WaitForCommitterAsync(group, abandon);
            }

            group = Rent();
        }
    }

    private CommitGroup Rent()
    {
        var group = committer.Rent();
        group.Fence = fence;
        return group;
    }

    /// <summary>
    /// The database is slow or away. Readings are still scored and shown, and gather in this one group up to a bound; beyond it the queue fills and the sockets wait.
    /// Silence is noticed all the while.
    /// </summary>
    private async Task WaitForCommitterAsync(CommitGroup group, CancellationToken abandon)
    {
        var room = committer.WaitForRoomAsync(abandon).AsTask();
        var tick = _ticks.Reader.WaitToReadAsync(abandon).AsTask();
        var more = _queue.Reader.WaitToReadAsync(abandon).AsTask();
        while (true)
        {
            // A closed queue is always "readable": there is nothing to wait for in it.
            var takesMore = group.Size < options.UncommittedReadings && !(more.IsCompletedSuccessfully && !await more);
            await (takesMore ? Task.WhenAny(room, tick, more) : Task.WhenAny(room, tick));
            if (room.IsCompleted)
            {
                await room;
                if (committer.TrySubmit(group))
                {
                    return;
                }

                room = committer.WaitForRoomAsync(abandon).AsTask();
            }

            Take(group, options.UncommittedReadings);
            tick = tick.IsCompleted ? _ticks.Reader.WaitToReadAsync(abandon).AsTask() : tick;
            more = more.IsCompletedSuccessfully && await more ? _queue.Reader.WaitToReadAsync(abandon).AsTask() : more;
        }
    }

    private void Take(CommitGroup group, int most)
    {
        while (group.Size < most && _queue.Reader.TryRead(out var batch))
        {
            if (batch is { Trace: null })
            {
                processor.Process(batch, group);
            }
            else if (batch is { Trace: { } trace })
            {
                trace.Taken();
                processor.Process(batch, group);
                trace.Processed();
            }
        }

        if (_ticks.Reader.TryRead(out var now))
        {
            silence.Tick(now, group);
        }

        processor.Report();
    }
}
