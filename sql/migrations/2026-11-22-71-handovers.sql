-- A ward handed over from one to another: what was open, changed, silenced and uncovered at that moment, signed by both.

create table handovers (
    handover_no  bigint generated always as identity primary key,
    tenant_id    int not null references tenants,
    handover_id  uuid not null unique,
    ward_id      text not null,
    given_by     uuid not null,
    giver_name   text not null,
    given_at     timestamptz not null,
    taken_by     uuid,
    taker_name   text,
    taken_at     timestamptz,
    -- sealed under the hospital's key
    notes        bytea,
    incidents    int not null,
    limits       int not null,
    silences     int not null,
    holes        int not null,
    check (taken_by is distinct from given_by),
    check ((taken_by is null) = (taken_at is null))
);
create index handovers_by_ward on handovers (tenant_id, ward_id, handover_no desc);
select separate_hospitals('handovers', 'select, insert, update');
