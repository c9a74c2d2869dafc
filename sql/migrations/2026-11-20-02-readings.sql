-- The encrypted history of measurements, a partition a day, and what could not be believed.

create table readings (
    tenant_id    int not null,
    patient_no   int not null,
    device_no    int not null,
    -- flags: 1 late, 2 duplicate-suspect was checked
    flags        int not null,
    key_id       bigint not null,
    boot_id      bigint not null,
    counter      bigint not null,
    -- the first eight bytes of the envelope's tag: tells a retransmission from a reused nonce
    envelope_tag bigint not null,
    measured_at  timestamptz not null,
    received_at  timestamptz not null,
    -- nonce ‖ ciphertext ‖ tag under the patient's key, bound to the columns above
    record       bytea not null
) partition by range (measured_at);

-- Makes the partition of a day if it is missing. The unique key stands on each partition, since PostgreSQL would demand measured_at
-- in a unique key of the whole table; a nonce reused on another day is found by the committer's look-up.
create function ensure_readings_partition(day date) returns void language plpgsql as $$
declare
    partition_name text := 'readings_' || to_char(day, 'YYYYMMDD');
begin
    if to_regclass(partition_name) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('readings-partition'));
    if to_regclass(partition_name) is not null then
        return;
    end if;
    execute format('create table %I partition of readings for values from (%L) to (%L)',
        partition_name, day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
    execute format('create unique index %I on %I (device_no, boot_id, counter, key_id)', partition_name || '_once', partition_name);
    execute format('create index %I on %I (patient_no, measured_at)', partition_name || '_by_patient', partition_name);
    execute format('alter table %I alter column record set storage external, alter column record set compression default', partition_name);
end $$;

-- What a device sent and nobody could believe: kept as it came (still encrypted), with the reason.
create table dead_letters (
    dead_letter_id bigint generated always as identity primary key,
    tenant_id      int not null,
    device_no      int not null,
    received_at    timestamptz not null,
    reason         text not null,
    topic          text not null,
    envelope       bytea not null,
    -- SHA-256 over topic and envelope: the same message again is kept once
    digest         bytea not null,
    unique (device_no, digest)
);
create index dead_letters_by_time on dead_letters (tenant_id, received_at desc);
