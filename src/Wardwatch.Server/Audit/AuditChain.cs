using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Audit;

/// <summary>An entry with the time at which it happened.</summary>
internal readonly record struct TimedEntry(AuditEntry Entry, DateTimeOffset At);

/// <summary>
/// Adds rows to the end of a hospital's chain, in the caller's transaction. The row of <c>audit_heads</c> is locked until that transaction ends, so that the
/// chain has one end whatever is written at the same time; therefore it is the last thing a transaction does.
/// </summary>
internal sealed class AuditChain(AuditSeals seals)
{
    private const string LockHead = "select audit_no, hash from audit_heads where tenant_id = $1 for update";
    private const string MakeHead = "insert into audit_heads (tenant_id, audit_no, hash, seal) values ($1, 0, $2, $3) on conflict do nothing";
    private const string MoveHead = "update audit_heads set audit_no = $2, hash = $3, seal = $4 where tenant_id = $1";

    private const string Insert =
        """
        insert into audit_entries (tenant_id, audit_no, at, account_id, user_name, role, action, patients, done, address, request_id, content, hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """;

    /// <summary>Adds entries of one hospital, in their order.</summary>
    public async Task AppendAsync(NpgsqlConnection connection, int tenantId, IReadOnlyList<TimedEntry> entries, CancellationToken cancellation)
    {
        var (number, hash) = await LockHeadAsync(connection, tenantId, cancellation);
        var hasher = new AuditHash();
        await using var batch = new NpgsqlBatch(connection);
        foreach (var entry in entries)
        {
            var row = RowOf(entry, ++number);
            hasher.Next(in row, hash);
            batch.BatchCommands.Add(InsertOf(in row, [.. hash]));
        }

        batch.BatchCommands.Add(Command(MoveHead, tenantId, number, hash, seals.SealHead(tenantId, number, hash)));
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<(long Number, byte[] Hash)> LockHeadAsync(NpgsqlConnection connection, int tenantId, CancellationToken cancellation)
    {
        while (true)
        {
            await using (var select = new NpgsqlCommand(LockHead, connection))
            {
                select.Parameters.Add(new() { Value = tenantId });
                await using var reader = await select.ExecuteReaderAsync(cancellation);
                if (await reader.ReadAsync(cancellation))
                {
                    return (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1));
                }
            }

            await using var make = new NpgsqlBatch(connection) { BatchCommands = { Command(MakeHead, tenantId, AuditHash.Start, seals.SealHead(tenantId, 0, AuditHash.Start)) } };
            await make.ExecuteNonQueryAsync(cancellation);
        }
    }

    private AuditRow RowOf(TimedEntry timed, long number)
    {
        var entry = timed.Entry;
        return new()
        {
            TenantId = entry.TenantId,
            Number = number,
            At = UnixTime.FromDateTime(timed.At.UtcDateTime),
            AccountId = entry.AccountId,
            User = entry.User,
            Role = entry.Role,
            Action = entry.Action,
            Patients = [.. entry.Patients],
            Done = entry.Done,
            Address = entry.Address?.GetAddressBytes(),
            RequestId = entry.RequestId,
            Content = seals.Seal(entry.TenantId, entry.Purpose, entry.Detail),
        };
    }

    private static NpgsqlBatchCommand InsertOf(in AuditRow row, byte[] hash)
    {
        var command = Command(Insert, row.TenantId, row.Number, UnixTime.ToDateTime(row.At));
        Add(command, NpgsqlDbType.Uuid, row.AccountId);
        Add(command, NpgsqlDbType.Text, row.User);
        Add(command, NpgsqlDbType.Text, row.Role);
        Add(command, NpgsqlDbType.Text, row.Action);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Integer, row.Patients);
        Add(command, NpgsqlDbType.Boolean, row.Done);
        Add(command, NpgsqlDbType.Bytea, row.Address);
        Add(command, NpgsqlDbType.Text, row.RequestId);
        Add(command, NpgsqlDbType.Bytea, row.Content);
        Add(command, NpgsqlDbType.Bytea, hash);
        return command;
    }

    private static void Add(NpgsqlBatchCommand command, NpgsqlDbType type, object? value) =>
        command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = type });

    private static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}
