using System.Data;
using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Audit;

/// <summary>What is wrong with a chain.</summary>
/// <param name="Number">At which row it shows; 0 if at none.</param>
/// <param name="What">In words.</param>
internal sealed record AuditFault(long Number, string What);

/// <summary>What a verification found.</summary>
/// <param name="Rows">Rows read.</param>
/// <param name="Fault">The first fault; null: the chain is whole.</param>
/// <param name="Checkpoint">The newest checkpoint that fits; null if there is none.</param>
internal sealed record AuditVerdict(long Rows, AuditFault? Fault, AuditCheckpoint? Checkpoint);

/// <summary>
/// Reads a hospital's chain from its first row to its end, in one state of the database, and tells the first thing that does not fit: a row that was changed,
/// removed, inserted or moved, an end that was cut off, a checkpoint that speaks of another history.
/// </summary>
internal sealed class AuditVerifier(NpgsqlDataSource database, AuditSeals seals, InstallationFiles files)
{
    private const string Head = "select audit_no, hash, seal from audit_heads where tenant_id = $1";

    private const string Checkpoints =
        """
        select c.audit_no, c.at, c.hash, c.key_id, c.signature, k.public_key
        from audit_checkpoints c left join audit_keys k on k.key_id = c.key_id and k.tenant_id = c.tenant_id
        where c.tenant_id = $1 order by c.audit_no
        """;

    private const int BufferBytes = 1024 * 1024;

    // Signature (11), flags (4), length of the extension, which is none (4).
    private const int CopyHeader = 19;

    /// <summary>Verifies one chain.</summary>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="progress">Told how many rows are read, and how many there should be.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<AuditVerdict> VerifyAsync(int tenantId, Action<long, long>? progress, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var (checkpoints, wrong) = await CheckpointsAsync(connection, tenantId, cancellation);
        var (number, hash, headFault) = await HeadAsync(connection, tenantId, cancellation);
        var (rows, fault) = await WalkAsync(connection, tenantId, checkpoints, (number, hash), progress, cancellation);
        return new(rows, fault ?? headFault ?? wrong, fault is null ? checkpoints.Values.LastOrDefault() : null);
    }

    private static async Task<(long Rows, AuditFault? Fault)> WalkAsync(
        NpgsqlConnection connection, int tenantId, SortedDictionary<long, AuditCheckpoint> checkpoints, (long Number, byte[] Hash) head, Action<long, long>? progress,
        CancellationToken cancellation)
    {
        var walk = new AuditWalk(tenantId, checkpoints);

        // COPY takes no parameters; what stands in the statement is a number of our own.
        var statement = string.Create(CultureInfo.InvariantCulture, $"copy (select {AuditRowBytes.Columns} from audit_entries where tenant_id = {tenantId} order by audit_no) to stdout (format binary)");
        await using (var stream = await connection.BeginRawBinaryCopyAsync(statement, cancellation))
        {
            var buffer = new byte[BufferBytes];
            var (filled, skip) = (0, CopyHeader);
            while (!walk.Ended)
            {
                if (filled == buffer.Length)
                {
                    Array.Resize(ref buffer, buffer.Length * 2);
                }

                var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellation);
                if (read == 0)
                {
                    throw new InvalidDataException("The database ended the trail in the middle of an entry.");
                }

                filled += read;
                if (filled < skip)
                {
                    continue;
                }

                var used = skip + walk.Take(buffer.AsSpan(skip, filled - skip));
                if (walk.Fault is { } fault)
                {
                    await stream.CancelAsync();
                    return (walk.Rows, fault);
                }

                buffer.AsSpan(used, filled - used).CopyTo(buffer);
                (filled, skip) = (filled - used, 0);
                progress?.Invoke(walk.Rows, head.Number);
            }
        }

        return (walk.Rows, EndFault(walk.Rows, walk.Hash, head, checkpoints));
    }

    private static AuditFault? EndFault(long rows, byte[] hash, (long Number, byte[] Hash) head, SortedDictionary<long, AuditCheckpoint> checkpoints)
    {
        if (checkpoints.Count > 0 && checkpoints.Keys.Last() is var signed && signed > rows)
        {
            return new(rows + 1, $"The end of the chain is missing: {signed} entries were signed, {rows} are there.");
        }

        return head.Number == rows && hash.AsSpan().SequenceEqual(head.Hash)
            ? null
            : new(rows + 1, $"The end of the chain is not where it should be: {head.Number} entries were written, {rows} are there.");
    }

    private async Task<(long Number, byte[] Hash, AuditFault? Fault)> HeadAsync(NpgsqlConnection connection, int tenantId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Head, connection);
        command.Parameters.Add(new() { Value = tenantId });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            return (0, AuditHash.Start, null);
        }

        var (number, hash) = (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1));
        var genuine = seals.IsHead(tenantId, number, hash, reader.GetFieldValue<byte[]>(2));
        return (number, hash, genuine ? null : new(number, "The end of the chain was set by somebody without the hospital's key."));
    }

    /// <summary>The checkpoints of the database and of the file; those that are not genuine are a fault of their own.</summary>
    private async Task<(SortedDictionary<long, AuditCheckpoint> Good, AuditFault? Fault)> CheckpointsAsync(NpgsqlConnection connection, int tenantId, CancellationToken cancellation)
    {
        var good = new SortedDictionary<long, AuditCheckpoint>();
        var keys = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        AuditFault? fault = null;
        await using (var command = new NpgsqlCommand(Checkpoints, connection))
        {
            command.Parameters.Add(new() { Value = tenantId });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var checkpoint = new AuditCheckpoint(
                    tenantId, reader.GetInt64(0), new DateTimeOffset(reader.GetDateTime(1)), reader.GetFieldValue<byte[]>(2), reader.GetString(3), reader.GetFieldValue<byte[]>(4));
                if (!reader.IsDBNull(5))
                {
                    keys[checkpoint.KeyId] = reader.GetFieldValue<byte[]>(5);
                }

                fault ??= Take(checkpoint, "in the database");
            }
        }

        foreach (var checkpoint in files.Lines(AuditCheckpoints.FileName).Select(AuditCheckpoint.Parse).OfType<AuditCheckpoint>().Where(checkpoint => checkpoint.TenantId == tenantId))
        {
            fault ??= Take(checkpoint, $"in {AuditCheckpoints.FileName}");
        }

        return (good, fault);

        AuditFault? Take(AuditCheckpoint checkpoint, string where)
        {
            if (!IsSigned(checkpoint, keys.GetValueOrDefault(checkpoint.KeyId)))
            {
                return new(checkpoint.Number, $"The checkpoint {where} is not signed with a key of this hospital.");
            }

            if (good.TryGetValue(checkpoint.Number, out var other) && !other.Hash.AsSpan().SequenceEqual(checkpoint.Hash))
            {
                return new(checkpoint.Number, "Two checkpoints were signed of this entry, and they differ: the chain was written anew.");
            }

            good[checkpoint.Number] = checkpoint;
            return null;
        }
    }

    private static bool IsSigned(AuditCheckpoint checkpoint, byte[]? publicKey)
    {
        if (publicKey is null)
        {
            return false;
        }

        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(publicKey, out _);
        return key.VerifyData(AuditCheckpoint.Statement(checkpoint.TenantId, checkpoint.Number, checkpoint.At, checkpoint.Hash), checkpoint.Signature, HashAlgorithmName.SHA256);
    }
}
