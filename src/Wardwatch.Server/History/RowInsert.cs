using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.History;

/// <summary>The statement of the careful path: stores the rows that are new and leaves the others. Slower than <see cref="RowCopy"/>, and right whatever comes twice.</summary>
internal static class RowInsert
{
    private const string Statement = """
        insert into readings (tenant_id, patient_no, device_no, flags, key_id, boot_id, counter, envelope_tag, measured_at, received_at, record)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict do nothing
        """;

    /// <summary>Stores the group's rows in the connection's transaction; answers how many were new.</summary>
    public static async Task<int> ExecuteAsync(CommitGroup group, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        ReadingKey[] keys = [.. Enumerable.Range(0, group.Count).Select(group.KeyOf)];
        await using var command = new NpgsqlCommand(Statement, connection, transaction);
        Add(command, NpgsqlDbType.Integer, keys, key => key.TenantId);
        Add(command, NpgsqlDbType.Integer, keys, key => key.PatientNumber);
        Add(command, NpgsqlDbType.Integer, keys, key => key.DeviceNumber);
        Add(command, NpgsqlDbType.Integer, Enumerable.Range(0, group.Count), row => (int)group.FlagsOf(row));
        Add(command, NpgsqlDbType.Bigint, keys, key => (long)key.KeyId);
        Add(command, NpgsqlDbType.Bigint, keys, key => unchecked((long)key.BootId));
        Add(command, NpgsqlDbType.Bigint, keys, key => unchecked((long)key.Counter));
        Add(command, NpgsqlDbType.Bigint, Enumerable.Range(0, group.Count), group.EnvelopeTag);
        Add(command, NpgsqlDbType.TimestampTz, keys, key => UnixTime.ToDateTime(key.MeasuredAt));
        Add(command, NpgsqlDbType.TimestampTz, Enumerable.Range(0, group.Count), row => UnixTime.ToDateTime(group.ReceivedAt(row)));
        Add(command, NpgsqlDbType.Bytea, Enumerable.Range(0, group.Count), row => group.Record(row).ToArray());
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static void Add<TRow, TValue>(NpgsqlCommand command, NpgsqlDbType type, IEnumerable<TRow> rows, Func<TRow, TValue> column) =>
        command.Parameters.Add(new() { Value = rows.Select(column).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
}
