using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Server.History;

/// <summary>
/// The one statement that stores readings, prepared once per connection. Its parameters point at the lists of a reused
/// <see cref="CommitGroup"/>, so that executing it again allocates next to nothing.
/// </summary>
internal sealed class CommitCommand : IDisposable
{
    // All records travel in one byte string and are cut apart by the database: one parameter instead of one array element per reading.
    private const string Insert = """
        insert into readings (tenant_id, patient_no, device_no, flags, key_id, boot_id, counter, envelope_tag, measured_at, received_at, record)
        select r.tenant_id, r.patient_no, r.device_no, r.flags, r.key_id, r.boot_id, r.counter, r.envelope_tag, r.measured_at, r.received_at,
               substring($13 from r.start for r.length)
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
             as r (tenant_id, patient_no, device_no, flags, key_id, boot_id, counter, envelope_tag, measured_at, received_at, start, length)
        on conflict do nothing
        """;

    private readonly NpgsqlParameter<ReadOnlyMemory<byte>> _records = new() { NpgsqlDbType = NpgsqlDbType.Bytea };
    private readonly NpgsqlCommand _command;

    /// <param name="group">The group whose lists the statement reads, each time it is executed.</param>
    public CommitCommand(CommitGroup group)
    {
        Group = group;
        _command = new NpgsqlCommand(Insert);
        Add(group.TenantIds, NpgsqlDbType.Integer);
        Add(group.PatientNumbers, NpgsqlDbType.Integer);
        Add(group.DeviceNumbers, NpgsqlDbType.Integer);
        Add(group.Flags, NpgsqlDbType.Integer);
        Add(group.KeyIds, NpgsqlDbType.Bigint);
        Add(group.BootIds, NpgsqlDbType.Bigint);
        Add(group.Counters, NpgsqlDbType.Bigint);
        Add(group.EnvelopeTags, NpgsqlDbType.Bigint);
        Add(group.MeasuredAt, NpgsqlDbType.TimestampTz);
        Add(group.ReceivedAt, NpgsqlDbType.TimestampTz);
        Add(group.RecordStarts, NpgsqlDbType.Integer);
        Add(group.RecordLengths, NpgsqlDbType.Integer);
        _command.Parameters.Add(_records);
    }

    public CommitGroup Group { get; }

    /// <summary>Stores the group's rows in a transaction of their own (or the connection's current one); answers how many were new.</summary>
    public async Task<int> ExecuteAsync(NpgsqlConnection connection, int timeoutSeconds, CancellationToken cancellation)
    {
        _records.TypedValue = Group.Records;
        _command.CommandTimeout = timeoutSeconds;
        if (!ReferenceEquals(_command.Connection, connection))
        {
            _command.Connection = connection;
            await _command.PrepareAsync(cancellation);
        }

        return await _command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Forgets the connection, so that the statement is prepared again on the next one.</summary>
    public void Detach() => _command.Connection = null;

    /// <inheritdoc />
    public void Dispose() => _command.Dispose();

    private void Add<T>(List<T> values, NpgsqlDbType type) =>
        _command.Parameters.Add(new NpgsqlParameter<List<T>> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });
}
