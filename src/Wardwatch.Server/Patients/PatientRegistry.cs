using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>A patient to be registered.</summary>
/// <param name="Name">Family name, comma, given names.</param>
/// <param name="RecordNumber">The hospital's record number; unique in the hospital, case and punctuation apart.</param>
/// <param name="DateOfBirth">Date of birth.</param>
/// <param name="Sex">female, male, other or unknown.</param>
/// <param name="Ward">The ward's id; null: registered, and not admitted.</param>
/// <param name="Bed">The bed's label in the ward, or null.</param>
internal sealed record NewPatient(string Name, string RecordNumber, DateOnly DateOfBirth, string Sex, string? Ward = null, string? Bed = null)
{
    /// <summary>The public id; drawn when it is null.</summary>
    public string? Id { get; init; }

    /// <summary>admitted, stable, observation or critical; does not count without a bed.</summary>
    public string Status { get; init; } = "admitted";

    /// <summary>1, or 2 for NEWS2's second SpO2 scale.</summary>
    public short SpO2Scale { get; init; } = 1;

    /// <summary>What they agreed to.</summary>
    public Consent Consent { get; init; } = new(false, false);
}

/// <summary>A patient as registered.</summary>
/// <param name="Number">The database key.</param>
/// <param name="Id">The public id.</param>
/// <param name="Encounter">The stay, if there is a bed.</param>
internal sealed record RegisteredPatient(int Number, string Id, long? Encounter);

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
/// <param name="database">The database, as the hospital sees it.</param>
/// <param name="keyring">Draws the patients' keys.</param>
/// <param name="audit">The record of who did what.</param>
/// <param name="outbox">Takes the events.</param>
/// <param name="time">When it happens.</param>
/// <param name="directory">This process's directory, which knows of each change before the change is answered; null on the command line.</param>
internal sealed class PatientRegistry(TenantDatabase database, IKeyring keyring, IAuditTrail audit, IOutbox outbox, TimeProvider time, PatientDirectory? directory = null)
{
    private const string IdAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>Registers one patient, and admits them if there is a bed.</summary>
    public Task<(RegistrationOutcome Outcome, string? Id)> RegisterAsync(Actor by, NewPatient patient, CancellationToken cancellation) => RegisterAsync(by, [patient], cancellation);

    /// <summary>Registers all of them in one transaction, or none. The id is the last one's.</summary>
    public async Task<(RegistrationOutcome Outcome, string? Id)> RegisterAsync(Actor by, IReadOnlyList<NewPatient> patients, CancellationToken cancellation)
    {
        var tenantId = by.Entry.TenantId;
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        try
        {
            var registered = await InsertAsync(transaction.Connection, by, patients, cancellation);
            int? changed = registered is [var only] ? only.Number : null;
            await DirectoryChanges.NotifyAsync(transaction.Connection, PatientDirectory.Topic, changed, cancellation);
            await audit.RecordAsync(
                transaction.Connection, by.Entry with { Action = AuditActions.RegisterPatient, Patients = registered.ConvertAll(patient => patient.Number) }, cancellation);
            await outbox.AddAsync(transaction.Connection, [.. registered.Zip(patients).SelectMany(pair => EventsOf(by, pair.Second, pair.First))], cancellation);
            await transaction.CommitAsync(cancellation);
            if (directory is not null)
            {
                await directory.ReloadAsync(changed, CancellationToken.None);
            }

            return (RegistrationOutcome.Registered, registered[^1].Id);
        }
        catch (PostgresException refused) when (Explain(refused) is { } outcome)
        {
            return (outcome, null);
        }
    }

    /// <summary>Inserts patients in the caller's transaction, in their order. The caller notifies the directory, records it and tells of it.</summary>
    public async Task<List<RegisteredPatient>> InsertAsync(NpgsqlConnection connection, Actor by, IReadOnlyList<NewPatient> patients, CancellationToken cancellation)
    {
        var tenantId = by.Entry.TenantId;
        var rows = patients.Select(patient => PatientSeal.Make(keyring, tenantId, patient.Id ?? DrawId(), patient)).ToArray();
        await using var command = new NpgsqlCommand(PatientSql.Register, connection);
        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            new() { Value = tenantId },
            new() { Value = Array.ConvertAll(rows, row => row.Id) },
            new() { Value = Array.ConvertAll(rows, row => row.WrappedKey) },
            new() { Value = Array.ConvertAll(rows, row => row.Identity) },
            new() { Value = Array.ConvertAll(rows, row => row.RecordNumberIndex) },
            new() { Value = Array.ConvertAll(rows, row => row.Patient.Bed is null ? "discharged" : row.Patient.Status) },
            new() { Value = Array.ConvertAll(rows, row => row.Patient.SpO2Scale) },
            new() { Value = Array.ConvertAll(rows, row => row.Patient.Ward) },
            new() { Value = Array.ConvertAll(rows, row => row.Patient.Bed) },
            new() { Value = Array.ConvertAll(rows, row => row.Patient.Consent.Research) },
            new() { Value = Array.ConvertAll(rows, row => row.Patient.Consent.App) },
            new() { Value = time.GetUtcNow().UtcDateTime },
            new() { Value = PatientSearch.Version },
            new() { Value = (object?)by.Entry.AccountId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
            new() { Value = (object?)by.Name ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
        });
        var registered = new Dictionary<string, RegisteredPatient>(StringComparer.Ordinal);
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                registered.Add(reader.GetString(1), new(reader.GetInt32(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetInt64(2)));
            }
        }

