using Wardwatch.Server.Cluster.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Operations.Running;

/// <summary>What of all that runs somebody should look at.</summary>
internal static class SystemWarnings
{
    /// <summary>An event that waits longer than this to be published is a sign that nobody publishes, in seconds.</summary>
    public const double OutboxSeconds = 30;

    /// <summary>Finds it.</summary>
    public static List<WarningDocument> Find(
        DateTimeOffset now, StorageNow storage, IReadOnlyList<NodeEntry> nodes, IReadOnlyList<(PartitionStatus Partition, DateTimeOffset Since)> unread, IReadOnlyList<QueueFigure> shared, DeadLetterCount letters)
    {
        var warnings = new List<WarningDocument>();
        if (storage.State != "stored")
        {
            warnings.Add(new("storage-away", storage.State == "delayed" ? "Readings are being stored late." : "Readings are not being stored.", storage.Since));
        }

        // One that said good-bye was meant to end.
        warnings.AddRange(nodes.Where(node => node is { State: NodeState.Gone, SaidGoodbye: false })
            .Select(node => new WarningDocument("node-gone", $"Node {node.Name} has not been heard of; it was not told to end.", node.HeardAt)));
        warnings.AddRange(unread.Select(found => new WarningDocument("partition-without-consumer", TextOf(found.Partition), found.Since)));
        if (shared.FirstOrDefault(queue => queue.Name == "outbox") is { OldestSeconds: > OutboxSeconds and var seconds })
        {
            warnings.Add(new("outbox-old", $"The oldest event has waited {seconds:0} s to be published.", now.AddSeconds(-seconds)));
        }

        if (letters is { Open: > 0, NewestAt: { } newest })
        {
            warnings.Add(new("dead-letters", letters.Open == 1 ? "One message could not be believed or handled." : $"{letters.Open} messages could not be believed or handled.", newest));
        }

        return warnings;
    }

    private static string TextOf(PartitionStatus partition) => partition.Waiting == 1
        ? $"Partition {partition.Number} has one message and nobody who reads it."
        : $"Partition {partition.Number} has {partition.Waiting} messages and nobody who reads them.";
}
