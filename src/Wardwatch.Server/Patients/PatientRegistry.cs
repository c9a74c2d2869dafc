using System.Security.Cryptography;
using Npgsql;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>A patient to be registered.</summary>
/// <param name="Name">Family name, comma, given names.</param>
/// <param name="RecordNumber">The hospital's record number; unique in the hospital, case and punctuation apart.</param>
/// <param name="DateOfBirth">Date of birth.</param>
/// <param name="Sex">female, male, other or unknown.</param>
/// <param name="Ward">The ward's id, or null.</param>
/// <param name="Bed">The bed's label in the ward, or null.</param>
internal sealed record NewPatient(string Name, string RecordNumber, DateOnly DateOfBirth, string Sex, string? Ward = null, string? Bed = null)
{
    /// <summary>The public id; drawn when it is null.</summary>
    public string? Id { get; init; }

    /// <summary>admitted, stable, observation, critical or discharged.</summary>
    public string Status { get; init; } = "admitted";

    /// <summary>1, or 2 for NEWS2's second SpO2 scale.</summary>
    public short SpO2Scale { get; init; } = 1;
}

/// <summary>How a registration ended.</summary>
internal enum RegistrationOutcome
{
    /// <summary>The patients are registered.</summary>
    Registered,

    /// <summary>A patient of this hospital already has the record number.</summary>
    RecordNumberTaken,

    /// <summary>A patient already has the public id.</summary>
    IdTaken,

    /// <summary>Another patient lies in the bed.</summary>
    BedTaken,

    /// <summary>The hospital has no such ward or bed.</summary>
    UnknownBed,
}

/// <summary>Registers patients: each gets a key of its own, and nothing about the person reaches the database in clear.</summary>
/// <param name="database">The database.</param>
/// <param name="keyring">Draws the patients' keys.</param>
/// <param name="directory">This process's directory, which knows of each change before the change is answered; null on the command line.</param>
internal sealed class PatientRegistry(NpgsqlDataSource database, IKeyring keyring, PatientDirectory? directory = null)
{
    private const string IdAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>Registers one patient.</summary>
    public Task<RegistrationOutcome> RegisterAsync(int tenantId, NewPatient patient, CancellationToken cancellation) =>
        RegisterAsync(tenantId, [patient], cancellation);

    /// <summary>Registers all of them in one transaction, or none.</summary>
    public async Task<RegistrationOutcome> RegisterAsync(int tenantId, IReadOnlyCollection<NewPatient> patients, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        try
        {
            var numbers = await InsertAsync(connection, tenantId, patients, cancellation);
            int? changed = numbers.Count == 1 ? numbers[0] : null;
            await DirectoryChanges.NotifyAsync(connection, PatientDirectory.Topic, changed, cancellation);
            await transaction.CommitAsync(cancellation);
            if (directory is not null)
            {
                await directory.ReloadAsync(changed, cancellation);
            }

            return RegistrationOutcome.Registered;
        }
        catch (PostgresException refused) when (Explain(refused) is { } outcome)
        {
            return outcome;
        }
    }

    /// <summary>Inserts patients in the caller's transaction. The caller notifies the directory.</summary>
    public async Task<List<int>> InsertAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<NewPatient> patients, CancellationToken cancellation)
    {
        var tenantKey = keyring.Tenant(tenantId);
        var rows = patients.Select(patient => Protect(tenantId, tenantKey, patient)).ToArray();
        await using var command = new NpgsqlCommand(PatientSql.Register, connection);
        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            new() { Value = tenantId },
            new() { Value = Array.ConvertAll(rows, row => row.Id) },
            new() { Value = Array.ConvertAll(rows, row => row.WrappedKey) },
            new() { Value = Array.ConvertAll(rows, row => row.Identity) },
            new() { Value = Array.ConvertAll(rows, row => row.Index) },
            new() { Value = Array.ConvertAll(rows, row => row.Patient.Status) },
            new() { Value = Array.ConvertAll(rows, row => row.Patient.SpO2Scale) },
            new() { Value = Array.ConvertAll(rows, row => row.Patient.Ward) },
            new() { Value = Array.ConvertAll(rows, row => row.Patient.Bed) },
        });
        var numbers = new List<int>(rows.Length);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            numbers.Add(reader.GetInt32(0));
        }

        return numbers;
    }

    private ProtectedPatient Protect(int tenantId, DataKey tenantKey, NewPatient patient)
    {
        var id = patient.Id ?? "p-" + RandomNumberGenerator.GetString(IdAlphabet, 12);
        Span<byte> secret = stackalloc byte[32];
        RandomNumberGenerator.Fill(secret);
        var wrapped = keyring.Wrap(tenantId, secret);
        CryptographicOperations.ZeroMemory(secret);
        using var key = keyring.OpenPatientKey(tenantId, wrapped);
        var identity = new PatientIdentity(patient.Name, patient.RecordNumber, patient.DateOfBirth, patient.Sex).Seal(key, tenantId, id);
        return new(patient, id, wrapped, identity, PatientIdentity.IndexOf(tenantKey, patient.RecordNumber));
    }

    private static RegistrationOutcome? Explain(PostgresException refused) => (refused.SqlState, refused.ConstraintName) switch
    {
        (PostgresErrorCodes.UniqueViolation, "patients_tenant_id_record_number_index_key") => RegistrationOutcome.RecordNumberTaken,
        (PostgresErrorCodes.UniqueViolation, "patients_patient_id_key") => RegistrationOutcome.IdTaken,
        (PostgresErrorCodes.UniqueViolation, "patients_one_per_bed") => RegistrationOutcome.BedTaken,
        (PostgresErrorCodes.ForeignKeyViolation, "patients_tenant_id_ward_id_bed_fkey") => RegistrationOutcome.UnknownBed,
        _ => null,
    };

    private sealed record ProtectedPatient(NewPatient Patient, string Id, byte[] WrappedKey, byte[] Identity, byte[] Index);
}
