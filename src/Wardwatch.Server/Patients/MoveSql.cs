namespace Wardwatch.Server.Patients;

/// <summary>The statements that change a patient who is registered. Each row that is changed is locked before by <see cref="Lock"/>.</summary>
internal static class MoveSql
{
    /// <summary>Everything that concerns one patient happens one after the other.</summary>
    public const string Lock =
        """
        select p.patient_no, p.patient_id, p.status, p.ward_id, p.bed, p.version, p.merged_into, p.identity, k.wrapped_key,
               (select e.encounter_id from encounters e where e.patient_no = p.patient_no and e.discharged_at is null),
               (select coalesce(max(s.since), '-infinity') from patient_statuses s where s.patient_no = p.patient_no), p.consent_research, p.consent_app
        from patients p join patient_keys k on k.patient_no = p.patient_no
        where p.tenant_id = $1 and (p.patient_id = $2 or p.patient_no = $3) and p.erased_at is null and p.canary_ward is null for update of p
        """;

    public const string Admit =
        """
        with stay as (insert into encounters (tenant_id, patient_no, admitted_at) values ($1, $2, $6) returning encounter_id),
             place as (insert into encounter_places (tenant_id, encounter_id, ward_id, bed, valid_from) select $1, encounter_id, $4, $5, $6 from stay),
             patient as (update patients set status = $3, status_since = $6, ward_id = $4, bed = $5, version = version + 1 where patient_no = $2)
        select encounter_id from stay
        """;

    public const string Transfer =
        """
        with old as (update encounter_places set valid_until = greatest($6, valid_from) where encounter_id = $3 and valid_until is null),
             patient as (update patients set ward_id = $4, bed = $5, version = version + 1 where patient_no = $2)
        select 1
        """;

    // Apart from the end of the old one: both would have been open at once.
    public const string Place = "insert into encounter_places (tenant_id, encounter_id, ward_id, bed, valid_from) values ($1, $2, $3, $4, $5)";

    public const string Discharge =
        """
        with place as (update encounter_places set valid_until = greatest($4, valid_from) where encounter_id = $3 and valid_until is null),
             stay as (update encounters set discharged_at = greatest($4, admitted_at), discharged_to = $5, discharge_note = $6 where encounter_id = $3)
        update patients set status = 'discharged', status_since = $4, ward_id = null, bed = null, version = version + 1 where tenant_id = $1 and patient_no = $2
        """;

    public const string SetStatus = "update patients set status = $2, status_since = $3, version = version + 1 where patient_no = $1";

    public const string NoteStatus =
        "insert into patient_statuses (tenant_id, patient_no, encounter_id, status, since, account_id, actor_name, note) values ($1, $2, $3, $4, $5, $6, $7, $8)";

    public const string Change =
        "update patients set identity = $2, record_number_index = $3, consent_research = $4, consent_app = $5, search_version = $6, version = version + 1 where patient_no = $1";

    public const string Merge =
        """
        with duplicates as (update patients set merged_into = $2, version = version + 1 where tenant_id = $1 and (patient_no = $3 or merged_into = $3))
        update patients set version = version + 1 where tenant_id = $1 and patient_no = $2
        """;
}
