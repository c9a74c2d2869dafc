-- Who may sign in, since when they are signed in, and the keys under which their access tokens are signed.

create table staff_accounts (
    account_id           uuid primary key,
    tenant_id            int not null references tenants,
    user_name            text not null,
    normalized_user_name text not null unique,
    -- the name that colleagues see
    name                 text not null,
    role                 text not null constraint staff_accounts_role check (role in ('administrator', 'physician', 'nurse')),
    -- salted and slow (PBKDF2-HMAC-SHA-512)
    password_hash        text,
    security_stamp       text not null,
    concurrency_stamp    text not null,
    created_at           timestamptz not null default now()
);

-- One sign-in: the family of refresh tokens that follow from it.
create table staff_sessions (
    session_id uuid primary key,
    account_id uuid not null references staff_accounts on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz
);
create index staff_sessions_by_account on staff_sessions (account_id);
create index staff_sessions_revoked on staff_sessions (revoked_at) where revoked_at is not null;

-- Each refresh token may be used once. A used one is kept until its session goes: its second use betrays a copy.
create table staff_refresh_tokens (
    token_hash bytea primary key,
    session_id uuid not null references staff_sessions on delete cascade,
    issued_at  timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz
);
create index staff_refresh_tokens_by_session on staff_refresh_tokens (session_id);

-- ECDSA P-256 private keys, wrapped under the hospital's key. The newest signs; tokens of the older ones are still good until they are retired.
create table token_signing_keys (
    key_id      text primary key,
    tenant_id   int not null references tenants,
    wrapped_key bytea not null,
    created_at  timestamptz not null,
    retired_at  timestamptz
);
