using Wardwatch.Server.Cluster.Contracts;
using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Server.Operations.Running;

/// <summary>What runs.</summary>
/// <param name="Node">The node that answers.</param>
/// <param name="Now">Its clock.</param>
/// <param name="Storage">Whether readings reach the disk.</param>
/// <param name="Nodes">The processes of this installation.</param>
/// <param name="Partitions">Who has which patients; empty where envelopes do not go over a broker.</param>
/// <param name="Queues">What waits.</param>
/// <param name="Checks">The health checks of the node that answers.</param>
/// <param name="DeadLetters">What could not be believed or handled, of the caller's hospital.</param>
/// <param name="Warnings">What somebody should look at.</param>
internal sealed record SystemDocument(
    string Node, DateTimeOffset Now, StorageNow Storage, IReadOnlyList<NodeDocument> Nodes, IReadOnlyList<PartitionStatus> Partitions, IReadOnlyList<QueueDocument> Queues,
    IReadOnlyList<CheckDocument> Checks, DeadLetterCount DeadLetters, IReadOnlyList<WarningDocument> Warnings);

/// <summary>Whether readings reach the disk.</summary>
/// <param name="State">stored, delayed or away.</param>
/// <param name="Since">Since when.</param>
/// <param name="Waiting">Groups of readings that wait for a transaction, over all nodes.</param>
internal sealed record StorageNow(string State, DateTimeOffset Since, long Waiting);

/// <summary>A process. <see cref="NodeEntry"/> says what each is.</summary>
internal sealed record NodeDocument(
    string Name, IReadOnlyList<string> Roles, string Version, DateTimeOffset StartedAt, DateTimeOffset HeardAt, string State, int? Partitions, int? Devices, double? ReadingsPerSecond,
    DateTimeOffset? LastReadingAt, long MemoryBytes);

/// <summary>Something that waits.</summary>
/// <param name="Name">lanes, commits, outbox or consumer:name.</param>
/// <param name="Node">In which node; null: in the database.</param>
/// <param name="Waiting">How many.</param>
/// <param name="Capacity">How many may wait.</param>
/// <param name="OldestSeconds">How long the oldest has waited.</param>
internal sealed record QueueDocument(string Name, string? Node, long Waiting, long? Capacity, double? OldestSeconds);

/// <summary>A health check.</summary>
/// <param name="Name">Its name, as in <c>/health/ready</c>.</param>
/// <param name="Status">healthy, degraded or unhealthy.</param>
/// <param name="Text">Its sentence.</param>
internal sealed record CheckDocument(string Name, string Status, string? Text);

/// <summary>Dead letters that nobody has settled.</summary>
/// <param name="Open">How many; counting ends at <see cref="SystemReader.MostCounted"/>.</param>
/// <param name="NewestAt">When the newest was set aside.</param>
internal sealed record DeadLetterCount(long Open, DateTimeOffset? NewestAt);

/// <summary>Something that somebody should look at.</summary>
/// <param name="Kind">partition-without-consumer, node-gone, storage-away, outbox-old or dead-letters.</param>
/// <param name="Text">In words.</param>
/// <param name="Since">Since when.</param>
internal sealed record WarningDocument(string Kind, string Text, DateTimeOffset Since);

/// <summary>A drain that was asked for.</summary>
/// <param name="Force">Even if nobody else does what the node does.</param>
internal sealed record DrainRequest(bool Force = false);

/// <summary>A drain that has begun.</summary>
internal sealed record DrainResponse(string Name, string State);
