using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster.Contracts;

/// <summary>How a process is.</summary>
public enum NodeState
{
    /// <summary>It was heard of within <see cref="NodeEntry.GoneAfterSeconds"/>.</summary>
    Up,

    /// <summary>It is heard of, takes nothing new and will end.</summary>
    Draining,

    /// <summary>It said that it ends, or has not been heard of.</summary>
    Gone,
}

/// <summary>A process of this installation, as it last told of itself. Times are the database's.</summary>
/// <param name="Name">Unique.</param>
/// <param name="Roles">What it does.</param>
/// <param name="Version">Of the program.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="HeardAt">When it last told of itself.</param>
/// <param name="State">How it is.</param>
/// <param name="SaidGoodbye">It ended in order.</param>
/// <param name="MemoryBytes">Memory of the process.</param>
public sealed record NodeEntry(
    string Name, IReadOnlyList<string> Roles, string Version, DateTimeOffset StartedAt, DateTimeOffset HeardAt, NodeState State, bool SaidGoodbye, long MemoryBytes)
{
    /// <summary>For how long a node may say nothing before it counts as gone, in seconds.</summary>
    public const int GoneAfterSeconds = 15;

    /// <summary>Partitions of patients that it has; null where envelopes do not go over a broker.</summary>
    public int? Partitions { get; init; }

    /// <summary>Devices connected to it; null without a gateway.</summary>
    public int? Devices { get; init; }

    /// <summary>Readings a second over the last few seconds; null without a gateway.</summary>
    public double? ReadingsPerSecond { get; init; }

    /// <summary>When its last reading came; null without a gateway, or if none has come.</summary>
    public DateTimeOffset? LastReadingAt { get; init; }

    /// <summary>What waits in it.</summary>
    public IReadOnlyList<QueueFigure> Queues { get; init; } = [];
}

/// <summary>How asking for a drain ended.</summary>
public enum DrainOutcome
{
    /// <summary>The node will know within a second or two.</summary>
    Draining,

    /// <summary>There is no such node, or it is gone.</summary>
    Unknown,

    /// <summary>One of its roles is no other node's that is up.</summary>
    LastNode,
}

/// <summary>The processes of this installation.</summary>
public interface INodes
{
    /// <summary>This process.</summary>
    string Name { get; }

    /// <summary>All that were heard of within a day, by name.</summary>
    Task<IReadOnlyList<NodeEntry>> ReadAsync(CancellationToken cancellation);

    /// <summary>Asks a node to take nothing new, to give back what it has, and to end.</summary>
    /// <param name="name">The node.</param>
    /// <param name="force">Even if nobody else does what it does.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<DrainOutcome> DrainAsync(string name, bool force, CancellationToken cancellation);
}
