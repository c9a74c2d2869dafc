-- Hospitals, wards, patients and devices: who is watched, and by what. Names, record numbers and keys are encrypted before they come here.

create table tenants (
    tenant_id   int generated always as identity primary key,
    public_id   text not null unique check (public_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    name        text not null,
    wrapped_key bytea not null,
    created_at  timestamptz not null default now()
);

create table wards (
    tenant_id int not null references tenants,
    ward_id   text not null check (ward_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    name      text not null,
    position  int not null,
    primary key (tenant_id, ward_id)
);

create table beds (
    tenant_id int not null,
    ward_id   text not null,
    bed       text not null,
    position  int not null,
    primary key (tenant_id, ward_id, bed),
    foreign key (tenant_id, ward_id) references wards
);

create table patients (
    patient_no          int generated always as identity primary key,
    tenant_id           int not null references tenants,
    patient_id          text not null unique check (patient_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    wrapped_key         bytea not null,
    -- sealed JSON: name, record number, date of birth, sex
    identity            bytea not null,
    record_number_index bytea not null,
    status              text not null check (status in ('admitted', 'stable', 'observation', 'critical', 'discharged')),
    spo2_scale          smallint not null default 1 check (spo2_scale in (1, 2)),
    ward_id             text,
    bed                 text,
    version             int not null default 1,
    created_at          timestamptz not null default now(),
    unique (tenant_id, record_number_index),
    foreign key (tenant_id, ward_id, bed) references beds
);
create unique index patients_one_per_bed on patients (tenant_id, ward_id, bed) where bed is not null and status <> 'discharged';

create table devices (
    device_no  int generated always as identity primary key,
    tenant_id  int not null references tenants,
    device_id  text not null unique check (device_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    token_hash bytea not null,
    created_at timestamptz not null default now(),
    revoked_at timestamptz
);

create table device_keys (
    device_no   int not null references devices,
    key_id      bigint not null check (key_id between 0 and 4294967295),
    algorithm   text not null check (algorithm in ('ascon-aead128', 'ascon-128')),
    wrapped_key bytea not null,
    created_at  timestamptz not null default now(),
    revoked_at  timestamptz,
    primary key (device_no, key_id)
);

-- Who wore which device when. A reading belongs to the patient of the binding in force when it was measured.
create table device_bindings (
    binding_id  bigint generated always as identity primary key,
    tenant_id   int not null references tenants,
    device_no   int not null references devices,
    patient_no  int not null references patients,
    topic       text not null,
    valid_from  timestamptz not null,
    valid_until timestamptz not null default 'infinity',
    check (valid_from < valid_until)
);
create unique index device_bindings_one_open on device_bindings (device_no) where valid_until = 'infinity';
create index device_bindings_by_device on device_bindings (device_no, valid_from);

-- Each process draws one lease at its start: the first four bytes of every nonce it uses. Never given again.
create sequence writer_lease as bigint minvalue 1 maxvalue 4294967295 no cycle;
