using System.Buffers.Binary;
using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Keys;

/// <summary>How a rotation of a hospital's key ended.</summary>
/// <param name="Number">The number of the key in use now.</param>
/// <param name="Keys">How many keys were wrapped anew.</param>
internal sealed record HospitalKeyRotationReport(int Number, long Keys);

/// <summary>
/// Gives a hospital a new key: every key that is wrapped under the old one (patients', devices', those that sign) is wrapped under the new one, some hundred at a
/// time; then the old one is destroyed. Servers go on meanwhile, with either. Killed at any moment and run again, it goes on where it was. What is to be wrapped
/// anew is found in the database's catalogue: every column that is guarded by <c>keep_wrapped</c>. The data key of the hospital stays (decision 24).
/// </summary>
/// <param name="database">As the owner of the tables: some of them nobody else may change.</param>
/// <param name="keyring">The hospital's key must be open.</param>
internal sealed class HospitalKeyRotation(NpgsqlDataSource database, Keyring keyring)
{
    private const int BatchSize = 500;

    // What went through keep_wrapped.
    private const string Columns = """
        select format('%I.%I', n.nspname, c.relname), quote_ident(a.attname)
        from pg_trigger t
        join pg_proc p on p.oid = t.tgfoid
        join pg_class c on c.oid = t.tgrelid
        join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and t.tgname = 'check_' || a.attname
        where p.proname = 'check_wrapped_key'
        order by 1, 2
        """;

    private const string Numbers = "select number from tenant_keys where tenant_id = $1 order by number";
    private const string LockNumbers = "select number from tenant_keys where tenant_id = $1 for update";
    private const string ForgetOlder = "delete from tenant_keys where tenant_id = $1 and number < $2";

    /// <summary>Rotates.</summary>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="record">Records it in the last transaction.</param>
    /// <param name="progress">Told how many keys are done, of how many.</param>
    /// <param name="cancellation">Stops it between two batches; run it again.</param>
    public async Task<HospitalKeyRotationReport> RunAsync(
        int tenantId, Func<NpgsqlConnection, int, CancellationToken, Task> record, Action<long, long> progress, CancellationToken cancellation)
    {
        await using var only = await KeyLock.TakeAsync(database, cancellation);
        var number = await BeginAsync(tenantId, cancellation);
        var columns = await ColumnsAsync(cancellation);
        long all = 0;
        foreach (var column in columns)
        {
            all += await CountAsync(column, tenantId, number, cancellation);
        }

        long done = 0;
        progress(done, all);
        foreach (var column in columns)
        {
            while (await RewrapAsync(column, tenantId, number, cancellation) is > 0 and var count)
            {
                done += count;
                progress(Math.Min(done, all), all);
            }
        }

        done += await FinishAsync(columns, tenantId, number, record, cancellation);
        progress(all, all);
        return new(number, done);
    }

    /// <summary>Draws the new key, unless an interrupted rotation has.</summary>
    private async Task<int> BeginAsync(int tenantId, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var count = Command(connection, Numbers, tenantId))
        await using (var reader = await count.ExecuteReaderAsync(cancellation))
        {
            var known = 0;
            while (await reader.ReadAsync(cancellation))
            {
                known++;
            }

            if (known > 1)
            {
                keyring.Reload(tenantId);
                return keyring.NewestNumber(tenantId);
            }
        }

        var next = keyring.CreateNextTenantKey(tenantId);
        await TenantKeyStore.InsertAsync(connection, tenantId, next, cancellation);
        await DirectoryChanges.NotifyAsync(connection, TenantKeyStore.Topic, tenantId, cancellation);
        await transaction.CommitAsync(cancellation);
        keyring.Reload(tenantId);
        return next.Number;
    }

    private async Task<List<WrappedColumn>> ColumnsAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Columns);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var columns = new List<WrappedColumn>();
        while (await reader.ReadAsync(cancellation))
        {
            columns.Add(new(reader.GetString(0), reader.GetString(1)));
        }

        return columns;
    }

    private async Task<long> CountAsync(WrappedColumn column, int tenantId, int number, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = Command(connection, column.Count, tenantId, Prefix(number));
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task<int> RewrapAsync(WrappedColumn column, int tenantId, int number, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var count = await RewrapAsync(connection, column, tenantId, number, cancellation);
        await transaction.CommitAsync(cancellation);
        return count;
    }

    private async Task<int> RewrapAsync(NpgsqlConnection connection, WrappedColumn column, int tenantId, int number, CancellationToken cancellation)
    {
        var rows = new List<string>();
        var keys = new List<byte[]>();
        await using (var select = Command(connection, column.Lock, tenantId, Prefix(number), BatchSize))
        await using (var reader = await select.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var key = keyring.Unwrap(tenantId, reader.GetFieldValue<byte[]>(1));
                rows.Add(reader.GetString(0));
                keys.Add(keyring.Wrap(tenantId, key));
                CryptographicOperations.ZeroMemory(key);
            }
        }

        if (rows.Count > 0)
        {
            await using var update = new NpgsqlCommand(column.Update, connection);
            update.Parameters.Add(new() { Value = rows.ToArray() });
            update.Parameters.Add(new() { Value = keys.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
            await update.ExecuteNonQueryAsync(cancellation);
        }

        return rows.Count;
    }

    /// <summary>
    /// Destroys the old key. Whoever is just storing something under it holds its row until that is committed; it is found here. Whoever comes later is refused.
    /// </summary>
    private async Task<long> FinishAsync(
        List<WrappedColumn> columns, int tenantId, int number, Func<NpgsqlConnection, int, CancellationToken, Task> record, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var gate = Command(connection, LockNumbers, tenantId))
        {
            await gate.ExecuteNonQueryAsync(cancellation);
        }

        long late = 0;
        foreach (var column in columns)
        {
            while (await RewrapAsync(connection, column, tenantId, number, cancellation) is > 0 and var count)
            {
                late += count;
            }
        }

        await using var forget = Command(connection, ForgetOlder, tenantId, number);
        await forget.ExecuteNonQueryAsync(cancellation);
        await DirectoryChanges.NotifyAsync(connection, TenantKeyStore.Topic, tenantId, cancellation);
        await record(connection, tenantId, cancellation);
        await transaction.CommitAsync(cancellation);
        keyring.Reload(tenantId);
        return late;
    }

    private static byte[] Prefix(int number)
    {
        var prefix = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(prefix, number);
        return prefix;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }

    /// <summary>A column with wrapped keys. Table and name come quoted from the database's own catalogue.</summary>
    private sealed record WrappedColumn(string Table, string Name)
    {
        private string Older => $"from {Table} where tenant_id = $1 and substr({Name}, 1, 4) <> $2";

        public string Count => $"select count(*) {Older}";

        public string Lock => $"select ctid::text, {Name} {Older} limit $3 for update";

        public string Update => $"update {Table} set {Name} = n.wrapped from unnest($1::text[], $2::bytea[]) as n (place, wrapped) where {Table}.ctid = n.place::tid";
    }
}
