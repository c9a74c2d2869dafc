-- What happened, told to those who act on it: an event stands in the transaction that caused it, reaches each consumer in order per patient, and is handled once.

-- Drawn while the order of the patient is locked, so that within a bucket the order of numbers is the order of commits.
create sequence event_numbers;

-- Everything that happened, append-only, a partition a month: what projections are rebuilt from.
create table events (
    tenant_id   int not null,
    event_no    bigint not null,
    event_id    uuid not null,
    -- null: the hospital's own
    patient_no  int,
    name        text not null,
    version     int not null,
    at          timestamptz not null,
    recorded_at timestamptz not null,
    account_id  uuid,
    -- W3C traceparent of what caused it
    trace       text,
    -- sealed under the patient's key, or the hospital's, and bound to the columns above
    content     bytea not null
) partition by range (recorded_at);

-- Those that are not published yet. Rows are removed when they are.
create table event_outbox (
    tenant_id   int not null,
    -- 0-63, by patient: what is claimed at once
    partition   smallint not null,
    event_no    bigint not null,
    event_id    uuid not null,
    patient_no  int,
    name        text not null,
    version     int not null,
    at          timestamptz not null,
    recorded_at timestamptz not null,
    account_id  uuid,
    trace       text,
    content     bytea not null,
    primary key (partition, event_no)
);

-- What waits for a consumer: everything where there is no broker; with one, only what failed and comes again, and what stands behind it.
create table event_queue (
    consumer    text not null,
    tenant_id   int not null,
    partition   smallint not null,
    event_no    bigint not null,
    event_id    uuid not null,
    patient_no  int,
    name        text not null,
    version     int not null,
    at          timestamptz not null,
    recorded_at timestamptz not null,
    account_id  uuid,
    trace       text,
    content     bytea not null,
    attempts    int not null default 0,
    -- null: at once
    not_before  timestamptz,
    primary key (consumer, partition, event_no)
);
create index event_queue_held on event_queue (consumer, partition) where attempts > 0;

-- Which consumer has handled what. A partition a month, by when the event was recorded.
create table event_inbox (
    consumer    text not null,
    event_id    uuid not null,
    recorded_at timestamptz not null,
    tenant_id   int not null,
    primary key (consumer, event_id, recorded_at)
) partition by range (recorded_at);

-- Whoever locks a row here works on that partition: 'outbox', or a consumer's name.
create table event_claims (
    name      text not null,
    partition smallint not null,
    primary key (name, partition)
);

-- What a consumer could not handle. Numbered together with devices' dead letters, since people see one list.
create table event_dead_letters (
    dead_letter_id bigint primary key default nextval('dead_letters_dead_letter_id_seq'),
    tenant_id      int not null,
    consumer       text not null,
    partition      smallint not null,
    event_no       bigint not null,
    event_id       uuid not null,
    patient_no     int,
    name           text not null,
    version        int not null,
    at             timestamptz not null,
    recorded_at    timestamptz not null,
    account_id     uuid,
    trace          text,
    content        bytea not null,
    reason         text not null,
    -- the kind of exception; never its message
    fault          text,
    attempts       int not null,
    dead_at        timestamptz not null,
    settled        text check (settled in ('replayed', 'dropped')),
    settled_at     timestamptz,
    settled_by     uuid,
    -- why it was dropped, sealed under the hospital's key
    note           bytea,
    unique (consumer, event_id)
);
create index event_dead_letters_by_time on event_dead_letters (tenant_id, dead_letter_id desc);

alter table dead_letters add column settled text check (settled in ('replayed', 'dropped')), add column settled_at timestamptz, add column settled_by uuid, add column note bytea;

-- Partitions are the owner's to make and to drop; these do just that.
create function ensure_event_partitions(day date) returns void language plpgsql security definer set search_path = public as $$
declare
    month date := date_trunc('month', day)::date;
    suffix text := to_char(month, 'YYYYMM');
    first timestamptz := month::timestamp at time zone 'UTC';
    next timestamptz := (month + interval '1 month')::timestamp at time zone 'UTC';
begin
    if to_regclass('events_' || suffix) is not null and to_regclass('event_inbox_' || suffix) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('event-partitions'));
    if to_regclass('events_' || suffix) is null then
        execute format('create table %I partition of events for values from (%L) to (%L)', 'events_' || suffix, first, next);
        execute format('create unique index %I on %I (event_no)', 'events_' || suffix || '_once', 'events_' || suffix);
        execute format('create index %I on %I (patient_no, event_no)', 'events_' || suffix || '_by_patient', 'events_' || suffix);
    end if;
    if to_regclass('event_inbox_' || suffix) is null then
        execute format('create table %I partition of event_inbox for values from (%L) to (%L)', 'event_inbox_' || suffix, first, next);
    end if;
end $$;

create function drop_event_partitions(kind text, before date) returns setof text language plpgsql security definer set search_path = public as $$
declare
    part text;
begin
    if kind not in ('events', 'event_inbox') then
        raise exception 'There are no partitions of %.', kind;
    end if;
    for part in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = kind::regclass and (to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month')::date <= before
    loop
        execute format('drop table %I', part);
        return next part;
    end loop;
end $$;

-- Locks the order of these buckets (ascending and each once, so that two writers cannot wait for each other), and only then draws the numbers. The partition is there,
-- unless no server has run for months.
create function begin_events(buckets int[], how_many int) returns table (event_no bigint, recorded_at timestamptz) language plpgsql security definer set search_path = public as $$
declare
    bucket int;
    now_utc timestamptz;
begin
    foreach bucket in array buckets loop
        perform pg_advisory_xact_lock(hashtext('events'), bucket);
    end loop;
    now_utc := clock_timestamp();
    perform ensure_event_partitions((now_utc at time zone 'UTC')::date);
    return query select nextval('event_numbers'), now_utc from generate_series(1, how_many);
end $$;

-- Those of this month and the next; the server keeps making them ahead.
select ensure_event_partitions((now() at time zone 'UTC')::date), ensure_event_partitions((now() at time zone 'UTC')::date + 31);

revoke execute on function ensure_event_partitions(date), drop_event_partitions(text, date), begin_events(int[], int) from public;
grant execute on function begin_events(int[], int) to wardwatch_service, wardwatch_tenant;
grant execute on function ensure_event_partitions(date), drop_event_partitions(text, date) to wardwatch_service;

revoke update, delete on events from wardwatch_service;
select separate_hospitals('events', 'select, insert');
select separate_hospitals('event_outbox', 'select, insert');
select separate_hospitals('event_queue', 'select');
select separate_hospitals('event_inbox', 'select');
select separate_hospitals('event_dead_letters', 'select, update');
grant update on dead_letters to wardwatch_tenant;
