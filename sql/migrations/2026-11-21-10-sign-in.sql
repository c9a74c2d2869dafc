-- Signing in with two factors, sessions that can be seen, locked and ended one by one, and what is needed to tell an attacker from a colleague.

alter table staff_sessions
    -- where and with what it was opened or last used
    add column address         inet,
    add column client          text,
    add column last_used_at    timestamptz,
    add column locked_at       timestamptz,
    add column unlock_failures int not null default 0;
create index staff_sessions_locked on staff_sessions (locked_at) where locked_at is not null;

-- The authenticator of an account (RFC 6238), its secret wrapped under the hospital's key. One that is being set up does not count before its first code.
create table staff_authenticators (
    account_id     uuid primary key,
    tenant_id      int not null,
    wrapped_secret bytea,
    confirmed_at   timestamptz,
    -- the last step of 30 s whose code was used: it and all before it are no longer good
    last_step      bigint not null default 0,
    pending_secret bytea,
    pending_until  timestamptz,
    check ((wrapped_secret is null) = (confirmed_at is null)),
    foreign key (tenant_id, account_id) references staff_accounts (tenant_id, account_id) on delete cascade
);

-- Codes for whoever has lost the authenticator, as keyed hashes; each is deleted as it is used.
create table staff_recovery_codes (
    account_id uuid not null,
    code_hash  bytea not null,
    tenant_id  int not null,
    primary key (account_id, code_hash),
    foreign key (tenant_id, account_id) references staff_accounts (tenant_id, account_id) on delete cascade
);

-- Public keys of passkeys (WebAuthn). Nothing in here is secret.
create table staff_passkeys (
    passkey_id         uuid primary key,
    tenant_id          int not null,
    account_id         uuid not null,
    credential_id      bytea not null unique,
    name               text not null,
    public_key         bytea not null,
    sign_count         bigint not null,
    transports         text[],
    user_verified      boolean not null,
    backup_eligible    boolean not null,
    backed_up          boolean not null,
    attestation_object bytea not null,
    client_data_json   bytea not null,
    created_at         timestamptz not null,
    last_used_at       timestamptz,
    foreign key (tenant_id, account_id) references staff_accounts (tenant_id, account_id) on delete cascade
);
create index staff_passkeys_by_account on staff_passkeys (account_id);

-- Challenges of passkeys that were answered: each is good once, until its time is over.
create table staff_answered_challenges (
    challenge_hash bytea primary key,
    tenant_id      int not null references tenants,
    expires_at     timestamptz not null
);
create index staff_answered_challenges_by_time on staff_answered_challenges (expires_at);

-- PINs that open a locked session: salted and slow, over a keyed hash, since a PIN alone is soon guessed.
create table staff_pins (
    account_id uuid primary key,
    tenant_id  int not null,
    salt       bytea not null,
    hash       bytea not null,
    iterations int not null,
    set_at     timestamptz not null,
    foreign key (tenant_id, account_id) references staff_accounts (tenant_id, account_id) on delete cascade
);

-- From where somebody has signed in: guessing from elsewhere does not slow them down here.
create table staff_known_addresses (
    account_id   uuid not null,
    address      inet not null,
    tenant_id    int not null,
    last_sign_in timestamptz not null,
    primary key (account_id, address),
    foreign key (tenant_id, account_id) references staff_accounts (tenant_id, account_id) on delete cascade
);

alter table staff_accounts add column last_sign_in_at timestamptz;

select separate_hospitals(name) from unnest(array[
    'staff_authenticators', 'staff_recovery_codes', 'staff_passkeys', 'staff_answered_challenges', 'staff_pins', 'staff_known_addresses']::regclass[]) as name;
