using Microsoft.Extensions.Diagnostics.HealthChecks;
using Wardwatch.Server.Cluster.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Operations.Running;

/// <summary>Puts together what runs, from those who know it.</summary>
internal sealed class SystemReader(
    INodes nodes, IStorageState storage, IEnumerable<ISharedQueues> queues, HealthCheckService health, TenantDatabase database, TimeProvider time, IPartitionOverview? partitions = null)
{
    /// <summary>Dead letters are counted up to here: whoever has more need not know how many.</summary>
    public const int MostCounted = 10_000;

    private const string OpenLetters =
        """
        select count(*), max(at) from (
            (select received_at as at from dead_letters where tenant_id = $1 and settled is null order by dead_letter_id desc limit $2)
            union all
            (select dead_at from event_dead_letters where tenant_id = $1 and settled is null order by dead_letter_id desc limit $2)
        ) as open
        """;

    /// <summary>What runs, and the dead letters of one hospital.</summary>
    public async Task<SystemDocument> ReadAsync(int tenantId, CancellationToken cancellation)
    {
        var running = await nodes.ReadAsync(cancellation);
        var shared = new List<QueueFigure>();
        foreach (var queue in queues)
        {
            shared.AddRange(await queue.ReadAsync(cancellation));
        }

        var spread = partitions?.Partitions ?? [];
        var letters = await CountAsync(tenantId, cancellation);
        var report = await health.CheckHealthAsync(cancellation);
        var now = time.GetUtcNow();
        var stored = StorageDocument.Of(storage.Current);
        var living = running.Where(node => node.State != NodeState.Gone).ToList();
        var waiting = living.SelectMany(node => node.Queues).Where(queue => queue.Name == "commits").Sum(queue => queue.Waiting);
        var standing = new StorageNow(stored.State, stored.Since, waiting);
        return new SystemDocument(
            nodes.Name, now, standing, [.. running.Select(Shown)], spread,
            [
                .. living.SelectMany(node => node.Queues.Select(queue => new QueueDocument(queue.Name, node.Name, queue.Waiting, queue.Capacity, queue.OldestSeconds))),
                .. shared.Select(queue => new QueueDocument(queue.Name, null, queue.Waiting, queue.Capacity, queue.OldestSeconds)),
            ],
            [.. report.Entries.Select(check => new CheckDocument(check.Key, Word(check.Value.Status), check.Value.Description))],
            letters, SystemWarnings.Find(now, standing, running, partitions?.Unread ?? [], shared, letters));
    }

    private async Task<DeadLetterCount> CountAsync(int tenantId, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using var command = transaction.Command(OpenLetters, tenantId, MostCounted);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new(reader.GetInt64(0), reader.IsDBNull(1) ? null : new DateTimeOffset(reader.GetDateTime(1)));
    }

    private static NodeDocument Shown(NodeEntry node)
    {
        // What a node that is gone told last is no news of now.
        var gone = node.State == NodeState.Gone;
        return new(
            node.Name, node.Roles, node.Version, node.StartedAt, node.HeardAt, gone ? "gone" : node.State == NodeState.Draining ? "draining" : "up", gone ? null : node.Partitions,
            gone ? null : node.Devices, gone ? null : node.ReadingsPerSecond, node.LastReadingAt, node.MemoryBytes);
    }

    private static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };
}
