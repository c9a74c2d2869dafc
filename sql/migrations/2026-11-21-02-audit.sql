-- Who did what: append-only, a chain of hashes for each hospital, signed checkpoints; and what looked unusual in it.

create table audit_entries (
    tenant_id  int not null references tenants,
    audit_no   bigint not null,
    at         timestamptz not null,
    account_id uuid,
    user_name  text,
    role       text,
    action     text not null,
    patients   int[] not null,
    done       boolean not null,
    -- 4 or 16 bytes
    address    bytea,
    request_id text,
    -- purpose and detail, sealed under the hospital's key
    content    bytea,
    -- SHA-256 over the row and the hash of the one before it
    hash       bytea not null check (length(hash) = 32),
    primary key (tenant_id, audit_no)
);
create index audit_entries_by_time on audit_entries (tenant_id, at);
create index audit_entries_by_account on audit_entries (tenant_id, account_id, audit_no);
create index audit_entries_by_patient on audit_entries using gin (patients);

-- The end of each chain. Whoever holds its row writes next; the seal (HMAC under the hospital's key) shows that nobody else moved it.
create table audit_heads (
    tenant_id int primary key references tenants,
    audit_no  bigint not null,
    hash      bytea not null,
    seal      bytea not null
);

-- ECDSA P-256 keys that sign checkpoints, wrapped under the hospital's key; the public half is there for verifiers.
create table audit_keys (
    key_id      text primary key,
    tenant_id   int not null references tenants,
    wrapped_key bytea not null,
    public_key  bytea not null,
    created_at  timestamptz not null
);

create table audit_checkpoints (
    tenant_id int not null references tenants,
    audit_no  bigint not null,
    at        timestamptz not null,
    hash      bytea not null,
    key_id    text not null references audit_keys,
    signature bytea not null,
    primary key (tenant_id, audit_no)
);

create table security_events (
    event_id        bigint generated always as identity primary key,
    tenant_id       int not null references tenants,
    at              timestamptz not null,
    kind            text not null,
    severity        text not null check (severity in ('high', 'medium')),
    account_id      uuid,
    -- sealed under the hospital's key, as is the note
    description     bytea not null,
    acknowledged_by uuid,
    acknowledged_at timestamptz,
    note            bytea
);
create index security_events_by_time on security_events (tenant_id, event_id desc);

create function refuse_change() returns trigger language plpgsql as $$ begin raise exception 'the audit trail is append-only'; end $$;
create trigger append_only before update or delete or truncate on audit_entries execute function refuse_change();
create trigger append_only before update or delete or truncate on audit_checkpoints execute function refuse_change();

revoke update, delete on audit_entries, audit_checkpoints, audit_keys from wardwatch_service;
revoke delete on audit_heads, security_events from wardwatch_service;
select separate_hospitals('audit_entries', 'select, insert');
select separate_hospitals('audit_heads', 'select, insert, update');
select separate_hospitals('audit_keys', 'select, insert');
select separate_hospitals('audit_checkpoints', 'select, insert');
select separate_hospitals('security_events', 'select, insert, update');
