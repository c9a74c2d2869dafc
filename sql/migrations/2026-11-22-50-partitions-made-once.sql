-- Of two nodes that make the same partition at once, the second one finds it made. Before, it asked the catalogue by to_regclass, whose answer from before the wait for
-- the lock stayed in its session's cache; a query sees what was committed meanwhile.

create or replace function ensure_readings_partition(day date) returns void language plpgsql security definer set search_path = public as $$
declare
    partition_name text := 'readings_' || to_char(day, 'YYYYMMDD');
begin
    if exists (select from pg_class where relname = partition_name and relnamespace = 'public'::regnamespace) then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('readings-partition'));
    if exists (select from pg_class where relname = partition_name and relnamespace = 'public'::regnamespace) then
        return;
    end if;
    execute format('create table %I partition of readings for values from (%L) to (%L)',
        partition_name, day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
    execute format('create unique index %I on %I (device_no, boot_id, counter, key_id)', partition_name || '_once', partition_name);
    execute format('create index %I on %I (patient_no, measured_at)', partition_name || '_by_patient', partition_name);
    execute format('alter table %I alter column record set storage external, alter column record set compression default', partition_name);
end $$;

create or replace function ensure_event_partitions(day date) returns void language plpgsql security definer set search_path = public as $$
declare
    month date := date_trunc('month', day)::date;
    suffix text := to_char(month, 'YYYYMM');
    first timestamptz := month::timestamp at time zone 'UTC';
    next timestamptz := (month + interval '1 month')::timestamp at time zone 'UTC';
begin
    if (select count(*) from pg_class where relname in ('events_' || suffix, 'event_inbox_' || suffix) and relnamespace = 'public'::regnamespace) = 2 then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('event-partitions'));
    if not exists (select from pg_class where relname = 'events_' || suffix and relnamespace = 'public'::regnamespace) then
        execute format('create table %I partition of events for values from (%L) to (%L)', 'events_' || suffix, first, next);
        execute format('create unique index %I on %I (event_no)', 'events_' || suffix || '_once', 'events_' || suffix);
        execute format('create index %I on %I (patient_no, event_no)', 'events_' || suffix || '_by_patient', 'events_' || suffix);
    end if;
    if not exists (select from pg_class where relname = 'event_inbox_' || suffix and relnamespace = 'public'::regnamespace) then
        execute format('create table %I partition of event_inbox for values from (%L) to (%L)', 'event_inbox_' || suffix, first, next);
    end if;
end $$;
