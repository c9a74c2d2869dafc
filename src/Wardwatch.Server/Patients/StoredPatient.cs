using Npgsql;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>What a patient agreed to.</summary>
/// <param name="Research">That readings, without a name, may be used for research.</param>
/// <param name="App">That the patient's own app may be used.</param>
internal sealed record Consent(bool Research, bool App);

/// <summary>The stay that a patient is in.</summary>
/// <param name="Id">Counts stays.</param>
/// <param name="AdmittedAt">Since when.</param>
internal sealed record CurrentEncounter(long Id, DateTimeOffset AdmittedAt);

/// <summary>A patient as stored, opened.</summary>
/// <param name="Entry">What every module sees.</param>
/// <param name="Version">Counts the changes of the row; for optimistic concurrency.</param>
/// <param name="WrappedKey">The key as stored: an unchanged one is not opened again.</param>
/// <param name="StatusSince">Since when the status is what it is.</param>
/// <param name="Consent">What they agreed to.</param>
/// <param name="Encounter">The stay they are in, or null.</param>
/// <param name="MergedInto">The public id of who the same person is, or null.</param>
/// <param name="HasDuplicates">Whether others were merged into them.</param>
internal sealed record StoredPatient(
    PatientEntry Entry, int Version, byte[] WrappedKey, DateTimeOffset StatusSince, Consent Consent, CurrentEncounter? Encounter, string? MergedInto, bool HasDuplicates)
{
    // Not "exists": before a limit PostgreSQL would rather read all patients once than look for each of the few that are wanted.

    /// <summary>What <see cref="Read"/> reads, in this order, of <c>patients p</c>; whoever has no key any more was erased and is not among them.</summary>
    public const string Columns =
        """
        select p.patient_no, p.tenant_id, p.patient_id, k.wrapped_key, p.identity, p.status, p.spo2_scale, p.ward_id, p.bed, p.version, p.status_since, p.consent_research,
               p.consent_app, (select m.patient_id from patients m where m.patient_no = p.merged_into), e.encounter_id, e.admitted_at,
               coalesce((select true from patients d where d.merged_into = p.patient_no limit 1), false), p.canary_ward
        """;

    /// <summary>Where <see cref="Columns"/> come from.</summary>
    public const string From = " from patients p" + Joins;

    /// <summary>What is joined to <c>p</c> for them.</summary>
    public const string Joins =
        " join patient_keys k on k.patient_no = p.patient_no left join encounters e on e.patient_no = p.patient_no and e.discharged_at is null";

    /// <summary>Opens a row.</summary>
    /// <param name="reader">Stands on the row.</param>
    /// <param name="keyring">Opens the patient's key.</param>
    /// <param name="known">The patient as known before, whose key lives on while it is the same: holders of that entry may still be using it.</param>
    public static StoredPatient Read(NpgsqlDataReader reader, IKeyring keyring, StoredPatient? known = null)
    {
        var (number, tenantId, id, wrappedKey) = (reader.GetInt32(0), reader.GetInt32(1), reader.GetString(2), reader.GetFieldValue<byte[]>(3));
        var key = known is not null && known.WrappedKey.AsSpan().SequenceEqual(wrappedKey) ? known.Entry.Key : keyring.OpenPatientKey(tenantId, wrappedKey);
        var identity = PatientIdentity.Open(key, tenantId, id, reader.GetFieldValue<byte[]>(4));
        var canaryWard = Text(reader, 17);
        var entry = new PatientEntry(
            number, tenantId, id, identity.Name, identity.RecordNumber, identity.DateOfBirth, identity.Sex,
            Status: reader.GetString(5), Ward: canaryWard ?? Text(reader, 7), Bed: Text(reader, 8), SpO2Scale: reader.GetInt16(6), Key: key)
        { IsCanary = canaryWard is not null, Stay = reader.IsDBNull(14) ? 0 : reader.GetInt64(14) };
        return new(
            entry, reader.GetInt32(9), wrappedKey, reader.GetFieldValue<DateTimeOffset>(10), new(reader.GetBoolean(11), reader.GetBoolean(12)),
            reader.IsDBNull(14) ? null : new(reader.GetInt64(14), reader.GetFieldValue<DateTimeOffset>(15)), Text(reader, 13), reader.GetBoolean(16));
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
