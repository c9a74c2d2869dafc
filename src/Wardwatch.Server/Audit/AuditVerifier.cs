using System.Data;
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
    private const string Rows =
        """
        select audit_no, at, account_id, user_name, role, action, patients, done, address, request_id, content, hash
        from audit_entries where tenant_id = $1 order by audit_no
        """;

    private const string Head = "select audit_no, hash, seal from audit_heads where tenant_id = $1";

    private const string Checkpoints =
        """
        select c.audit_no, c.at, c.hash, c.key_id, c.signature, k.public_key
        from audit_checkpoints c left join audit_keys k on k.key_id = c.key_id and k.tenant_id = c.tenant_id
        where c.tenant_id = $1 order by c.audit_no
        """;

    private const int ReportEvery = 10_000;

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
        var hasher = new AuditHash();
        byte[] hash = [.. AuditHash.Start];
        var stored = new byte[AuditHash.Bytes];
        var expected = 0L;
        await using var command = new NpgsqlCommand(Rows, connection) { CommandTimeout = 0 };
        command.Parameters.Add(new() { Value = tenantId });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var row = Read(reader, tenantId);
            expected++;
            if (row.Number != expected)
            {
                return (expected - 1, new(expected, row.Number > expected ? "The entry is missing: it was removed." : "There are two entries of this number."));
            }

            hasher.Next(in row, hash);
            reader.GetBytes(11, 0, stored, 0, stored.Length);
            if (!hash.AsSpan().SequenceEqual(stored))
            {
                return (expected, new(expected, "The entry is not the one that was written: it was changed, inserted or moved."));
            }

            if (checkpoints.TryGetValue(expected, out var checkpoint) && !hash.AsSpan().SequenceEqual(checkpoint.Hash))
            {
                return (expected, new(expected, $"The chain is not the one that was signed on {checkpoint.At:u}: it was written anew."));
            }

            if (expected % ReportEvery == 0)
            {
                progress?.Invoke(expected, head.Number);
            }
        }

        progress?.Invoke(expected, head.Number);
        return (expected, EndFault(expected, hash, head, checkpoints));
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

    private static AuditRow Read(NpgsqlDataReader reader, int tenantId) => new()
    {
        TenantId = tenantId,
        Number = reader.GetInt64(0),
        At = UnixTime.FromDateTime(reader.GetDateTime(1)),
        AccountId = reader.IsDBNull(2) ? null : reader.GetGuid(2),
        User = Text(reader, 3),
        Role = Text(reader, 4),
        Action = reader.GetString(5),
        Patients = reader.GetFieldValue<int[]>(6),
        Done = reader.GetBoolean(7),
        Address = Blob(reader, 8),
        RequestId = Text(reader, 9),
        Content = Blob(reader, 10),
    };

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static byte[]? Blob(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);
}
