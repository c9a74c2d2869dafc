namespace Wardwatch.Server.Platform.Contracts;

/// <summary>What a module knows of this process and the page of what runs shows. Asked every few seconds; must not wait.</summary>
public interface INodeFigures
{
    /// <summary>Adds its figures.</summary>
    void Tell(NodeFigures figures);
}

/// <summary>Figures of one process. What nobody tells is null: a process without a gateway has no devices.</summary>
public sealed class NodeFigures
{
    /// <summary>Devices that are connected.</summary>
    public int? Devices { get; set; }

    /// <summary>Readings that devices have published since the start.</summary>
    public long? Readings { get; set; }

    /// <summary>When the last of them came.</summary>
    public DateTimeOffset? LastReadingAt { get; set; }

    /// <summary>Partitions of patients that this process has.</summary>
    public int? Partitions { get; set; }

    /// <summary>What waits in this process.</summary>
    public List<QueueFigure> Queues { get; } = [];
}

/// <summary>Something that waits.</summary>
/// <param name="Name">lanes, commits, outbox, or consumer:name.</param>
/// <param name="Waiting">How many: batches, groups or events.</param>
/// <param name="Capacity">How many may wait; null: any number.</param>
/// <param name="OldestSeconds">How long the oldest has waited; null where that is not known.</param>
public sealed record QueueFigure(string Name, long Waiting, long? Capacity, double? OldestSeconds);

/// <summary>Tells of queues that all processes share, which only the database knows.</summary>
public interface ISharedQueues
{
    /// <summary>The queues now.</summary>
    Task<IReadOnlyList<QueueFigure>> ReadAsync(CancellationToken cancellation);
}
