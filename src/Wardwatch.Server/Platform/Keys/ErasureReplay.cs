using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Keys;

/// <summary>
/// Brings the database and the list of erased patients together whenever the installation is opened, before anything is read: who is on the list and has a key
/// comes from an old backup and is erased again; who was erased and is not on the list is put there.
/// </summary>
internal static partial class ErasureReplay
{
    // Whoever is on the list and has no key comes from a backup without the keys; the row is made to say that they were erased.
    private const string Erase = """
        select erase_patient(p.tenant_id, p.patient_no, $3)
        from patients p join tenants t using (tenant_id)
        where t.public_id = $1 and p.patient_id = $2 and (p.erased_at is null or exists (select from patient_keys k where k.patient_no = p.patient_no))
        """;

    private const string Erased = """
        select t.public_id, p.patient_id, p.erased_at from patients p join tenants t using (tenant_id) where p.erased_at is not null order by p.erased_at, p.patient_no
        """;

    /// <summary>Does it.</summary>
    public static async Task RunAsync(NpgsqlDataSource database, ErasedPatients list, TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        var listed = await list.ReadAsync(cancellation);
        if (listed.Count > 0 && await EraseAsync(database, listed, time, cancellation) is > 0 and var count)
        {
            LogErased(log, count);
        }

        foreach (var (erased, at) in await ErasedAsync(database, cancellation))
        {
            if (listed.Add(erased))
            {
                await list.NoteAsync(erased, at, cancellation);
            }
        }
    }

    private static async Task<int> EraseAsync(NpgsqlDataSource database, IEnumerable<ErasedPatient> listed, TimeProvider time, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var count = 0;
        foreach (var erased in listed)
        {
            await using var erase = new NpgsqlCommand(Erase, connection);
            erase.Parameters.Add(new() { Value = erased.Hospital });
            erase.Parameters.Add(new() { Value = erased.Patient });
            erase.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
            await using var reader = await erase.ExecuteReaderAsync(cancellation);
            count += await reader.ReadAsync(cancellation) ? 1 : 0;
        }

        await transaction.CommitAsync(cancellation);
        return count;
    }

    private static async Task<List<(ErasedPatient Erased, DateTimeOffset At)>> ErasedAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Erased);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var all = new List<(ErasedPatient, DateTimeOffset)>();
        while (await reader.ReadAsync(cancellation))
        {
            all.Add((new(reader.GetString(0), reader.GetString(1)), reader.GetFieldValue<DateTimeOffset>(2)));
        }

        return all;
    }

    [LoggerMessage(1030, LogLevel.Warning, "The database was older than the list of erased patients: {Count} were erased again")]
    private static partial void LogErased(ILogger log, int count);
}
