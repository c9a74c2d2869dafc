using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients.Import;

/// <summary>
/// Registers the patients of a table: all of them or none. Rows are sealed as they are read and wait in a temporary table of the same transaction, so that memory holds
/// a few thousand of them however long the table is, and nothing in clear reaches a disk.
/// </summary>
/// <param name="database">The database, as the hospital sees it.</param>
/// <param name="keyring">Draws the patients' keys.</param>
/// <param name="audit">The record of who did what.</param>
/// <param name="outbox">Takes the event.</param>
/// <param name="time">When it happens.</param>
/// <param name="directory">This process's directory; null on the command line.</param>
internal sealed class PatientImport(TenantDatabase database, IKeyring keyring, IAuditTrail audit, IOutbox outbox, TimeProvider time, PatientDirectory? directory = null)
{
    private const int AtOnce = 2000;

    // Who asked gives up sooner, or whoever runs the command.
    private static readonly TimeSpan LongestCopy = TimeSpan.FromDays(1);

    /// <summary>Imports a table. With a problem in any row nothing is registered.</summary>
    /// <param name="by">Who does it, in which hospital.</param>
    /// <param name="table">The table's bytes.</param>
    /// <param name="dryRun">Only look whether it could be done.</param>
    /// <param name="progress">Is told how far it is, now and then.</param>
    /// <param name="cancellation">Gives up, and nothing was done.</param>
    public async Task<ImportReport> RunAsync(Actor by, Stream table, bool dryRun, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        var problems = new ImportProblems();
        var source = new PatientTable(table, problems, time);
        await using var transaction = await database.BeginAsync(by.Entry.TenantId, cancellation);
        var connection = transaction.Connection;
        await ExecuteAsync(connection, ImportSql.Stage, cancellation);
        await StageAsync(connection, by.Entry.TenantId, source, progress, cancellation);
        progress?.Report(new("comparing", source.Rows));
        await ExecuteAsync(connection, ImportSql.Index, cancellation);
        var unchanged = await CompareAsync(connection, by.Entry.TenantId, problems, cancellation);
        if (problems.Count > 0)
        {
            return new(source.Rows, 0, unchanged, problems.First, problems.Count);
        }

        await using var count = Command(connection, ImportSql.Count);
        var registered = (int)(long)(await count.ExecuteScalarAsync(cancellation))!;
        if (dryRun || registered == 0)
        {
            return new(source.Rows, registered, unchanged, [], 0);
        }

        try
        {
            progress?.Report(new("storing", source.Rows));
            await using var store = Command(connection, ImportSql.Store, by.Entry.TenantId, time.GetUtcNow().UtcDateTime, PatientSearch.Version, by.Entry.AccountId, by.Name);
            store.Parameters[3].NpgsqlDbType = NpgsqlDbType.Uuid;
            store.Parameters[4].NpgsqlDbType = NpgsqlDbType.Text;
            await store.ExecuteNonQueryAsync(cancellation);
            progress?.Report(new("indexing", source.Rows));
            await ExecuteAsync(connection, ImportSql.SortWell, cancellation);
            await ExecuteAsync(connection, ImportSql.Tokens, cancellation, by.Entry.TenantId);
        }
        catch (PostgresException refused) when (PatientRegistry.Explain(refused) is { } outcome)
        {
            // Somebody else was registered or admitted while this was under way.
            problems.Add(0, outcome == RegistrationOutcome.RecordNumberTaken ? "record_number" : "bed", "was taken by somebody else meanwhile. Nothing was registered: import the table again.");
            return new(source.Rows, 0, unchanged, problems.First, problems.Count);
        }

        await DirectoryChanges.NotifyAsync(connection, PatientDirectory.Topic, null, cancellation);
        var detail = string.Create(CultureInfo.InvariantCulture, $"{registered} registered, {unchanged} unchanged");
        await audit.RecordAsync(connection, by.Entry with { Action = AuditActions.ImportPatients, Detail = detail }, cancellation);
        await PatientRegistry.TellOfImportAsync(connection, outbox, by, registered, time.GetUtcNow(), cancellation);
        await transaction.CommitAsync(cancellation);
        if (directory is not null)
        {
            await directory.ReloadAsync(null, CancellationToken.None);
        }

        return new(source.Rows, registered, unchanged, [], 0);
    }

