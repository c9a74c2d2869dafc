-- Who is told what, and how far it has come: notifications of members of staff, and each attempt to carry one out of the house.

create table notifications (
    notification_no bigint generated always as identity primary key,
    notification_id uuid not null unique,
    tenant_id       int not null references tenants,
    account_id      uuid not null,
    kind            text not null,
    -- 1 low, 2 medium, 3 high
    priority        smallint not null check (priority between 1 and 3),
    incident_id     uuid,
    patient_no      int,
    ward_id         text,
    -- title and text, sealed under the patient's key, or the hospital's
    content         bytea not null,
    created_at      timestamptz not null,
    -- shown on a screen of the application, and looked at
    delivered_at    timestamptz,
    seen_at         timestamptz
);
create index notifications_by_account on notifications (account_id, notification_no desc);
create index notifications_unseen on notifications (account_id, notification_no desc) where seen_at is null;
create index notifications_by_incident on notifications (incident_id) where incident_id is not null;

-- What goes out: in-app needs no attempt, since it stands in the transaction.
create table notification_attempts (
    attempt_no      bigint generated always as identity primary key,
    -- the same at each repetition: receivers know by it what they had already
    attempt_id      uuid not null unique,
    tenant_id       int not null,
    notification_no bigint not null references notifications on delete cascade,
    account_id      uuid not null,
    incident_id     uuid,
    channel         text not null check (channel in ('push', 'mail', 'webhook')),
    -- the subscription or the webhook
    target_id       uuid,
    -- who must answer: what is slow there holds up nothing elsewhere
    destination     text not null,
    priority        smallint not null,
    stage           text not null default 'queued' check (stage in ('queued', 'sent', 'delivered', 'seen', 'failed', 'withdrawn')),
    -- waits to be gathered with others into one message
    digest          boolean not null default false,
    -- the message with which it went, and how many go with this one
    carried_by      bigint,
    carries         int not null default 0,
    -- when it may be tried; while it is being tried, when whoever has it is taken for dead
    not_before      timestamptz not null,
    -- who is trying
    claim           uuid,
    attempts        int not null default 0,
    queued_at       timestamptz not null,
    sent_at         timestamptz,
    delivered_at    timestamptz,
    seen_at         timestamptz,
    failed_at       timestamptz,
    withdrawn_at    timestamptz,
    -- why the last attempt failed: a stable code
    error           text
);
create index notification_attempts_due on notification_attempts (destination, priority desc, not_before) where stage = 'queued' and not digest;
create index notification_attempts_digest on notification_attempts (not_before) where stage = 'queued' and digest and carried_by is null;
create index notification_attempts_given_up on notification_attempts (not_before) where stage = 'queued' and withdrawn_at is not null;
create index notification_attempts_by_notification on notification_attempts (notification_no);
create index notification_attempts_by_incident on notification_attempts (incident_id) where stage = 'queued' and incident_id is not null;
create index notification_attempts_by_webhook on notification_attempts (target_id, attempt_no desc) where channel = 'webhook';
create index notification_attempts_carried on notification_attempts (carried_by) where carried_by is not null;
create index notification_attempts_failed on notification_attempts (tenant_id, attempt_no desc) where stage = 'failed' and carried_by is null;

-- Hardly a row is changed less than three times in its first second, and then never again.
alter table notification_attempts set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

select separate_hospitals('notifications', 'select, insert, update');
select separate_hospitals('notification_attempts', 'select, insert, update');
