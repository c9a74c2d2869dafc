using System.Security.Cryptography;
using System.Text;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>How a request to erase a patient ended.</summary>
internal enum ErasureOutcome
{
    /// <summary>The patient's key is gone.</summary>
    Erased,

    /// <summary>There is no such patient, or they were erased before.</summary>
    UnknownPatient,

    /// <summary>The record is a duplicate: the person is erased with the one that goes on.</summary>
    Duplicate,
}

/// <summary>
/// Erases a patient: their key is destroyed, so that no record of them can be read again, here or in a backup of the data. What is left says that there was
/// somebody, and who erased them.
/// </summary>
internal sealed partial class PatientErasure(TenantDatabase database, IAuditTrail audit, ErasedPatients list, TimeProvider time, ILogger<PatientErasure> log, PatientDirectory? directory = null)
{
    /// <summary>Whether what somebody wrote is this patient's record number; in a time that does not tell how much of it is right.</summary>
    public static bool IsRecordNumberOf(PatientEntry patient, string recordNumber) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(PatientIdentity.Normalise(patient.RecordNumber))), SHA256.HashData(Encoding.UTF8.GetBytes(PatientIdentity.Normalise(recordNumber))));

    /// <summary>Erases one, for good.</summary>
    /// <param name="entry">Who does it, and why; the patient is added.</param>
    /// <param name="patientId">The patient's public id.</param>
    /// <param name="cancellation">Gives up, up to the commit.</param>
    public async Task<ErasureOutcome> EraseAsync(AuditEntry entry, string patientId, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var transaction = await database.BeginAsync(entry.TenantId, cancellation);
        if (await LockAsync(transaction, entry.TenantId, patientId, cancellation) is not { } patient)
        {
            return ErasureOutcome.UnknownPatient;
        }

        if (patient.IsDuplicate)
        {
            return ErasureOutcome.Duplicate;
        }

        // The duplicates are the same person.
        List<(int Number, string Id)> family = [(patient.Number, patientId), .. await DuplicatesAsync(transaction, entry.TenantId, patient.Number, cancellation)];
        foreach (var (number, _) in family)
        {
            await using var erase = transaction.Command(PatientSql.Erase, entry.TenantId, number, now.UtcDateTime);
            await erase.ExecuteNonQueryAsync(cancellation);
            await DirectoryChanges.NotifyAsync(transaction.Connection, PatientDirectory.Topic, number, cancellation);
        }

        await audit.RecordAsync(transaction.Connection, entry with { Patients = [.. family.Select(one => one.Number)] }, cancellation);
        await transaction.CommitAsync(cancellation);

        // From here on it has happened, whoever asked for it.
        foreach (var (number, id) in family)
        {
            if (directory is not null)
            {
                await directory.ReloadAsync(number, CancellationToken.None);
            }

            await NoteAsync(new(patient.Hospital, id), now);
        }

        return ErasureOutcome.Erased;
    }

    private async Task NoteAsync(ErasedPatient erased, DateTimeOffset now)
    {
        try
        {
            await list.NoteAsync(erased, now, CancellationToken.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The database knows as well, and the next start puts it on the list.
            LogNotNoted(log, failure);
        }
    }

    private static async Task<(int Number, string Hospital, bool IsDuplicate)?> LockAsync(TenantTransaction transaction, int tenantId, string patientId, CancellationToken cancellation)
    {
        await using var command = transaction.Command(PatientSql.LockPatient, tenantId, patientId);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) && !reader.GetBoolean(3) ? (reader.GetInt32(0), reader.GetString(2), !reader.IsDBNull(4)) : null;
    }

    private static async Task<List<(int Number, string Id)>> DuplicatesAsync(TenantTransaction transaction, int tenantId, int number, CancellationToken cancellation)
    {
        var duplicates = new List<(int, string)>();
        await using var command = transaction.Command(PatientSql.Duplicates, tenantId, number);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            duplicates.Add((reader.GetInt32(0), reader.GetString(1)));
        }

        return duplicates;
    }

    [LoggerMessage(1040, LogLevel.Error, "A patient was erased, but the list of erased patients cannot be written; it is completed at the next start")]
    private static partial void LogNotNoted(ILogger log, Exception failure);
}
