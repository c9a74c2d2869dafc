-- Alert conditions, what staff did about them, and by which limits they are raised: an alert stands in the transaction of the reading that raised it.

create table alerts (
    alert_no        bigint generated always as identity primary key,
    tenant_id       int not null references tenants,
    alert_id        uuid not null unique,
    type            text not null check (type ~ '^[a-z0-9-]{2,40}$'),
    -- 1 low, 2 medium, 3 high: the present one
    priority        smallint not null check (priority between 1 and 3),
    technical       boolean not null,
    -- null: the installation's own
    patient_no      int,
    -- what it is about: one condition of a type is active of a subject
    subject         text not null check (length(subject) between 1 and 100),
    -- where the patient lies, kept up while it is active; or the ward concerned
    ward_id         text,
    bed             text,
    -- since when the condition held, when it was raised after its delay, and when it ended
    onset_at        timestamptz not null,
    raised_at       timestamptz not null,
    ended_at        timestamptz,
    -- counts the changes of the condition, which has one owner
    phase_no        int not null default 1,
    -- sealed under the patient's key, or the hospital's, and bound to alert_id: values, ages, limits, rule, model
    cause           bytea not null,
    -- what staff say
    acknowledged_at timestamptz,
    acknowledged_by uuid,
    silenced_until  timestamptz,
    silenced_by     uuid,
    silencer_name   text,
    -- sealed as the cause is
    silence_reason  bytea,
    judgement       text check (judgement in ('real', 'no-action', 'artefact')),
    judged_at       timestamptz,
    judged_by       uuid,
    incident_id     uuid,
    canary          boolean not null default false,
    check (ended_at is null or ended_at >= onset_at),
    foreign key (tenant_id, patient_no) references patients (tenant_id, patient_no)
);
create unique index alerts_one_active on alerts (tenant_id, type, subject) where ended_at is null;
create index alerts_active on alerts (tenant_id) where ended_at is null;
create index alerts_by_patient on alerts (patient_no, alert_no desc);
create index alerts_by_hospital on alerts (tenant_id, alert_no desc);
create index alerts_by_incident on alerts (incident_id) where incident_id is not null;

-- What happened to an alert, never changed afterwards.
create table alert_phases (
    phase_id   bigint generated always as identity primary key,
    tenant_id  int not null references tenants,
    alert_id   uuid not null references alerts (alert_id),
    at         timestamptz not null,
    phase      text not null check (phase in ('raised', 'escalated', 'de-escalated', 'ended', 'acknowledged', 'silenced', 'silence-ended', 'judged')),
    priority   smallint not null,
    -- null: the engine
    account_id uuid
);
create index alert_phases_by_alert on alert_phases (alert_id, phase_id);

-- Limits that differ from the catalogue's, of a ward or of a patient. Replaced ones stay on record.
create table alert_overrides (
    override_no   bigint generated always as identity primary key,
    tenant_id     int not null references tenants,
    ward_id       text,
    patient_no    int,
    type          text not null,
    limit_value   float8,
    delay_seconds float8,
    is_on         boolean,
    -- sealed under the patient's key, or the hospital's
    reason        bytea not null,
    owner_id      uuid not null,
    owner_name    text not null,
    set_at        timestamptz not null,
    expires_at    timestamptz not null,
    ended_at      timestamptz,
    ended_by      uuid,
    check ((ward_id is null) <> (patient_no is null)),
    check (expires_at > set_at),
    foreign key (tenant_id, patient_no) references patients (tenant_id, patient_no)
);
create index alert_overrides_in_force on alert_overrides (tenant_id) where ended_at is null;

-- A ward's sound is paused: two minutes at most, by somebody whose name stands there.
create table sound_pauses (
    tenant_id    int not null references tenants,
    ward_id      text not null,
    paused_until timestamptz not null,
    paused_at    timestamptz not null,
    account_id   uuid not null,
    account_name text not null,
    primary key (tenant_id, ward_id)
);

select separate_hospitals('alerts', 'select, insert, update');
select separate_hospitals('alert_phases', 'select, insert');
select separate_hospitals('alert_overrides', 'select, insert, update');
select separate_hospitals('sound_pauses', 'select, insert, update');
revoke update, delete on alert_phases from wardwatch_service;
