-- Figures of wards and hours, kept by a consumer of events and made anew from their history: how full, how many, how long. No patient stands in them.

-- A stay: where it is now, and once it is over, how long it was. The encounter is an opaque number.
create table analytics_stays (
    tenant_id      int not null,
    encounter      text not null,
    ward_id        text not null,
    -- where it began: who waited, waited for a bed there
    first_ward_id  text not null,
    admitted_at    timestamptz not null,
    -- null: registered and admitted at once
    waited_seconds float8,
    -- since when on this ward
    ward_since     timestamptz not null,
    discharged_at  timestamptz,
    primary key (tenant_id, encounter)
);
create index analytics_stays_open on analytics_stays (tenant_id, ward_id) where discharged_at is null;
create index analytics_stays_ended on analytics_stays (tenant_id, discharged_at) where discharged_at is not null;
create index analytics_stays_begun on analytics_stays (tenant_id, admitted_at);

-- Stays that there are already go on; figures made anew from events know nothing of them.
insert into analytics_stays (tenant_id, encounter, ward_id, first_ward_id, admitted_at, ward_since)
select e.tenant_id, e.encounter_id::text, l.ward_id, l.ward_id, e.admitted_at, e.admitted_at
from encounters e join encounter_places l on l.encounter_id = e.encounter_id and l.valid_until is null
where e.discharged_at is null;

-- Registered and not admitted yet.
create table analytics_waiting (
    tenant_id  int not null,
    patient_no int not null,
    since      timestamptz not null,
    primary key (tenant_id, patient_no)
);

-- Sums by hour. The ward is empty for what is the hospital's own.
create table analytics_hours (
    tenant_id int not null,
    ward_id   text not null,
    hour      timestamptz not null,
    measure   text not null,
    amount    float8 not null,
    primary key (tenant_id, hour, ward_id, measure)
);

-- What is to be added to the sums: only ever inserted, so that handlers of events at the same time do not wait for each other, and folded in now and then.
create table analytics_changes (
    change_no bigint generated always as identity primary key,
    tenant_id int not null,
    ward_id   text not null,
    hour      timestamptz not null,
    measure   text not null,
    amount    float8 not null
);

select separate_hospitals(name, 'select') from unnest(array['analytics_stays', 'analytics_waiting', 'analytics_hours', 'analytics_changes']::regclass[]) as name;
