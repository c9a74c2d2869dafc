-- Addresses at which calendar programs, which cannot sign in, read schedules: each with a secret of its own, of which only a hash is kept.

create table oncall_feeds (
    feed_id      uuid primary key,
    tenant_id    int not null,
    account_id   uuid not null,
    name         text not null,
    token_hash   bytea not null unique,
    created_at   timestamptz not null,
    -- to within an hour
    last_used_at timestamptz,
    foreign key (tenant_id, account_id) references staff_accounts (tenant_id, account_id) on delete cascade
);
create index oncall_feeds_by_account on oncall_feeds (account_id);

select separate_hospitals('oncall_feeds');
