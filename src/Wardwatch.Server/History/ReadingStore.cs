using System.Buffers;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.History;

/// <summary>Streams encrypted rows and opens them one by one.</summary>
internal sealed class ReadingStore(NpgsqlDataSource database, HistoryMetrics? metrics) : IReadingStore
{
    private const string Columns = "r.tenant_id, r.patient_no, r.device_no, r.flags, r.key_id, r.boot_id, r.counter, r.measured_at, r.received_at, r.record";

    // Readings of the same time have an order as well: a page may end between them, and the next one must go on behind it.
    private const string Range = $"""
        select {Columns} from readings r
        where r.patient_no = $1 and r.measured_at >= $2 and r.measured_at < $3
        order by r.measured_at, r.device_no, r.boot_id, r.counter
        limit $4
        """;

    private const string Latest = $"""
        select {Columns} from unnest($1) as p (patient_no)
        cross join lateral (
            select * from readings x where x.patient_no = p.patient_no order by x.measured_at desc, x.device_no desc, x.boot_id desc, x.counter desc limit $2
        ) r
        order by r.patient_no, r.measured_at, r.device_no, r.boot_id, r.counter
        """;

    public async Task<int> ReadAsync(PatientEntry patient, long from, long until, int? most, ReadingVisitor visit, CancellationToken cancellation)
    {
        using var key = patient.Key.OpenSecond();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(Range, connection);
        command.Parameters.Add(new() { Value = patient.Number });
        command.Parameters.Add(new() { Value = UnixTime.ToDateTime(from), NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = UnixTime.ToDateTime(until), NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = (object?)most ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        return await VisitAsync(command, _ => key, visit, cancellation);
    }

    public async Task ReadLatestAsync(IReadOnlyCollection<PatientEntry> patients, int count, ReadingVisitor visit, CancellationToken cancellation)
    {
        var keys = patients.ToDictionary(patient => patient.Number, patient => patient.Key);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(Latest, connection);
        command.Parameters.Add(new() { Value = keys.Keys.ToArray() });
        command.Parameters.Add(new() { Value = count });
        await VisitAsync(command, number => keys[number], visit, cancellation);
    }

    private async Task<int> VisitAsync(NpgsqlCommand command, Func<int, DataKey> keyOf, ReadingVisitor visit, CancellationToken cancellation)
    {
        var unreadable = 0;
        var plain = ArrayPool<byte>.Shared.Rent(16 * 1024);
        var sealedRecord = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                if (!TryOpen(reader, keyOf(reader.GetInt32(1)), sealedRecord, plain, out var reading))
                {
                    unreadable++;
                }
                else if (!visit(in reading))
                {
                    break;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(sealedRecord);
            ArrayPool<byte>.Shared.Return(plain, clearArray: true);
        }

        if (unreadable > 0)
        {
            metrics?.Unreadable(unreadable);
        }

        return unreadable;
    }

    private static bool TryOpen(NpgsqlDataReader row, DataKey key, byte[] sealedRecord, byte[] plain, out StoredReading reading)
    {
        reading = default;
        var place = new ReadingKey(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), (uint)row.GetInt64(4),
            unchecked((ulong)row.GetInt64(5)), unchecked((ulong)row.GetInt64(6)), UnixTime.FromDateTime(row.GetDateTime(7)));
        var length = (int)row.GetBytes(9, 0, sealedRecord, 0, sealedRecord.Length);
        Span<byte> associated = stackalloc byte[ReadingKey.AssociatedDataBytes];
        place.WriteAssociatedData(associated);
        if (!key.TryOpen(associated, sealedRecord.AsSpan(0, length), plain, out var opened)
            || !ReadingRecord.TryRead(plain.AsSpan(0, opened), out var content, out _))
        {
            return false;
        }

        reading = new StoredReading
        {
            Key = place,
            ReceivedAt = UnixTime.FromDateTime(row.GetDateTime(8)),
            Flags = (ReadingFlags)row.GetInt32(3),
            Content = content,
        };
        return true;
    }
}
