-- A patient's stays, where they lay and in which state: what happened stays on record when the patient moves on, and a patient without a bed is found again.

alter table patients
    add column status_since     timestamptz not null default now(),
    add column consent_research boolean not null default false,
    add column consent_app      boolean not null default false,
    -- a duplicate says here who the same person is; its stays, bindings and readings stay under its own key
    add column merged_into      int;
alter table patients add foreign key (tenant_id, merged_into) references patients (tenant_id, patient_no);
create index patients_merged on patients (merged_into) where merged_into is not null;
create index patients_present on patients (tenant_id, patient_no) where status <> 'discharged';
update patients set status_since = created_at;
-- whoever has left lies in no bed, also as far as the list of beds is concerned
update patients set ward_id = null, bed = null where status = 'discharged';

create table encounters (
    encounter_id   bigint generated always as identity primary key,
    tenant_id      int not null references tenants,
    patient_no     int not null,
    admitted_at    timestamptz not null,
    discharged_at  timestamptz,
    discharged_to  text check (discharged_to in ('home', 'other-hospital', 'died', 'other')),
    -- sealed under the patient's key
    discharge_note bytea,
    check (discharged_at >= admitted_at),
    check (discharged_at is not null or (discharged_to is null and discharge_note is null)),
    foreign key (tenant_id, patient_no) references patients (tenant_id, patient_no)
);
create unique index encounters_one_open on encounters (patient_no) where discharged_at is null;
create index encounters_by_patient on encounters (patient_no, encounter_id desc);

-- In which beds: names, not references, since a bed may be taken down later.
create table encounter_places (
    place_id     bigint generated always as identity primary key,
    tenant_id    int not null references tenants,
    encounter_id bigint not null references encounters,
    ward_id      text not null,
    bed          text not null,
    valid_from   timestamptz not null,
    valid_until  timestamptz,
    check (valid_until >= valid_from)
);
create unique index encounter_places_one_open on encounter_places (encounter_id) where valid_until is null;
create index encounter_places_by_encounter on encounter_places (encounter_id);

-- Every state a patient was in, never changed afterwards; only erasing a patient takes the words away.
create table patient_statuses (
    status_id    bigint generated always as identity primary key,
    tenant_id    int not null references tenants,
    patient_no   int not null,
    encounter_id bigint references encounters,
    status       text not null check (status in ('admitted', 'stable', 'observation', 'critical', 'discharged')),
    since        timestamptz not null,
    -- null: the server itself
    account_id   uuid,
    actor_name   text,
    -- sealed under the patient's key
    note         bytea,
    foreign key (tenant_id, patient_no) references patients (tenant_id, patient_no)
);
create index patient_statuses_by_patient on patient_statuses (patient_no, status_id);

with stays as (
    insert into encounters (tenant_id, patient_no, admitted_at)
    select tenant_id, patient_no, created_at from patients where status <> 'discharged' and erased_at is null
    returning encounter_id, tenant_id, patient_no, admitted_at
), places as (
    insert into encounter_places (tenant_id, encounter_id, ward_id, bed, valid_from)
    select s.tenant_id, s.encounter_id, p.ward_id, p.bed, s.admitted_at from stays s join patients p using (patient_no) where p.bed is not null
)
insert into patient_statuses (tenant_id, patient_no, encounter_id, status, since)
select s.tenant_id, s.patient_no, s.encounter_id, p.status, s.admitted_at from stays s join patients p using (patient_no);

create index device_bindings_by_patient on device_bindings (patient_no, valid_from);

select separate_hospitals('encounters', 'select, insert, update');
select separate_hospitals('encounter_places', 'select, insert, update');
select separate_hospitals('patient_statuses', 'select, insert');
grant update (note) on patient_statuses to wardwatch_tenant;
revoke update, delete on patient_statuses from wardwatch_service;
grant update (note) on patient_statuses to wardwatch_service;
