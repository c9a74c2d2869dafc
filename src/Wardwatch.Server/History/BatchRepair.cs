using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.History;

/// <summary>
/// The slow path of a commit, taken when something is unusual: messages to set aside, rows whose counter lies outside what memory knows,
/// rows that the database will not take. Everything here may be done twice with the same result, since a lost connection repeats it.
/// </summary>
internal sealed partial class BatchRepair(
    PartitionKeeper partitions, IDeviceDirectory devices, ISecurityEvents events, HistoryMetrics metrics, TimeProvider time, ILogger<BatchRepair> logger)
{
    // The unique indexes stand on the partitions; this asks all of them, a few microseconds each.
    private const string FindStored = """
        select s.row, r.envelope_tag
        from unnest($1, $2, $3, $4) with ordinality as s (device_no, boot_id, counter, key_id, row)
        join readings r on r.device_no = s.device_no and r.boot_id = s.boot_id and r.counter = s.counter and r.key_id = s.key_id
        """;

    private const string SetAside = """
        insert into dead_letters (tenant_id, device_no, received_at, reason, topic, envelope, digest)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (device_no, digest) do nothing
        """;

    private readonly ILogger<BatchRepair> _logger = logger;

    /// <summary>Commits a group in one transaction, setting aside what cannot be stored; divides it if the database refuses it.</summary>
    public async Task CommitCarefullyAsync(CommitGroup group, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await partitions.EnsureAsync(connection, Enumerable.Range(0, group.Count).Select(row => UnixTime.ToDateTime(group.KeyOf(row).MeasuredAt)), cancellation);
        try
        {
            await StoreAsync(group, 0, group.Count, withDeadLetters: true, connection, cancellation);
        }
        catch (PostgresException e) when (!DatabaseFaults.IsPassing(e))
        {
            await DivideAsync(group, 0, group.Count, connection, cancellation);
            await StoreAsync(group, 0, 0, withDeadLetters: true, connection, cancellation);
        }
    }

    /// <summary>After a commit that stored fewer rows than it was given: tells retransmissions (fine) from reused nonces (set aside).</summary>
    private async Task ExamineConflictsAsync(CommitGroup group, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var stored = await FindStoredAsync(group, 0, group.Count, connection, transaction: null, cancellation);
        foreach (var (row, tag) in stored)
        {
            if (tag != group.EnvelopeTag(row))
            {
                await SetAsideAsync(group, row, RefusalReason.NonceReused, connection, transaction: null, cancellation);
            }
        }
    }

    /// <summary>Halves until the row that the database refuses stands alone, and sets that one aside.</summary>
    private async Task DivideAsync(CommitGroup group, int start, int end, NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (start == end)
        {
            return;
        }

        try
        {
            await StoreAsync(group, start, end, withDeadLetters: false, connection, cancellation);
        }
        catch (PostgresException e) when (!DatabaseFaults.IsPassing(e))
        {
            if (end - start == 1)
            {
                LogNotStorable(group.KeyOf(start).DeviceNumber, e.SqlState);
                await SetAsideAsync(group, start, RefusalReason.NotStorable, connection, transaction: null, cancellation);
                return;
            }

            var middle = start + (end - start) / 2;
            await DivideAsync(group, start, middle, connection, cancellation);
            await DivideAsync(group, middle, end, connection, cancellation);
        }
    }

    private async Task StoreAsync(CommitGroup group, int start, int end, bool withDeadLetters, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var rows = new CommitGroup();
        var known = group.HasSuspects ? await FindStoredAsync(group, start, end, connection, transaction, cancellation) : [];
        var met = new Dictionary<(int Device, uint Key, ulong Boot, ulong Counter), long>();
        for (var row = start; row < end; row++)
        {
            // A nonce may also come twice within the group, for two days and so for two partitions, whose indexes do not know of each other.
            var key = group.KeyOf(row);
            var nonce = (key.DeviceNumber, key.KeyId, key.BootId, key.Counter);
            if (!known.TryGetValue(row, out var tag) && !met.TryGetValue(nonce, out tag))
            {
                met.Add(nonce, group.EnvelopeTag(row));
                group.CopyRowTo(rows, row);
            }
            else if (tag != group.EnvelopeTag(row))
            {
                await SetAsideAsync(group, row, RefusalReason.NonceReused, connection, transaction, cancellation);
            }
        }

        var stored = 0;
        if (rows.Count > 0)
        {
            stored = await RowInsert.ExecuteAsync(rows, connection, transaction, cancellation);
        }

        if (withDeadLetters)
        {
            foreach (var letter in group.DeadLetters)
            {
                await SetAsideAsync(letter, connection, transaction, cancellation);
            }
        }

        await transaction.CommitAsync(cancellation);
        if (end > start)
        {
            metrics.Committed(end - start, end - start - stored, time.GetElapsedTime(started).TotalSeconds);
        }

        if (stored < rows.Count)
        {
            await ExamineConflictsAsync(rows, connection, cancellation);
        }
    }

    private static async Task<Dictionary<int, long>> FindStoredAsync(
        CommitGroup group, int start, int end, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(FindStored, connection, transaction);
        ReadingKey[] keys = [.. Enumerable.Range(start, end - start).Select(group.KeyOf)];
        command.Parameters.Add(new() { Value = Array.ConvertAll(keys, key => key.DeviceNumber), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = Array.ConvertAll(keys, key => unchecked((long)key.BootId)), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        command.Parameters.Add(new() { Value = Array.ConvertAll(keys, key => unchecked((long)key.Counter)), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        command.Parameters.Add(new() { Value = Array.ConvertAll(keys, key => (long)key.KeyId), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        var found = new Dictionary<int, long>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            found[start + (int)reader.GetInt64(0) - 1] = reader.GetInt64(1);
        }

        return found;
    }

    private async Task SetAsideAsync(
        CommitGroup group, int row, RefusalReason reason, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellation)
    {
        var key = group.KeyOf(row);
        var letter = new CommitGroup.DeadLetter(key.TenantId, key.DeviceNumber, group.ReceivedAt(row), reason, group.RowListeners[row], group.RowEntries[row]);
        await SetAsideAsync(letter, connection, transaction, cancellation);
        letter.Listener.Refuse(letter.Entry, reason);
        if (reason == RefusalReason.NonceReused)
        {
            LogNonceReused(letter.DeviceNumber);
            events.Raise(new(letter.TenantId, SecurityEventKinds.Device, High: true, AccountId: null,
                $"Device {devices.Find(letter.DeviceNumber)?.Id ?? "that is gone"} used a nonce twice with different content: its key may be in other hands. Replace the key."));
        }
    }

    private async Task SetAsideAsync(CommitGroup.DeadLetter letter, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellation)
    {
        letter.Listener.Describe(letter.Entry, out var topic, out var envelope);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(topic.Span);
        hash.AppendData([0]);
        hash.AppendData(envelope.Span);
        await using var command = new NpgsqlCommand(SetAside, connection, transaction);
        command.Parameters.Add(new() { Value = letter.TenantId });
        command.Parameters.Add(new() { Value = letter.DeviceNumber });
        command.Parameters.Add(new() { Value = UnixTime.ToDateTime(letter.ReceivedAt) });
        command.Parameters.Add(new() { Value = letter.Reason.Name() });
        command.Parameters.Add(new() { Value = System.Text.Encoding.UTF8.GetString(topic.Span) });
        command.Parameters.Add(new() { Value = envelope, NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = hash.GetHashAndReset() });
        await command.ExecuteNonQueryAsync(cancellation);
        metrics.SetAside(letter.Reason);
    }

    [LoggerMessage(3010, LogLevel.Error, "The database refuses a reading of device {DeviceNumber} ({SqlState}); it was set aside.")]
    private partial void LogNotStorable(int deviceNumber, string sqlState);

    [LoggerMessage(3011, LogLevel.Critical, "Security: device {DeviceNumber} used a nonce twice with different content. The message was set aside; replace the device's key.")]
    private partial void LogNonceReused(int deviceNumber);
}
