-- By which ways somebody wants to be told, and which other systems are.

create table notification_rules (
    account_id  uuid primary key,
    tenant_id   int not null,
    -- an address, sealed under the hospital's key; null: no mail
    mail        bytea,
    -- beside in-app, which is always; high priority goes everywhere
    medium      text[] not null,
    low         text[] not null,
    -- wall clock of the zone; high priority does not care
    quiet_from  time,
    quiet_until time,
    quiet_zone  text,
    changed_at  timestamptz not null,
    check ((quiet_from is null) = (quiet_until is null) and (quiet_from is null) = (quiet_zone is null)),
    foreign key (tenant_id, account_id) references staff_accounts (tenant_id, account_id) on delete cascade
);

-- Browsers that take messages (RFC 8030). Whoever knows address and keys could write to that screen, so both are sealed under the hospital's key.
create table push_subscriptions (
    subscription_id uuid primary key,
    tenant_id       int not null,
    account_id      uuid not null,
    -- a keyed hash of the address: each is there once
    endpoint_index  bytea not null,
    -- the push service's host
    service         text not null,
    content         bytea not null,
    created_at      timestamptz not null,
    unique (tenant_id, endpoint_index),
    foreign key (tenant_id, account_id) references staff_accounts (tenant_id, account_id) on delete cascade
);
create index push_subscriptions_by_account on push_subscriptions (account_id);

-- By which push services know the hospital (RFC 8292): ECDSA P-256, drawn when it is first needed.
create table push_keys (
    tenant_id   int primary key references tenants,
    wrapped_key bytea not null,
    created_at  timestamptz not null
);

-- Other systems that are told.
create table webhooks (
    webhook_id     uuid primary key,
    tenant_id      int not null references tenants,
    name           text not null,
    -- sealed under the hospital's key: addresses often carry a secret of the receiver's
    address        bytea not null,
    -- signs what is sent
    wrapped_secret bytea not null,
    -- empty: every kind but tests
    kinds          text[] not null,
    priorities     smallint[] not null,
    enabled        boolean not null,
    owner_id       uuid not null,
    created_at     timestamptz not null,
    version        int not null default 1
);
create index webhooks_by_hospital on webhooks (tenant_id);

select keep_wrapped('push_keys', 'wrapped_key');
select keep_wrapped('webhooks', 'wrapped_secret');
select separate_hospitals(name) from unnest(array['notification_rules', 'push_subscriptions', 'push_keys', 'webhooks']::regclass[]) as name;
