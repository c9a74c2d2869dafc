namespace Wardwatch.Server.Patients;

/// <summary>The statements of this module.</summary>
internal static class PatientSql
{
    private const string Columns =
        "select patient_no, p.tenant_id, patient_id, wrapped_key, identity, status, spo2_scale, ward_id, bed, version from patients p join patient_keys k using (patient_no)";

    public const string All = Columns;

    public const string One = Columns + " where patient_no = $1";

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

    public const string Register =
        """
        with added as (
            insert into patients (tenant_id, patient_id, identity, record_number_index, status, spo2_scale, ward_id, bed)
            select $1, patient_id, identity, record_number_index, status, spo2_scale, ward_id, bed
            from unnest($2::text[], $4::bytea[], $5::bytea[], $6::text[], $7::smallint[], $8::text[], $9::text[])
              as p (patient_id, identity, record_number_index, status, spo2_scale, ward_id, bed)
            returning patient_no, patient_id
        )
        insert into patient_keys (patient_no, tenant_id, wrapped_key)
        select patient_no, $1, wrapped_key from added join unnest($2::text[], $3::bytea[]) as k (patient_id, wrapped_key) using (patient_id)
        returning patient_no
        """;

    public const string LockPatient =
        """
        select patient_no, patient_id, public_id, erased_at is not null
        from patients join tenants using (tenant_id)
        where tenant_id = $1 and patient_id = $2 for update of patients
        """;

    public const string Erase = "select erase_patient($1, $2, $3)";

    /// <summary>Patients who were not erased and have no key: a backup was restored without its keys.</summary>
    public const string WithoutKey =
        "select count(*), count(k.patient_no) from patients p left join patient_keys k using (patient_no) where erased_at is null";
}
