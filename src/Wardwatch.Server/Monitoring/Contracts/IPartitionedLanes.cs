using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Server.Monitoring.Contracts;

/// <summary>The lanes of a process that looks after some partitions of the patients, each with a lane of its own, as they come and go.</summary>
public interface IPartitionedLanes
{
    /// <summary>
    /// Opens a partition's lane: its patients come back from the history, then it takes batches and watches for silence. Everything that it commits carries the epoch, and
    /// the sequence numbers of its patients' states are above those of every earlier epoch.
    /// </summary>
    /// <param name="owned">The partition; the epoch must have been taken before.</param>
    /// <param name="partitions">How many there are.</param>
    /// <param name="cancellation">Gives up; the partition is then not open.</param>
    Task OpenAsync(PartitionEpoch owned, int partitions, CancellationToken cancellation);

    /// <summary>Closes a partition's lane and forgets its patients' states; nothing happens if it is not open.</summary>
    /// <param name="partition">Its number.</param>
    /// <param name="finish">Whether what waits for the lane is processed first; otherwise nobody is told of it any more.</param>
    Task CloseAsync(int partition, bool finish);

    /// <summary>Hands a batch over; false if the lane's queue is full or the partition not open.</summary>
    bool TryPublish(int partition, EnvelopeBatch batch);

    /// <summary>Ends when there may be room; false if the partition is not open.</summary>
    ValueTask<bool> WaitForRoomAsync(int partition, CancellationToken cancellation);
}