    private async Task StageAsync(NpgsqlConnection connection, int tenantId, PatientTable source, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        await using var copy = await connection.BeginBinaryImportAsync(ImportSql.Copy, cancellation);
        copy.Timeout = LongestCopy;
        var rows = new List<ImportRow>(AtOnce);
        await foreach (var row in source.ReadAsync(cancellation))
        {
            rows.Add(row);
            if (rows.Count == AtOnce)
            {
                await WriteAsync(copy, tenantId, rows, cancellation);
                rows.Clear();
                progress?.Report(new("reading", source.Rows));
            }
        }

        await WriteAsync(copy, tenantId, rows, cancellation);
        await copy.CompleteAsync(cancellation);
    }

    private async Task WriteAsync(NpgsqlBinaryImporter copy, int tenantId, List<ImportRow> rows, CancellationToken cancellation)
    {
        // Drawing keys and sealing is most of the work; the order is the table's.
        var seals = rows.AsParallel().AsOrdered().WithCancellation(cancellation).Select(row => (row.Row, Seal: PatientSeal.Make(keyring, tenantId, PatientRegistry.DrawId(), row.Patient))).ToList();
        foreach (var (row, seal) in seals)
        {
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(row, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(seal.Id, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(seal.WrappedKey, NpgsqlDbType.Bytea, cancellation);
            await copy.WriteAsync(seal.Identity, NpgsqlDbType.Bytea, cancellation);
            await copy.WriteAsync(seal.RecordNumberIndex, NpgsqlDbType.Bytea, cancellation);
            await copy.WriteAsync(seal.Patient.Status, NpgsqlDbType.Text, cancellation);
            await WriteTextAsync(copy, seal.Patient.Ward, cancellation);
            await WriteTextAsync(copy, seal.Patient.Bed, cancellation);
            await copy.WriteAsync(seal.Tokens, NpgsqlDbType.Array | NpgsqlDbType.Bytea, cancellation);
        }
    }

    private static Task WriteTextAsync(NpgsqlBinaryImporter copy, string? text, CancellationToken cancellation) =>
        text is null ? copy.WriteNullAsync(cancellation) : copy.WriteAsync(text, NpgsqlDbType.Text, cancellation);

    /// <summary>Compares with each other and with what is there; answers how many rows say nothing new, and leaves those out.</summary>
    private async Task<int> CompareAsync(NpgsqlConnection connection, int tenantId, ImportProblems problems, CancellationToken cancellation)
    {
        await EachAsync(connection, ImportSql.Twice, [], row => problems.Add(row.GetInt32(0), "record_number", "comes in an earlier row, too."), cancellation);
        var same = new List<int>();
        await EachAsync(connection, ImportSql.Known, [tenantId], row =>
        {
            if (Difference(row, tenantId) is { } field)
            {
                problems.Add(row.GetInt32(0), field, "is different from what is registered under this record number.");
            }
            else
            {
                same.Add(row.GetInt32(0));
            }
        }, cancellation);
        foreach (var some in same.Chunk(50_000))
        {
            await ExecuteAsync(connection, ImportSql.LeaveOut, cancellation, some);
        }

        await EachAsync(connection, ImportSql.UnknownBeds, [tenantId], row => problems.Add(row.GetInt32(0), "bed", "is not a bed of that ward."), cancellation);
        await EachAsync(connection, ImportSql.OccupiedBeds, [tenantId], row => problems.Add(row.GetInt32(0), "bed", "is taken by another patient, there or in the table."), cancellation);
        return same.Count;
    }

    // Which field of a row differs from the patient with its record number; null: none.
    private string? Difference(NpgsqlDataReader row, int tenantId)
    {
        var (now, before) = (Open(row, tenantId, 1), Open(row, tenantId, 6));
        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        return now.Name != before.Name ? "name"
            : now.DateOfBirth != before.DateOfBirth ? "date_of_birth"
            : now.Sex != before.Sex ? "sex"
            : Text(5) is { } bed && (Text(4), bed) != (Text(9), Text(10)) ? "bed"
            : null;
    }

    // Columns from the first: id, wrapped key, identity.
    private PatientIdentity Open(NpgsqlDataReader row, int tenantId, int first)
    {
        using var key = keyring.OpenPatientKey(tenantId, row.GetFieldValue<byte[]>(first + 1));
        return PatientIdentity.Open(key, tenantId, row.GetString(first), row.GetFieldValue<byte[]>(first + 2));
    }

    private static async Task EachAsync(NpgsqlConnection connection, string sql, object?[] values, Action<NpgsqlDataReader> take, CancellationToken cancellation)
    {
        await using var command = Command(connection, sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            take(reader);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object?[] values)
    {
        await using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    // A million rows take as long as they take; who asked gives up by the cancellation.
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        var command = PatientMoves.Command(connection, sql, values);
        command.CommandTimeout = 0;
        return command;
    }
}
