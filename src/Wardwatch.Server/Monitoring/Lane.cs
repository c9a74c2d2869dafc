using System.Threading.Channels;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>
/// The single-threaded processor of a share of the patients: one reader of one bounded queue. A patient's readings stay in order, and the
/// state that belongs to a lane needs no lock.
/// </summary>
internal sealed class Lane(ReadingProcessor processor, SilenceWatch silence, ICommitter committer, MonitoringOptions options)
{
    // A group this large amortises a transaction well; a larger one would only wait longer.
    private const int FullGroup = 512;

    private readonly Channel<LaneMessage> _queue = Channel.CreateBounded<LaneMessage>(
        new BoundedChannelOptions(options.QueuedBatches) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Batches that wait.</summary>
    public int Depth => _queue.Reader.Count;

    /// <summary>What the lane does with one envelope; used when the lane is rebuilt, before it runs.</summary>
    public ReadingProcessor Processor => processor;

    /// <summary>The patients this lane looks after for silence.</summary>
    public SilenceWatch Silence => silence;

    /// <summary>Hands a batch over; false if the queue is full.</summary>
    public bool TryPublish(EnvelopeBatch batch) => _queue.Writer.TryWrite(new LaneMessage(batch, 0));

    /// <summary>Ends when there may be room; false once the lane has been closed.</summary>
    public ValueTask<bool> WaitForRoomAsync(CancellationToken cancellation) => _queue.Writer.WaitToWriteAsync(cancellation);

    /// <summary>Tells the lane the time, so that it notices silence. Skipped when the queue is full: then there is no silence.</summary>
    public void Tick(long now) => _queue.Writer.TryWrite(new LaneMessage(null, now));

    /// <summary>Takes no more; what waits is still processed.</summary>
    public void Close() => _queue.Writer.TryComplete();

    /// <summary>Runs until <see cref="Close"/> and the last batch.</summary>
    public async Task RunAsync(CancellationToken abandon)
    {
        var reader = _queue.Reader;
        var group = committer.Rent();
        while (await reader.WaitToReadAsync(abandon))
        {
            // Whatever waits goes into one group, and the group goes off when nothing waits any more: alone at night, many together under load.
            while (group.Size < FullGroup && reader.TryRead(out var message))
            {
                Handle(message, group);
            }

            processor.Report();
            if (!group.IsEmpty)
            {
                await committer.SubmitAsync(group, abandon);
                group = committer.Rent();
            }
        }
    }

    private void Handle(LaneMessage message, CommitGroup group)
    {
        if (message.Batch is not { } batch)
        {
            silence.Tick(message.Now);
            return;
        }

        processor.Process(batch, group);
    }

    private readonly record struct LaneMessage(EnvelopeBatch? Batch, long Now);
}
