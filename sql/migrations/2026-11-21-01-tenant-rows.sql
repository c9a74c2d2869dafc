-- Hospitals are separated in the database itself: every row names its hospital, and requests work as a role that sees one hospital's rows only.

-- Two roles beside the owner of the tables, neither of which can change the schema. They are made before the migrations, since only a superuser can make the first:
-- wardwatch_service (bypassrls) carries what concerns all hospitals at once: loading, committing readings, signing in;
-- wardwatch_tenant does what a request asks for, in transactions that say for which hospital: set_config('wardwatch.tenant', …, true).
grant usage on schema public to wardwatch_service, wardwatch_tenant;
grant select, insert, update, delete on all tables in schema public to wardwatch_service;
grant usage on all sequences in schema public to wardwatch_service, wardwatch_tenant;
alter default privileges in schema public grant select, insert, update, delete on tables to wardwatch_service;
alter default privileges in schema public grant usage on sequences to wardwatch_service, wardwatch_tenant;
revoke insert, update, delete on schema_migrations from wardwatch_service;

create function current_hospital() returns int stable language sql as
    $$ select nullif(current_setting('wardwatch.tenant', true), '')::int $$;

-- Every table with rows of hospitals goes through this, at the end of the migration that makes it.
create function separate_hospitals(name regclass, actions text default 'select, insert, update, delete') returns void language plpgsql as $$
begin
    execute format('alter table %s enable row level security', name);
    execute format('create policy own_hospital on %s to wardwatch_tenant using (tenant_id = current_hospital()) with check (tenant_id = current_hospital())', name);
    execute format('grant %s on %s to wardwatch_tenant', actions, name);
end $$;

alter table device_keys add column tenant_id int references tenants;
update device_keys k set tenant_id = d.tenant_id from devices d where d.device_no = k.device_no;
alter table device_keys alter column tenant_id set not null;

alter table staff_sessions add column tenant_id int references tenants;
update staff_sessions s set tenant_id = a.tenant_id from staff_accounts a where a.account_id = s.account_id;
alter table staff_sessions alter column tenant_id set not null;

alter table staff_refresh_tokens add column tenant_id int references tenants;
update staff_refresh_tokens t set tenant_id = s.tenant_id from staff_sessions s where s.session_id = t.session_id;
alter table staff_refresh_tokens alter column tenant_id set not null;

alter table staff_accounts drop constraint staff_accounts_role;
alter table staff_accounts add constraint staff_accounts_role check
    (role in ('administrator', 'physician', 'specialist', 'nurse', 'charge-nurse', 'technician', 'analyst', 'patient', 'service'));
alter table staff_accounts add column disabled_at timestamptz;
-- counts the changes of the row, so that two administrators do not undo each other's
alter table staff_accounts add column version int not null default 1;
alter table staff_accounts add unique (tenant_id, account_id);

-- On which wards somebody works,
create table staff_wards (
    tenant_id  int not null,
    account_id uuid not null,
    ward_id    text not null,
    primary key (account_id, ward_id),
    foreign key (tenant_id, account_id) references staff_accounts (tenant_id, account_id) on delete cascade,
    foreign key (tenant_id, ward_id) references wards
);

-- to which patients a specialist is called, and which patient an account belongs to.
alter table patients add unique (tenant_id, patient_no);
create table staff_patients (
    tenant_id  int not null,
    account_id uuid not null,
    patient_no int not null,
    primary key (account_id, patient_no),
    foreign key (tenant_id, account_id) references staff_accounts (tenant_id, account_id) on delete cascade,
    foreign key (tenant_id, patient_no) references patients (tenant_id, patient_no)
);

-- Records that somebody opened in an emergency, with the reason (sealed), for some hours; judged afterwards.
create table emergency_accesses (
    access_id   bigint generated always as identity primary key,
    tenant_id   int not null,
    account_id  uuid not null,
    patient_no  int not null,
    ward_id     text,
    reason      bytea not null,
    opened_at   timestamptz not null,
    until       timestamptz not null,
    reviewed_by uuid,
    reviewed_at timestamptz,
    verdict     text check (verdict in ('justified', 'unjustified')),
    note        bytea,
    check ((reviewed_at is null) = (verdict is null)),
    foreign key (tenant_id, patient_no) references patients (tenant_id, patient_no)
);
create index emergency_accesses_by_time on emergency_accesses (tenant_id, opened_at desc);
create index emergency_accesses_open on emergency_accesses (tenant_id, access_id) where reviewed_at is null;

alter table tenants enable row level security;
create policy own_hospital on tenants to wardwatch_tenant using (tenant_id = current_hospital());
grant select on tenants to wardwatch_tenant;
select separate_hospitals(name) from unnest(array[
    'wards', 'beds', 'patients', 'devices', 'device_keys', 'device_bindings', 'staff_accounts', 'staff_sessions', 'staff_refresh_tokens',
    'staff_wards', 'staff_patients', 'emergency_accesses']::regclass[]) as name;
select separate_hospitals('readings', 'select');
select separate_hospitals('dead_letters', 'select');
select separate_hospitals('token_signing_keys', 'select');
grant select on anomaly_models to wardwatch_tenant;

-- Partitions are the owner's to make and to drop; these two do just that for whoever carries the readings.
alter function ensure_readings_partition(date) security definer set search_path = public;
create function drop_readings_partition(day date) returns void language plpgsql security definer set search_path = public as $$
begin
    execute format('drop table %I', 'readings_' || to_char(day, 'YYYYMMDD'));
end $$;
revoke execute on function ensure_readings_partition(date), drop_readings_partition(date), separate_hospitals(regclass, text) from public;
grant execute on function ensure_readings_partition(date), drop_readings_partition(date) to wardwatch_service;
