using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.Cluster;

/// <summary>How the processes of one installation share their work: configuration section <c>Wardwatch:Cluster</c>, environment <c>Wardwatch__Cluster__Name</c>.</summary>
public sealed class ClusterOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wardwatch:Cluster";

    /// <summary>The name of this process, unlike every other's; unless set, the machine's name and four digits that are drawn at the first start and kept in the data folder.</summary>
    [RegularExpression("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")]
    public string? Node { get; set; }

    /// <summary>Between the beginning of a drain and the end of the process: so long balancers may take to notice that it is not ready, in seconds.</summary>
    [Range(0, 600)]
    public double DrainSeconds { get; set; } = 5;

    /// <summary>Shares into which patients are divided; each has a queue in the broker and one node that reads it. The same in every process.</summary>
    [Range(1, 256)]
    public int Partitions { get; set; } = 16;

    /// <summary>Whether envelopes go over the broker; unless set, they do where the roles are split.</summary>
    public bool? OverBroker { get; set; }

    /// <summary>Batches of devices that may wait for the broker, per partition; when it is full, the sockets wait.</summary>
    [Range(1, 65_536)]
    public int QueuedBatches { get; set; } = 256;

    /// <summary>The shortest time between two messages to one partition, in milliseconds: what comes meanwhile goes together. The first after a pause waits for nothing.</summary>
    [Range(0.0, 1000.0)]
    public double GatherMilliseconds { get; set; } = 5;

    /// <summary>The most that one message to a partition holds, in bytes of topics and envelopes.</summary>
    [Range(1024, 16_777_216)]
    public int MessageBytes { get; set; } = 65_536;

    /// <summary>Messages of one partition that its node may have under way.</summary>
    [Range(1, 10_000)]
    public int Prefetch { get; set; } = 32;

    /// <summary>Messages that may wait in one partition's queue; then the broker takes no more, and the gateways wait.</summary>
    [Range(1, 100_000_000)]
    public int QueuedMessages { get; set; } = 1_000_000;

    /// <summary>How often a node says which partitions it has, and looks for ones that nobody has, in seconds.</summary>
    [Range(0.05, 60)]
    public double LookSeconds { get; set; } = 0.5;

    /// <summary>A partition whose node has not been heard for this long is taken over, in seconds.</summary>
    [Range(0.5, 600)]
    public double TakeOverSeconds { get; set; } = 2.5;
}
