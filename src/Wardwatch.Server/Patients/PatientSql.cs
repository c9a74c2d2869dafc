namespace Wardwatch.Server.Patients;

/// <summary>The statements of this module.</summary>
internal static class PatientSql
{
    private const string Columns =
        "select patient_no, tenant_id, patient_id, wrapped_key, identity, status, spo2_scale, ward_id, bed, version from patients";

    public const string All = Columns;

    public const string One = Columns + " where patient_no = $1";

    public const string Hospitals = "select tenant_id, public_id, name, wrapped_key from tenants order by tenant_id";

    public const string Wards =
        """
        select w.tenant_id, w.ward_id, w.name, array_remove(array_agg(b.bed order by b.position), null)
        from wards w left join beds b using (tenant_id, ward_id)
        group by w.tenant_id, w.ward_id, w.name, w.position
        order by w.tenant_id, w.position, w.ward_id
        """;

    public const string InsertHospital =
        "insert into tenants (public_id, name, wrapped_key) values ($1, $2, $3) on conflict (public_id) do nothing";

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
        insert into patients (tenant_id, patient_id, wrapped_key, identity, record_number_index, status, spo2_scale, ward_id, bed)
        select $1, * from unnest($2::text[], $3::bytea[], $4::bytea[], $5::bytea[], $6::text[], $7::smallint[], $8::text[], $9::text[])
        returning patient_no
        """;
}
