-- Finding patients without their names in the database: keyed hashes of the beginnings of names and record numbers.

create table patient_search (
    -- the first eight bytes of HMAC-SHA-256 under a key of the hospital
    token      bytea not null,
    tenant_id  int not null,
    patient_no int not null,
    primary key (tenant_id, token, patient_no)
);
create index patient_search_by_patient on patient_search (patient_no);
select separate_hospitals('patient_search', 'select, insert, delete');

-- Which way of making hashes was used for a patient; 0: none yet, the next start makes them.
alter table patients add column search_version smallint not null default 0;
create index patients_without_search on patients (patient_no) where search_version = 0;

-- Destroys a patient's key, and what could be read without it. What is left is that there was somebody. The row of the patient must be locked, or nobody else be there.
create or replace function erase_patient(erased_tenant_id int, erased_patient_no int, at timestamptz) returns void language plpgsql set search_path = public as $$
begin
    -- what their devices sent and nobody could believe stands under the devices' own keys, which live on
    delete from dead_letters l
    where l.tenant_id = erased_tenant_id
      and (split_part(l.topic, '/', 6) = (select patient_id from patients where tenant_id = erased_tenant_id and patient_no = erased_patient_no)
        or exists (
            select from device_bindings b
            where b.tenant_id = erased_tenant_id and b.patient_no = erased_patient_no and b.device_no = l.device_no and l.received_at >= b.valid_from and l.received_at < b.valid_until));
    delete from device_bindings where tenant_id = erased_tenant_id and patient_no = erased_patient_no and valid_from >= at;
    update device_bindings set valid_until = at where tenant_id = erased_tenant_id and patient_no = erased_patient_no and valid_until > at;
    -- of whoever they were merged into, too, who is hashed anew without them
    delete from patient_search s
    using patients p
    where p.tenant_id = erased_tenant_id and p.patient_no = erased_patient_no and s.tenant_id = erased_tenant_id
      and (s.patient_no = erased_patient_no
        or (s.patient_no = p.merged_into and s.token in (select token from patient_search where patient_no = erased_patient_no)));
    update patients set search_version = 0
    where tenant_id = erased_tenant_id and patient_no = (select merged_into from patients where tenant_id = erased_tenant_id and patient_no = erased_patient_no);
    update encounter_places l set valid_until = greatest(at, valid_from)
    from encounters e
    where e.encounter_id = l.encounter_id and l.tenant_id = erased_tenant_id and e.patient_no = erased_patient_no and l.valid_until is null;
    update encounters set discharged_at = coalesce(discharged_at, greatest(at, admitted_at)), discharge_note = null
    where tenant_id = erased_tenant_id and patient_no = erased_patient_no;
    update patient_statuses set note = null where tenant_id = erased_tenant_id and patient_no = erased_patient_no and note is not null;
    delete from patient_keys where tenant_id = erased_tenant_id and patient_no = erased_patient_no;
    update patients
    set identity = '', record_number_index = decode(replace(gen_random_uuid()::text, '-', ''), 'hex'), status = 'discharged', ward_id = null, bed = null,
        version = version + 1, erased_at = coalesce(erased_at, at), search_version = 1
    where tenant_id = erased_tenant_id and patient_no = erased_patient_no;
end $$;
