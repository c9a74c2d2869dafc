namespace Wardwatch.Server.Patients;

/// <summary>The statements of this module.</summary>
internal static class PatientSql
{
    private const string Patients = StoredPatient.Columns + StoredPatient.From;

    // Those who are there, and those who wore a device lately.
    private const string IsHeld = " (p.status <> 'discharged' or exists (select from device_bindings b where b.patient_no = p.patient_no and b.valid_until > $1))";

    public const string Held = Patients + " where" + IsHeld;
    public const string HeldOne = Held + " and p.patient_no = $2";
    public const string StillHeld = "select p.patient_no from patients p where p.patient_no = any($2) and" + IsHeld;
    public const string WithKey = "select patient_no from patient_keys where patient_no = any($1)";

    public const string Everybody = Patients + " where p.canary_ward is null";
    public const string ById = Patients + " where p.tenant_id = $1 and p.patient_id = $2 and p.canary_ward is null";
    public const string ByNumbers = Patients + " where p.tenant_id = $1 and p.patient_no = any($2)";

    /// <summary>A duplicate's number leads to the one whom it was merged into.</summary>
    public const string ByRecordNumber = Patients +
        " where p.patient_no = (select coalesce(f.merged_into, f.patient_no) from patients f where f.tenant_id = $1 and f.record_number_index = $2)";

    public const string Hospitals = "select tenant_id, public_id, name from tenants order by tenant_id";

    public const string Wards =
        """
        select w.tenant_id, w.ward_id, w.name, array_remove(array_agg(b.bed order by b.position), null)
        from wards w left join beds b using (tenant_id, ward_id)
        group by w.tenant_id, w.ward_id, w.name, w.position
        order by w.tenant_id, w.position, w.ward_id
        """;

    public const string InsertHospital =
        """
        with added as (insert into tenants (public_id, name) values ($1, $2) on conflict (public_id) do nothing returning tenant_id)
        insert into tenant_keys (tenant_id, number, master_key_id, wrapped_key) select tenant_id, $3, $4, $5 from added
        """;

    public const string InsertWards =
        """
        insert into wards (tenant_id, ward_id, name, position)
        select $1, * from unnest($2::text[], $3::text[], $4::int[])
        on conflict do nothing
        """;

    public const string InsertBeds =
        """
        insert into beds (tenant_id, ward_id, bed, position)
        select $1, * from unnest($2::text[], $3::text[], $4::int[])
        on conflict do nothing
        """;

    // Whoever has a bed has a stay, a place in it and a first status; the statement does all of it, or nothing.
    public const string Register =
        """
        with given as (
            select * from unnest($2::text[], $3::bytea[], $4::bytea[], $5::bytea[], $6::text[], $7::smallint[], $8::text[], $9::text[], $10::boolean[], $11::boolean[])
              with ordinality as p (patient_id, wrapped_key, identity, record_number_index, status, spo2_scale, ward_id, bed, research, app, place)
        ), added as (
            insert into patients (tenant_id, patient_id, identity, record_number_index, status, spo2_scale, ward_id, bed, consent_research, consent_app, status_since, created_at, search_version)
            select $1, patient_id, identity, record_number_index, status, spo2_scale, ward_id, bed, research, app, $12, $12, $13 from given order by place
            returning patient_no, patient_id, status, ward_id, bed
        ), keys as (
            insert into patient_keys (patient_no, tenant_id, wrapped_key) select patient_no, $1, wrapped_key from added join given using (patient_id)
        ), stays as (
            insert into encounters (tenant_id, patient_no, admitted_at) select $1, patient_no, $12 from added where bed is not null
            returning encounter_id, patient_no
        ), places as (
            insert into encounter_places (tenant_id, encounter_id, ward_id, bed, valid_from)
            select $1, encounter_id, ward_id, bed, $12 from stays join added using (patient_no)
        ), states as (
            insert into patient_statuses (tenant_id, patient_no, encounter_id, status, since, account_id, actor_name)
            select $1, patient_no, encounter_id, status, $12, $14, $15 from stays join added using (patient_no)
        )
        select a.patient_no, a.patient_id, s.encounter_id from added a left join stays s using (patient_no)
        """;

    /// <summary>A ward's synthetic patient; nothing where there is one.</summary>
    public const string RegisterCanary =
        """
        with added as (
            insert into patients (tenant_id, patient_id, identity, record_number_index, status, search_version, canary_ward)
            values ($1, $2, $4, $5, 'discharged', $6, $7) on conflict do nothing returning patient_no
        )
        insert into patient_keys (patient_no, tenant_id, wrapped_key) select patient_no, $1, $3 from added returning patient_no
        """;

    public const string FindCanary = "select p.patient_no, p.patient_id, t.public_id from patients p join tenants t using (tenant_id) where p.tenant_id = $1 and p.canary_ward = $2";

    public const string InsertTokens =
        "insert into patient_search (tenant_id, token, patient_no) select distinct $1, token, patient_no from unnest($2::bytea[], $3::int[]) as t (token, patient_no) on conflict do nothing";

    public const string DeleteTokens = "delete from patient_search where tenant_id = $1 and patient_no = $2";

    /// <summary>What leads to those who were merged into a patient leads to the patient.</summary>
    public const string InheritTokens =
        """
        insert into patient_search (tenant_id, token, patient_no)
        select s.tenant_id, s.token, $2 from patient_search s join patients d on d.patient_no = s.patient_no where d.tenant_id = $1 and d.merged_into = $2
        on conflict do nothing
        """;

    public const string WithoutTokens =
        """
        select p.patient_no, p.tenant_id, p.patient_id, k.wrapped_key, p.identity
        from patients p join patient_keys k using (patient_no)
        where p.search_version = 0 and p.erased_at is null order by p.patient_no limit $1 for update of p skip locked
        """;

    public const string TokensMade = "update patients set search_version = $2 where patient_no = any($1)";

    public const string Duplicates = "select patient_no, patient_id from patients where tenant_id = $1 and merged_into = $2 and erased_at is null for update";

    /// <summary>Whoever was given a bed in this very transaction.</summary>
    public const string AdmittedHere =
        """
        select p.patient_no, p.patient_id, e.encounter_id, p.status, p.ward_id, p.bed, e.admitted_at
        from encounters e join patients p on p.tenant_id = e.tenant_id and p.patient_no = e.patient_no
        where e.tenant_id = $1 and e.xmin = pg_current_xact_id()::xid and e.discharged_at is null and p.bed is not null
        order by e.encounter_id
        """;

    public const string LockPatient =
        """
        select patient_no, patient_id, public_id, erased_at is not null, merged_into
        from patients join tenants using (tenant_id)
        where tenant_id = $1 and patient_id = $2 and canary_ward is null for update of patients
        """;

    public const string Erase = "select erase_patient($1, $2, $3)";

    /// <summary>Patients who were not erased and have no key: a backup was restored without its keys.</summary>
    public const string WithoutKey =
        "select count(*), count(k.patient_no) from patients p left join patient_keys k using (patient_no) where erased_at is null";
}
