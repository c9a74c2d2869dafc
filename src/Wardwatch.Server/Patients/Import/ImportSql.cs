namespace Wardwatch.Server.Patients.Import;

/// <summary>The statements of an import. Everything goes to a table of its own first, sealed, and from there to the patients in one go.</summary>
internal static class ImportSql
{
    public const string Stage =
        """
        create temporary table import_patients (
            row int not null, patient_id text not null, wrapped_key bytea not null, identity bytea not null, record_number_index bytea not null,
            status text not null, ward_id text, bed text, tokens bytea[] not null
        ) on commit drop
        """;

    public const string Copy = "copy import_patients (row, patient_id, wrapped_key, identity, record_number_index, status, ward_id, bed, tokens) from stdin (format binary)";

    public const string Index = "create index on import_patients (record_number_index); analyze import_patients";

    public const string Twice =
        "select row from (select row, row_number() over (partition by record_number_index order by row) as time from import_patients) as counted where time > 1 order by row";

    public const string Known =
        """
        select i.row, i.patient_id, i.wrapped_key, i.identity, i.ward_id, i.bed, p.patient_id, k.wrapped_key, p.identity, p.ward_id, p.bed
        from import_patients i join patients p on p.tenant_id = $1 and p.record_number_index = i.record_number_index join patient_keys k on k.patient_no = p.patient_no
        """;

    public const string LeaveOut = "delete from import_patients where row = any($1)";

    public const string UnknownBeds =
        "select row from import_patients i where bed is not null and not exists (select from beds b where b.tenant_id = $1 and b.ward_id = i.ward_id and b.bed = i.bed) order by row";

    public const string OccupiedBeds =
        """
        select row from import_patients i
        where bed is not null and exists (select from patients p where p.tenant_id = $1 and p.ward_id = i.ward_id and p.bed = i.bed and p.status <> 'discharged')
        union
        select row from (select row, row_number() over (partition by ward_id, bed order by row) as time from import_patients where bed is not null) as counted where time > 1
        order by row
        """;

    public const string Count = "select count(*) from import_patients";

    public const string Store =
        """
        with added as (
            insert into patients (tenant_id, patient_id, identity, record_number_index, status, ward_id, bed, status_since, created_at, search_version)
            select $1, patient_id, identity, record_number_index, case when bed is null then 'discharged' else status end, ward_id, bed, $2, $2, $3
            from import_patients order by row
            returning patient_no, patient_id, status, ward_id, bed
        ), keys as (
            insert into patient_keys (patient_no, tenant_id, wrapped_key) select patient_no, $1, wrapped_key from added join import_patients using (patient_id)
        ), stays as (
            insert into encounters (tenant_id, patient_no, admitted_at) select $1, patient_no, $2 from added where bed is not null
            returning encounter_id, patient_no
        ), places as (
            insert into encounter_places (tenant_id, encounter_id, ward_id, bed, valid_from) select $1, encounter_id, ward_id, bed, $2 from stays join added using (patient_no)
        )
        insert into patient_statuses (tenant_id, patient_no, encounter_id, status, since, account_id, actor_name)
        select $1, patient_no, encounter_id, status, $2, $4, $5 from stays join added using (patient_no)
        """;

    // Some gigabytes are sorted where there are a million patients.
    public const string SortWell = "set local work_mem = '128MB'";

    // In the order of the index, which then grows at its places one after the other. The patients are this transaction's own, so that nothing of them is there yet.
    public const string Tokens =
        """
        insert into patient_search (tenant_id, token, patient_no)
        select distinct $1::int, t.token, p.patient_no from import_patients i join patients p using (patient_id) cross join unnest(i.tokens) as t (token) order by 1, 2, 3
        """;
}
