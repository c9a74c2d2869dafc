-- Who is on duty: what people may be on duty as, schedules that say whose turn it is, and what was changed by hand. Nothing of it is removed: who was to come stays on record.

-- What somebody can be on duty as, and in which order they are asked.
create table oncall_duties (
    tenant_id  int not null,
    account_id uuid not null,
    role       text not null,
    tier       smallint not null check (tier between 1 and 3),
    -- null: the whole hospital
    wards      text[],
    primary key (account_id, role, tier),
    check (wards <> '{}'),
    foreign key (tenant_id, account_id) references staff_accounts (tenant_id, account_id) on delete cascade
);

-- How somebody likes to be told, the most welcome way first.
create table oncall_preferences (
    tenant_id  int not null,
    account_id uuid primary key,
    channels   text[] not null,
    foreign key (tenant_id, account_id) references staff_accounts (tenant_id, account_id) on delete cascade
);

create table oncall_schedules (
    schedule_id uuid primary key,
    tenant_id   int not null references tenants,
    name        text not null,
    -- null: the whole hospital
    ward_id     text,
    role        text not null,
    tier        smallint not null check (tier between 1 and 3),
    version     int not null default 1,
    created_at  timestamptz not null,
    changed_at  timestamptz not null,
    ended_at    timestamptz,
    foreign key (tenant_id, ward_id) references wards,
    unique (tenant_id, schedule_id)
);
create index oncall_schedules_by_role on oncall_schedules (tenant_id, role);

-- The rules of a schedule, for as long as they hold: a change begins a new row and leaves what was.
create table oncall_revisions (
    schedule_id uuid not null,
    number      int not null,
    tenant_id   int not null,
    -- a name of the IANA time zone database
    zone        text not null,
    -- the rotations, lowest first; read and written as a whole
    layers      jsonb not null,
    valid_from  timestamptz not null,
    valid_until timestamptz,
    -- null: the command line
    created_by  uuid,
    primary key (schedule_id, number),
    check (valid_until >= valid_from),
    foreign key (tenant_id, schedule_id) references oncall_schedules (tenant_id, schedule_id)
);
create unique index oncall_revisions_one_open on oncall_revisions (schedule_id) where valid_until is null;

-- Two people exchange stretches.
create table oncall_swaps (
    swap_no    bigint generated always as identity primary key,
    tenant_id  int not null references tenants,
    -- which of the two have agreed
    agreed_by  uuid[] not null,
    -- sealed under the hospital's key
    reason     bytea,
    created_by uuid not null,
    created_at timestamptz not null,
    ended_at   timestamptz
);

-- Somebody else than the rotation says: whoever it would be (an override), or one person only (half of a swap). Later ones lie on top of earlier ones.
create table oncall_substitutions (
    substitution_no bigint generated always as identity primary key,
    tenant_id   int not null,
    schedule_id uuid not null,
    swap_no     bigint references oncall_swaps,
    -- whom a swap replaces
    replaced_id uuid,
    account_id  uuid not null,
    valid_from  timestamptz not null,
    valid_until timestamptz not null,
    -- sealed under the hospital's key
    reason      bytea,
    created_by  uuid not null,
    created_at  timestamptz not null,
    -- it was taken back then; what had happened until then stays
    ended_at    timestamptz,
    check (valid_from < valid_until),
    check ((swap_no is null) = (replaced_id is null)),
    foreign key (tenant_id, schedule_id) references oncall_schedules (tenant_id, schedule_id)
);
create index oncall_substitutions_by_time on oncall_substitutions (schedule_id, valid_until);
create index oncall_substitutions_of_swap on oncall_substitutions (swap_no) where swap_no is not null;

select separate_hospitals('oncall_duties');
select separate_hospitals('oncall_preferences');
select separate_hospitals('oncall_schedules', 'select, insert, update');
select separate_hospitals('oncall_revisions', 'select, insert, update');
select separate_hospitals('oncall_swaps', 'select, insert, update');
select separate_hospitals('oncall_substitutions', 'select, insert, update');
