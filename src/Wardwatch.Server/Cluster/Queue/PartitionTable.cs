using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster.Queue;

/// <summary>A partition as the database has it.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Epoch">Counts up each time that somebody takes it.</param>
/// <param name="Reader">Who has it; null: nobody.</param>
/// <param name="Node">The name of that process's node.</param>
/// <param name="Since">Since when.</param>
internal sealed record PartitionRow(int Number, long Epoch, Guid? Reader, string? Node, DateTime Since);

/// <summary>Who has which partition, in the database: readers with their beats, and partitions with their epochs.</summary>
internal sealed class PartitionTable(NpgsqlDataSource database, IOptions<ClusterOptions> options)
{
    private const string Ensure = "insert into envelope_partitions (number) select generate_series(0, $1 - 1) where not exists (select from envelope_partitions) on conflict do nothing";
    private const string Count = "select count(*)::int from envelope_partitions";
    private const string Beat = "insert into envelope_readers (reader, node) values ($1, $2) on conflict (reader) do update set beat = envelope_readers.beat + 1";
    private const string Readers = "select reader, beat from envelope_readers";
    private const string Partitions = "select number, epoch, reader, node, since from envelope_partitions order by number";
    private const string Patience = "select set_config('lock_timeout', $1, true)";
    private const string Lock = "select pg_advisory_xact_lock(hashtext('envelope-partition'), $1)";
    private const string EndStalled = "select end_stalled_commits($1)";

    // Where the server's roles sign in by themselves, sessions are theirs to end, and not the owner's.
    private const string EndOwnStalled =
        """
        select count(pg_terminate_backend(pid)) from pg_locks
        where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
          and classid::bigint = hashtext('envelope-partition')::bigint & 4294967295 and objid::bigint = $1 and objsubid = 2 and mode = 'ShareLock' and granted and pid <> pg_backend_pid()
        """;

    private const string Take = "update envelope_partitions set epoch = epoch + 1, reader = $3, node = $4, since = clock_timestamp() where number = $1 and epoch = $2 returning epoch";
    private const string Free = "update envelope_partitions set reader = null, node = null, since = clock_timestamp() where number = $1 and epoch = $2";
    private const string Forget = "delete from envelope_readers where reader = any($1) and not exists (select from envelope_partitions p where p.reader = envelope_readers.reader)";

    /// <summary>How long a commit of the last owner may take once somebody else wants the partition; then it is ended by force.</summary>
    public TimeSpan CommitsEndWithin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Makes the partitions, or finds as many as the settings say.</summary>
    /// <exception cref="StartupException">There are more or fewer.</exception>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        var wanted = options.Value.Partitions;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await ExecuteAsync(connection, Ensure, cancellation, wanted);
        await using var command = new NpgsqlCommand(Count, connection);
        if ((int)(await command.ExecuteScalarAsync(cancellation))! is var there && there != wanted)
        {
            throw new StartupException(
                $"The patients of this installation are divided into {there} partitions, and {ClusterOptions.Section}:{nameof(ClusterOptions.Partitions)} says {wanted}.",
                $"Set it to {there} in every process. To change it, stop every gateway, wait until the queues are empty, stop every monitor, and remove the rows of envelope_partitions.");
        }
    }

    /// <summary>Says that a reader is there; answers who else said so, and who has what.</summary>
    public async Task<(Dictionary<Guid, long> Beats, List<PartitionRow> Partitions)> LookAsync(Guid reader, string node, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Command(Beat, reader, node), new(Readers), new(Partitions) } };
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var beats = new Dictionary<Guid, long>();
        while (await rows.ReadAsync(cancellation))
        {
            beats.Add(rows.GetGuid(0), rows.GetInt64(1));
        }

        await rows.NextResultAsync(cancellation);
        return (beats, await ReadAsync(rows, cancellation));
    }

    /// <summary>Who has what.</summary>
    public async Task<List<PartitionRow>> ReadAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Partitions);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        return await ReadAsync(rows, cancellation);
    }

    /// <summary>
    /// Takes a partition at the epoch at which it was seen; null if somebody else was faster. Commits of its last owner that are under way end before, by themselves or, where
    /// that owner stands still, by force.
    /// </summary>
    public async Task<PartitionEpoch?> TakeAsync(PartitionRow seen, Guid reader, string node, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        try
        {
            return await TakeOnceAsync(connection, seen, reader, node, cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            await EndStalledAsync(connection, seen.Number, cancellation);
            return await TakeOnceAsync(connection, seen, reader, node, cancellation);
        }
    }

    /// <summary>Gives a partition back; nothing happens if somebody else has it by now.</summary>
    public async Task FreeAsync(PartitionEpoch owned, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await ExecuteAsync(connection, Free, cancellation, owned.Partition, owned.Epoch);
    }

    /// <summary>Removes readers that are gone and have nothing.</summary>
    public async Task ForgetAsync(IReadOnlyCollection<Guid> gone, CancellationToken cancellation)
    {
        if (gone.Count > 0)
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await using var command = new NpgsqlCommand(Forget, connection);
            command.Parameters.Add(new() { Value = gone.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    private static async Task EndStalledAsync(NpgsqlConnection connection, int partition, CancellationToken cancellation)
    {
        try
        {
            await ExecuteAsync(connection, EndOwnStalled, cancellation, partition);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            await ExecuteAsync(connection, EndStalled, cancellation, partition);
        }
    }

    private async Task<PartitionEpoch?> TakeOnceAsync(NpgsqlConnection connection, PartitionRow seen, Guid reader, string node, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, Patience, cancellation, $"{CommitsEndWithin.TotalMilliseconds:0}");
        await ExecuteAsync(connection, Lock, cancellation, seen.Number);
        await using var take = new NpgsqlCommand(Take, connection);
        foreach (var value in new object[] { seen.Number, seen.Epoch, reader, node })
        {
            take.Parameters.Add(new() { Value = value });
        }

        var epoch = (long?)await take.ExecuteScalarAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return epoch is { } taken ? new(seen.Number, taken) : null;
    }

    private static async Task<List<PartitionRow>> ReadAsync(NpgsqlDataReader rows, CancellationToken cancellation)
    {
        var partitions = new List<PartitionRow>();
        while (await rows.ReadAsync(cancellation))
        {
            partitions.Add(new(rows.GetInt32(0), rows.GetInt64(1), rows.IsDBNull(2) ? null : rows.GetGuid(2), rows.IsDBNull(3) ? null : rows.GetString(3), rows.GetDateTime(4)));
        }

        return partitions;
    }

    private static NpgsqlBatchCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }
}
