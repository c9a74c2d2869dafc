namespace Wardwatch.Server.Cluster.Contracts;

/// <summary>A partition of the patients, as people look at it.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Node">The node that has it; null: nobody.</param>
/// <param name="Epoch">Counts up each time that a node takes it.</param>
/// <param name="Since">Since when it has been so.</param>
/// <param name="Waiting">Messages that wait in its queue; null: the broker could not be asked.</param>
/// <param name="Consumers">Who reads its queue; null: the broker could not be asked.</param>
public sealed record PartitionStatus(int Number, string? Node, long Epoch, DateTimeOffset Since, long? Waiting, int? Consumers);

/// <summary>Who has which partition and what waits there. Registered only where envelopes go over the broker.</summary>
public interface IPartitionOverview
{
    /// <summary>All partitions by their number, as of the last look, a few seconds ago at most.</summary>
    IReadOnlyList<PartitionStatus> Partitions { get; }

    /// <summary>Partitions with messages and nobody who reads them, and since when that has been seen.</summary>
    IReadOnlyList<(PartitionStatus Partition, DateTimeOffset Since)> Unread { get; }
}