        await InsertTokensAsync(connection, tenantId, rows.SelectMany(row => row.Tokens.Select(token => (token, registered[row.Id].Number))).ToList(), cancellation);
        return [.. rows.Select(row => registered[row.Id])];
    }

    /// <summary>
    /// Tells of many patients registered at once: one event of all of them, and one of each who was given a bed in this transaction, as with any admission.
    /// </summary>
    public static async Task TellOfImportAsync(NpgsqlConnection connection, IOutbox outbox, Actor by, int registered, DateTimeOffset at, CancellationToken cancellation)
    {
        var tenantId = by.Entry.TenantId;
        List<NewEvent> events = [NewEvent.Of(PatientEvents.Imported, new EventOrigin(tenantId, null, at, by.Entry.AccountId), new PatientsImported(registered))];
        await using (var command = PatientMoves.Command(connection, PatientSql.AdmittedHere, tenantId))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var origin = new EventOrigin(tenantId, reader.GetInt32(0), reader.GetFieldValue<DateTimeOffset>(6), by.Entry.AccountId);
                var admitted = new PatientAdmitted(reader.GetString(1), $"{reader.GetInt64(2)}", reader.GetString(3), reader.GetString(4), reader.GetString(5));
                events.Add(NewEvent.Of(PatientEvents.Admitted, origin, admitted));
            }
        }

        await outbox.AddAsync(connection, events, cancellation);
    }

    /// <summary>Inserts the hashes by which patients are found.</summary>
    public static async Task InsertTokensAsync(NpgsqlConnection connection, int tenantId, List<(byte[] Token, int Number)> tokens, CancellationToken cancellation)
    {
        await using var insert = new NpgsqlCommand(PatientSql.InsertTokens, connection);
        insert.Parameters.Add(new() { Value = tenantId });
        insert.Parameters.Add(new() { Value = tokens.Select(token => token.Token).ToArray() });
        insert.Parameters.Add(new() { Value = tokens.Select(token => token.Number).ToArray() });
        await insert.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>What a refusal of the database means; null: something else.</summary>
    public static RegistrationOutcome? Explain(PostgresException refused) => (refused.SqlState, refused.ConstraintName) switch
    {
        (PostgresErrorCodes.UniqueViolation, "patients_tenant_id_record_number_index_key") => RegistrationOutcome.RecordNumberTaken,
        (PostgresErrorCodes.UniqueViolation, "patients_patient_id_key") => RegistrationOutcome.IdTaken,
        (PostgresErrorCodes.UniqueViolation, "patients_one_per_bed") => RegistrationOutcome.BedTaken,
        (PostgresErrorCodes.ForeignKeyViolation, "patients_tenant_id_ward_id_bed_fkey") => RegistrationOutcome.UnknownBed,
        _ => null,
    };

    /// <summary>Draws a public id.</summary>
    public static string DrawId() => "p-" + RandomNumberGenerator.GetString(IdAlphabet, 12);

    private IEnumerable<NewEvent> EventsOf(Actor by, NewPatient patient, RegisteredPatient registered)
    {
        var origin = new EventOrigin(by.Entry.TenantId, registered.Number, time.GetUtcNow(), by.Entry.AccountId);
        var status = registered.Encounter is null ? "discharged" : patient.Status;
        yield return NewEvent.Of(PatientEvents.Created, origin, new PatientCreated(registered.Id, status, patient.Ward, patient.Bed));
        if (registered.Encounter is { } encounter)
        {
            yield return NewEvent.Of(PatientEvents.Admitted, origin, new PatientAdmitted(registered.Id, $"{encounter}", status, patient.Ward!, patient.Bed!));
        }
    }
}
