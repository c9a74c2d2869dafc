-- Who responds to alerts, since when, with what result: one incident for what belongs together, carried on until somebody has been there.

create table incident_numbers (
    tenant_id   int primary key references tenants,
    last_number bigint not null
);

create table incidents (
    tenant_id         int not null references tenants,
    incident_id       uuid primary key,
    -- counts the hospital's incidents, for people
    number            bigint not null,
    -- the alert type that leads: of the highest priority
    type              text not null,
    -- the categories of all its alerts, as bits
    categories        int not null,
    priority          smallint not null check (priority between 1 and 3),
    technical         boolean not null,
    -- technical ones are joined by ward and type
    subject           text,
    -- who responds: what somebody is on duty as
    role              text not null,
    state             text not null check (state in ('OPEN', 'ASSIGNED', 'ACKNOWLEDGED', 'IN_PROGRESS', 'RESOLVED', 'REASSIGNED')),
    patient_no        int,
    patient_id        text,
    ward_id           text,
    bed               text,
    assignee          uuid,
    assignee_name     text,
    assignee_role     text,
    -- how far it has been carried on: 1 is whoever was asked first; 0: nobody yet
    step              smallint not null default 0,
    -- since when its steps count: when it was opened, or when it last got worse
    armed_at          timestamptz not null,
    -- how often whoever acknowledged it was told again
    re_alerts         smallint not null default 0,
    -- when and how it is carried on next
    next_at           timestamptz,
    next_what         text check (next_what in ('escalate', 're-alert')),
    -- when the responsible person was last told of it
    told_at           timestamptz,
    onset_at          timestamptz not null,
    opened_at         timestamptz not null,
    assigned_at       timestamptz,
    delivered_at      timestamptz,
    acknowledged_at   timestamptz,
    acknowledged_by   uuid,
    acknowledged_name text,
    started_at        timestamptz,
    reviewed_at       timestamptz,
    resolved_at       timestamptz,
    resolved_name     text,
    archived_at       timestamptz,
    -- the response clock
    respond_by        timestamptz,
    respond_state     text not null check (respond_state in ('none', 'running', 'met', 'overdue')),
    outcome           text check (outcome in ('real', 'no-action', 'artefact')),
    version           int not null default 1,
    canary            boolean not null default false,
    unique (tenant_id, number),
    foreign key (tenant_id, patient_no) references patients (tenant_id, patient_no)
);
create index incidents_open_of_patient on incidents (tenant_id, patient_no) where resolved_at is null;
create unique index incidents_one_open on incidents (tenant_id, subject) where resolved_at is null and subject is not null;
create index incidents_open_of_assignee on incidents (tenant_id, assignee) where resolved_at is null;
create index incidents_open on incidents (tenant_id, number desc) where resolved_at is null;
create index incidents_of_patient on incidents (tenant_id, patient_no, number desc);

-- Its alerts, and how it stands with them as far as the incident is concerned.
create table incident_alerts (
    tenant_id    int not null,
    alert        text not null,
    incident_id  uuid not null references incidents,
    type         text not null,
    priority     smallint not null,
    active       boolean not null default true,
    acknowledged boolean not null default false,
    primary key (tenant_id, alert)
);
create index incident_alerts_by_incident on incident_alerts (incident_id);

-- Every step, never changed afterwards.
create table incident_history (
    entry_no    bigint generated always as identity primary key,
    tenant_id   int not null,
    -- the place to which the note is bound
    entry_id    uuid not null,
    incident_id uuid not null references incidents,
    at          timestamptz not null,
    step        text not null,
    -- null: the server itself
    account_id  uuid,
    actor_name  text,
    -- app: in the application; null: by itself
    channel     text,
    -- sealed under the patient's key, or the hospital's if it has no patient
    note        bytea
);
create index incident_history_by_incident on incident_history (incident_id, entry_no);

-- Who was told of it, and when.
create table incident_responders (
    tenant_id   int not null,
    incident_id uuid not null references incidents,
    account_id  uuid not null,
    name        text not null,
    role        text not null,
    tier        smallint not null,
    step        smallint not null,
    told_at     timestamptz not null
);
create index incident_responders_by_incident on incident_responders (incident_id, account_id);
create index incident_responders_by_account on incident_responders (tenant_id, account_id, told_at);

select separate_hospitals('incident_numbers', 'select, insert, update');
select separate_hospitals('incidents', 'select, insert, update');
select separate_hospitals('incident_alerts', 'select, insert, update');
select separate_hospitals('incident_history', 'select, insert');
select separate_hospitals('incident_responders', 'select, insert');
revoke update, delete on incident_history from wardwatch_service;
revoke update, delete on incident_responders from wardwatch_service;
