using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>How a change of a patient ended.</summary>
internal enum ChangeOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>There is no such patient.</summary>
    NotFound,

    /// <summary>Somebody changed the patient in between.</summary>
    VersionChanged,

    /// <summary>The patient lies in no bed.</summary>
    NotAdmitted,

    /// <summary>The patient lies in a bed already.</summary>
    AlreadyAdmitted,

    /// <summary>Another patient lies in the bed.</summary>
    BedOccupied,

    /// <summary>The hospital has no such ward or bed.</summary>
    UnknownBed,

    /// <summary>Another patient has the record number.</summary>
    RecordNumberTaken,

    /// <summary>The record is a duplicate that was merged into another.</summary>
    AlreadyMerged,

    /// <summary>Both lie in a bed.</summary>
    BothAdmitted,

    /// <summary>The duplicate lies in a bed, and the other does not.</summary>
    DuplicateAdmitted,

    /// <summary>There is no such duplicate.</summary>
    DuplicateNotFound,
}

/// <summary>
/// Changes patients, each change with its history, its events and its audit entry in one transaction, and known to this process's directory before it is answered.
/// </summary>
internal sealed class PatientMoves(
    TenantDatabase database, IKeyring keyring, PatientDirectory directory, IAuditTrail audit, IOutbox outbox, IEnumerable<IMoveParticipant> participants, TimeProvider time) : ICriticalPatients
{
    /// <summary>Gives a patient a bed.</summary>
    public Task<ChangeOutcome> AdmitAsync(Actor by, string id, int? version, string ward, string bed, string status, CancellationToken cancellation) =>
        ChangeAsync(by, id, version, async change =>
        {
            if (change.Patient.IsPresent)
            {
                return ChangeOutcome.AlreadyAdmitted;
            }

            var (patient, now) = (change.Patient, change.At);
            await using var admit = Command(change.Connection, MoveSql.Admit, patient.TenantId, patient.Number, status, ward, bed, now.UtcDateTime);
            var encounter = (long)(await admit.ExecuteScalarAsync(cancellation))!;
            await NoteAsync(change, status, encounter, null, cancellation);
            await outbox.AddAsync(change.Connection, PatientEvents.Admitted, change.Origin, new PatientAdmitted(patient.Id, $"{encounter}", status, ward, bed), cancellation);
            return ChangeOutcome.Done;
        }, cancellation);

    /// <summary>Moves a patient to another bed. What they wear goes along.</summary>
    public Task<ChangeOutcome> TransferAsync(Actor by, string id, int? version, string ward, string bed, CancellationToken cancellation) =>
        ChangeAsync(by, id, version, async change =>
        {
            if (change.Patient is not { IsPresent: true, Ward: { } fromWard, Bed: { } fromBed, Encounter: { } encounter } patient)
            {
                return ChangeOutcome.NotAdmitted;
            }

            if ((fromWard, fromBed) == (ward, bed))
            {
                return ChangeOutcome.Done;
            }

            await ExecuteAsync(change.Connection, MoveSql.Transfer, cancellation, patient.TenantId, patient.Number, encounter, ward, bed, change.At.UtcDateTime);
            await ExecuteAsync(change.Connection, MoveSql.Place, cancellation, patient.TenantId, encounter, ward, bed, change.At.UtcDateTime);
            await TakeAlongAsync(change, ward, cancellation);
            await outbox.AddAsync(
                change.Connection, PatientEvents.Transferred, change.Origin, new PatientTransferred(patient.Id, $"{encounter}", patient.Status, ward, bed, fromWard, fromBed), cancellation);
            return ChangeOutcome.Done;
        }, cancellation);

    /// <summary>Lets a patient go: the stay, the place and whatever they wear end with it.</summary>
    public Task<ChangeOutcome> DischargeAsync(Actor by, string id, int? version, string? to, string? note, CancellationToken cancellation) =>
        ChangeAsync(by, id, version, async change =>
        {
            if (change.Patient is not { IsPresent: true } patient)
            {
                return ChangeOutcome.NotAdmitted;
            }

            await using var discharge = Command(
                change.Connection, MoveSql.Discharge, patient.TenantId, patient.Number, patient.Encounter, change.At.UtcDateTime, to, patient.SealNote(keyring, change.At, note));
            discharge.Parameters[2].NpgsqlDbType = NpgsqlDbType.Bigint;
            discharge.Parameters[4].NpgsqlDbType = NpgsqlDbType.Text;
            discharge.Parameters[5].NpgsqlDbType = NpgsqlDbType.Bytea;
            await discharge.ExecuteNonQueryAsync(cancellation);
            await NoteAsync(change, "discharged", patient.Encounter, null, cancellation);
            await TakeAlongAsync(change, null, cancellation);
            await outbox.AddAsync(
                change.Connection, PatientEvents.Discharged, change.Origin, new PatientDischarged(patient.Id, $"{patient.Encounter}", to, patient.Ward, patient.Bed), cancellation);
            return ChangeOutcome.Done;
        }, cancellation);

    /// <summary>Says in which state a patient is. The same again is kept as a note, if there is one, and otherwise nothing.</summary>
    public Task<ChangeOutcome> SetStatusAsync(Actor by, string id, int? version, string status, string? note, CancellationToken cancellation) =>
        ChangeAsync(by, id, version, async change =>
        {
            if (!change.Patient.IsPresent)
            {
                return ChangeOutcome.NotAdmitted;
            }

            if (change.Patient.Status == status && string.IsNullOrWhiteSpace(note))
            {
                return ChangeOutcome.Done;
            }

            await outbox.AddAsync(change.Connection, [await StatusAsync(change, status, note, cancellation)], cancellation);
            return ChangeOutcome.Done;
        }, cancellation);

    /// <inheritdoc />
    public async Task<bool> SetCriticalAsync(NpgsqlConnection connection, PatientEntry patient, DateTimeOffset at, ICollection<NewEvent> events, CancellationToken cancellation)
    {
        if (await LockedPatient.LockAsync(connection, patient.TenantId, null, patient.Number, cancellation) is not { IsPresent: true, Status: not "critical" } locked)
        {
            return false;
        }

        var entry = new AuditEntry { TenantId = patient.TenantId, Action = AuditActions.SetPatientStatus };
        events.Add(await StatusAsync(new(connection, locked, new Actor(entry, null), at), "critical", null, cancellation));
        await DirectoryChanges.NotifyAsync(connection, PatientDirectory.Topic, patient.Number, cancellation);
        return true;
    }

    /// <summary>Changes a patient who is locked, in one transaction with everything that belongs to it.</summary>
    /// <param name="by">Who does what.</param>
    /// <param name="id">The patient.</param>
    /// <param name="version">The version that is to be changed; null: whichever.</param>
    /// <param name="change">What is changed; anything but <see cref="ChangeOutcome.Done"/> takes it back.</param>
    /// <param name="cancellation">Gives up, up to the commit.</param>
    public async Task<ChangeOutcome> ChangeAsync(Actor by, string id, int? version, Func<PatientChange, Task<ChangeOutcome>> change, CancellationToken cancellation)
    {
        try
        {
            await using var transaction = await database.BeginAsync(by.Entry.TenantId, cancellation);
            if (await LockedPatient.LockAsync(transaction.Connection, by.Entry.TenantId, id, null, cancellation) is not { } patient)
            {
                return ChangeOutcome.NotFound;
            }

            if (version is not null && patient.Version != version)
            {
                return ChangeOutcome.VersionChanged;
            }

            if (patient.MergedInto is not null)
            {
                return ChangeOutcome.AlreadyMerged;
            }

            // The history's times rise, whatever the clock does.
            var now = time.GetUtcNow();
            var work = new PatientChange(transaction.Connection, patient, by, now > patient.LastStatusAt ? now : patient.LastStatusAt.AddMicroseconds(1));
            if (await change(work) is not ChangeOutcome.Done and var refused)
            {
                return refused;
            }

            foreach (var number in work.Numbers)
            {
                await DirectoryChanges.NotifyAsync(transaction.Connection, PatientDirectory.Topic, number, cancellation);
            }

            await audit.RecordAsync(transaction.Connection, by.Entry with { Patients = [.. work.Numbers] }, cancellation);
            await transaction.CommitAsync(cancellation);

            // From here on it has happened, whoever asked for it.
            foreach (var number in work.Numbers)
            {
                await directory.ReloadAsync(number, CancellationToken.None);
            }

            foreach (var after in work.AfterCommit)
            {
                await after(CancellationToken.None);
            }

            return ChangeOutcome.Done;
        }
        catch (PostgresException crossed) when (crossed.SqlState == PostgresErrorCodes.DeadlockDetected)
        {
            return ChangeOutcome.VersionChanged; // two changes of the same two patients, each of which waited for the other: this one was taken back
        }
        catch (PostgresException refused) when (PatientRegistry.Explain(refused) is { } known)
        {
            return known switch
            {
                RegistrationOutcome.BedTaken => ChangeOutcome.BedOccupied,
                RegistrationOutcome.UnknownBed => ChangeOutcome.UnknownBed,
                _ => ChangeOutcome.RecordNumberTaken,
            };
        }
    }

    private async Task<NewEvent> StatusAsync(PatientChange change, string status, string? note, CancellationToken cancellation)
    {
        var patient = change.Patient;
        await ExecuteAsync(change.Connection, MoveSql.SetStatus, cancellation, patient.Number, status, change.At.UtcDateTime);
        await NoteAsync(change, status, patient.Encounter, note, cancellation);
        var by = change.By.Entry.AccountId is null ? "system" : "staff";
        return NewEvent.Of(PatientEvents.StatusUpdated, change.Origin, new PatientStatusUpdated(patient.Id, status, patient.Status, by, patient.Ward, patient.Bed));
    }

    private async Task NoteAsync(PatientChange change, string status, long? encounter, string? note, CancellationToken cancellation)
    {
        var patient = change.Patient;
        await using var insert = Command(
            change.Connection, MoveSql.NoteStatus, patient.TenantId, patient.Number, encounter, status, change.At.UtcDateTime, change.By.Entry.AccountId, change.By.Name,
            patient.SealNote(keyring, change.At, note));
        insert.Parameters[2].NpgsqlDbType = NpgsqlDbType.Bigint;
        insert.Parameters[5].NpgsqlDbType = NpgsqlDbType.Uuid;
        insert.Parameters[6].NpgsqlDbType = NpgsqlDbType.Text;
        insert.Parameters[7].NpgsqlDbType = NpgsqlDbType.Bytea;
        await insert.ExecuteNonQueryAsync(cancellation);
    }

    private async Task TakeAlongAsync(PatientChange change, string? ward, CancellationToken cancellation)
    {
        var move = new PatientMove(change.Patient.TenantId, change.Patient.Number, change.Patient.Id, ward, change.At, change.By.Entry.AccountId);
        foreach (var participant in participants)
        {
            if (await participant.TakePartAsync(change.Connection, move, cancellation) is { } after)
            {
                change.AfterCommit.Add(after);
            }
        }
    }

    /// <summary>A statement with its parameters in order.</summary>
    internal static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value ?? DBNull.Value });
        }

        return command;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}

/// <summary>A change under way.</summary>
/// <param name="Connection">Within the transaction.</param>
/// <param name="Patient">The patient, locked, as before the change.</param>
/// <param name="By">Who does it.</param>
/// <param name="At">When.</param>
internal sealed record PatientChange(NpgsqlConnection Connection, LockedPatient Patient, Actor By, DateTimeOffset At)
{
    /// <summary>Whom it concerns; others may be added.</summary>
    public HashSet<int> Numbers { get; } = [Patient.Number];

    /// <summary>What is to be done once it is durable.</summary>
    public List<Func<CancellationToken, Task>> AfterCommit { get; } = [];

    /// <summary>Where its events belong.</summary>
    public EventOrigin Origin => new(Patient.TenantId, Patient.Number, At, By.Entry.AccountId);
}
