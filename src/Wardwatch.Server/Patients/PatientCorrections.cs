using Npgsql;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>Corrects who patients are, and brings two records of one person together.</summary>
internal sealed class PatientCorrections(PatientMoves moves, IKeyring keyring, IOutbox outbox)
{
    /// <summary>Says anew who a patient is and what they agreed to.</summary>
    public Task<ChangeOutcome> ChangeAsync(Actor by, string id, int? version, PatientIdentity identity, Consent consent, CancellationToken cancellation) =>
        moves.ChangeAsync(by, id, version, async change =>
        {
            var patient = change.Patient;
            var before = patient.OpenIdentity(keyring);
            var fields = Differences(before, patient.Consent, identity, consent);
            if (fields.Count == 0)
            {
                return ChangeOutcome.Done;
            }

            byte[] content;
            using (var key = keyring.OpenPatientKey(patient.TenantId, patient.WrappedKey))
            {
                content = identity.Seal(key, patient.TenantId, patient.Id);
            }

            var tenantKey = keyring.Tenant(patient.TenantId);
            await using (var update = PatientMoves.Command(
                change.Connection, MoveSql.Change, patient.Number, content, PatientIdentity.IndexOf(tenantKey, identity.RecordNumber), consent.Research, consent.App, PatientSearch.Version))
            {
                await update.ExecuteNonQueryAsync(cancellation);
            }

            await IndexAsync(change.Connection, patient.TenantId, patient.Number, PatientSearch.TokensOf(tenantKey, identity.Name, identity.RecordNumber), cancellation);
            await outbox.AddAsync(change.Connection, PatientEvents.Changed, change.Origin, new PatientChanged(patient.Id, fields), cancellation);
            return ChangeOutcome.Done;
        }, cancellation);

    /// <summary>
    /// Makes a duplicate lead to the patient who goes on. What belongs to the duplicate stays under its own key where it is, and is shown with the patient's.
    /// </summary>
    public Task<ChangeOutcome> MergeAsync(Actor by, string id, int? version, PatientEntry duplicate, CancellationToken cancellation) =>
        moves.ChangeAsync(by, id, version, async change =>
        {
            // The patient's row is locked already; two who merge the same pair crosswise are told apart by the database, which takes one back.
            if (await LockedPatient.LockAsync(change.Connection, duplicate.TenantId, duplicate.Id, null, cancellation) is not { } locked || locked.Number == change.Patient.Number)
            {
                return ChangeOutcome.DuplicateNotFound;
            }

            if (locked.MergedInto is not null)
            {
                return ChangeOutcome.AlreadyMerged;
            }

            if (locked.IsPresent)
            {
                return change.Patient.IsPresent ? ChangeOutcome.BothAdmitted : ChangeOutcome.DuplicateAdmitted;
            }

            var patient = change.Patient;
            await using (var merge = PatientMoves.Command(change.Connection, MoveSql.Merge, patient.TenantId, patient.Number, locked.Number))
            {
                await merge.ExecuteNonQueryAsync(cancellation);
            }

            await using (var inherit = PatientMoves.Command(change.Connection, PatientSql.InheritTokens, patient.TenantId, patient.Number))
            {
                await inherit.ExecuteNonQueryAsync(cancellation);
            }

            change.Numbers.Add(locked.Number);
            await outbox.AddAsync(
                change.Connection, PatientEvents.Merged, change.Origin, new PatientMerged(patient.Id, locked.Id, patient.Status, patient.Ward, patient.Bed), cancellation);
            return ChangeOutcome.Done;
        }, cancellation);

    /// <summary>Makes a patient found by these hashes, and by those of who was merged into them, and by no others.</summary>
    public static async Task IndexAsync(NpgsqlConnection connection, int tenantId, int number, byte[][] tokens, CancellationToken cancellation)
    {
        await using (var delete = PatientMoves.Command(connection, PatientSql.DeleteTokens, tenantId, number))
        {
            await delete.ExecuteNonQueryAsync(cancellation);
        }

        await PatientRegistry.InsertTokensAsync(connection, tenantId, [.. tokens.Select(token => (token, number))], cancellation);
        await using var inherit = PatientMoves.Command(connection, PatientSql.InheritTokens, tenantId, number);
        await inherit.ExecuteNonQueryAsync(cancellation);
    }

    private static List<string> Differences(PatientIdentity before, Consent consentBefore, PatientIdentity now, Consent consent)
    {
        var fields = new List<string>();
        void Compare(string field, object was, object becomes)
        {
            if (!was.Equals(becomes))
            {
                fields.Add(field);
            }
        }

        Compare("recordNumber", before.RecordNumber, now.RecordNumber);
        Compare("name", before.Name, now.Name);
        Compare("dateOfBirth", before.DateOfBirth, now.DateOfBirth);
        Compare("sex", before.Sex, now.Sex);
        Compare("consent", consentBefore, consent);
        return fields;
    }
}
