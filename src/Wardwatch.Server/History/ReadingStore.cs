using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.History;

/// <summary>
/// Streams encrypted rows. While the next ones come in, those before are opened on other threads, some hundred at a time; they are visited in order, on the
/// reader's own thread. Nothing is kept between two answers, so a late reading shows in the next one.
/// </summary>
internal sealed class ReadingStore(NpgsqlDataSource database, TenantDatabase tenants, HistoryMetrics? metrics) : IReadingStore
{
    private const string Columns = "r.tenant_id, r.patient_no, r.device_no, r.flags, r.key_id, r.boot_id, r.counter, r.measured_at, r.received_at, r.record";

    private const string Range = $"""
        select {Columns} from readings r
        where r.patient_no = $1 and r.measured_at >= $2 and r.measured_at < $3 and r.flags & 8 = 0
        order by r.measured_at
        """;

    // Readings of the same time have an order as well where not all are wanted: a page may end between them, and the next one must go on behind it. For a whole range
    // that order would make the database sort a day of rows, on disk, before the first one comes; the index alone gives them by time, at once.
    private const string Page = $"""
        {Range}, r.device_no, r.boot_id, r.counter
        limit $4
        """;

    // With what devices say of themselves between their readings: once a minute, so that a quarter more has room for it.
    private const string Latest = $"""
        select {Columns} from unnest($1) as p (patient_no)
        cross join lateral (
            select * from readings x where x.patient_no = p.patient_no order by x.measured_at desc, x.device_no desc, x.boot_id desc, x.counter desc limit $2 + $2 / 4 + 1
        ) r
        order by r.patient_no, r.measured_at, r.device_no, r.boot_id, r.counter
        """;

    // One reads, the others open: more would only wait for rows, and take processors from the lanes.
    private static readonly int Ahead = Math.Clamp(Environment.ProcessorCount, 2, 4);

    public async Task<int> ReadAsync(PatientEntry patient, long from, long until, int? most, ReadingVisitor visit, CancellationToken cancellation)
    {
        // What one request asks for: in the name of the patient's hospital.
        await using var transaction = await tenants.BeginAsync(patient.TenantId, cancellation);
        await using var command = new NpgsqlCommand(most is null ? Range : Page, transaction.Connection);
        command.Parameters.Add(new() { Value = patient.Number });
        command.Parameters.Add(new() { Value = UnixTime.ToDateTime(from), NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = UnixTime.ToDateTime(until), NpgsqlDbType = NpgsqlDbType.TimestampTz });
        if (most is { } limit)
        {
            command.Parameters.Add(new() { Value = limit, NpgsqlDbType = NpgsqlDbType.Integer });
        }

        var keys = new List<DataKey>();
        try
        {
            return await VisitAsync(command, RowsUnderOwnKey, visit, cancellation);
        }
        finally
        {
            keys.ForEach(key => key.Dispose());
        }

        // A key holds a lock while it opens a record; with one for each, nobody waits, and the patient's lane least of all.
        SealedRows RowsUnderOwnKey()
        {
            var key = patient.Key.OpenSecond();
            keys.Add(key);
            return new SealedRows(_ => key);
        }
    }

    public async Task ReadLatestAsync(IReadOnlyCollection<PatientEntry> patients, int count, ReadingVisitor visit, CancellationToken cancellation)
    {
        var keys = patients.ToDictionary(patient => patient.Number, patient => patient.Key);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(Latest, connection);
        command.Parameters.Add(new() { Value = keys.Keys.ToArray() });
        command.Parameters.Add(new() { Value = count });
        await VisitAsync(command, () => new SealedRows(number => keys[number]), visit, cancellation);
    }

    private async Task<int> VisitAsync(NpgsqlCommand command, Func<SealedRows> allot, ReadingVisitor visit, CancellationToken cancellation)
    {
        var unreadable = 0;
        var free = new Stack<SealedRows>();
        var waiting = new Queue<SealedRows>();
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            for (var (more, wanted) = (true, true); more && wanted;)
            {
                if (!free.TryPop(out var rows))
                {
                    rows = allot();
                }

                waiting.Enqueue(rows);
                more = await rows.FillAsync(reader, cancellation);

                // The last rows have nobody to make room for, and most answers have no others.
                rows.Opening = more ? Task.Run(rows.Open, CancellationToken.None) : OpenHere(rows);
                while (wanted && waiting.TryPeek(out var oldest) && (!more || waiting.Count > Ahead || oldest.Opening.IsCompleted))
                {
                    await oldest.Opening;
                    wanted = Visit(oldest, visit, ref unreadable);
                    free.Push(waiting.Dequeue());
                }
            }
        }
        finally
        {
            await Task.WhenAll(waiting.Select(rows => rows.Opening)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var rows in free.Concat(waiting))
            {
                rows.Clear();
            }
        }

        if (unreadable > 0)
        {
            metrics?.Unreadable(unreadable);
        }

        return unreadable;
    }

    private static Task OpenHere(SealedRows rows)
    {
        rows.Open();
        return Task.CompletedTask;
    }

    /// <summary>Hands the readings on in order; false where the visitor wants no more.</summary>
    private static bool Visit(SealedRows rows, ReadingVisitor visit, ref int unreadable)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            if (!rows.IsReadable(row))
            {
                unreadable++;
            }
            else if (!visit(in rows[row]))
            {
                return false;
            }
        }

        return true;
    }
}
