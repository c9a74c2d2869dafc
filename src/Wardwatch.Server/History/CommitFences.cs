using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Server.History;

/// <summary>
/// Keeps a process from writing rows of a partition that somebody else has taken: the committer holds the partition's lock from before it looks at the epoch until after
/// the commit, and whoever takes a partition counts its epoch up under the same lock alone. So a commit either ends before the new owner reads what there is, or does not happen.
/// </summary>
internal static class CommitFences
{
    private const string Lock = "select pg_advisory_lock_shared(hashtext('envelope-partition'), number) from unnest($1) as number";
    private const string Read = "select number, epoch from envelope_partitions where number = any($1)";
    private const string Unlock = "select pg_advisory_unlock_shared(hashtext('envelope-partition'), number) from unnest($1) as number";

    /// <summary>Holds the partitions; answers which of them are somebody else's by now. Call <see cref="LetGoAsync"/> afterwards, whatever the answer.</summary>
    public static async Task<HashSet<PartitionEpoch>> HoldAsync(IReadOnlySet<PartitionEpoch> fences, NpgsqlConnection connection, CancellationToken cancellation)
    {
        // Two statements: the epochs must be read as they are once the locks are held.
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new(Lock), new(Read) } };
        foreach (NpgsqlBatchCommand command in batch.BatchCommands)
        {
            command.Parameters.Add(Numbers(fences));
        }

        var lost = new HashSet<PartitionEpoch>(fences);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            lost.Remove(new(reader.GetInt32(0), reader.GetInt64(1)));
        }

        return lost;
    }

    /// <summary>Lets the partitions go. If the connection is broken they are free already.</summary>
    public static async Task LetGoAsync(IReadOnlySet<PartitionEpoch> fences, NpgsqlConnection connection)
    {
        if (connection.FullState != System.Data.ConnectionState.Open)
        {
            return;
        }

        try
        {
            await using var command = new NpgsqlCommand(Unlock, connection);
            command.Parameters.Add(Numbers(fences));
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // What was committed stays committed; the connection is found to be broken at its next use.
        }
    }

    private static NpgsqlParameter Numbers(IReadOnlySet<PartitionEpoch> fences) =>
        new() { Value = fences.Select(fence => fence.Partition).Order().ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer };
}
