-- Events in bulk: the locks of a transaction are taken by one statement, since one for each bucket cost more than the rows that are then written; and what is settled is removed in time.

-- As before: the order of these buckets is locked, ascending as they are given, and only then numbers are drawn.
create or replace function begin_events(buckets int[], how_many int) returns table (event_no bigint, recorded_at timestamptz) language plpgsql security definer set search_path = public as $$
declare
    now_utc timestamptz;
begin
    perform pg_advisory_xact_lock(hashtext('events'), bucket) from unnest(buckets) as bucket;
    now_utc := clock_timestamp();
    perform ensure_event_partitions((now_utc at time zone 'UTC')::date);
    return query select nextval('event_numbers'), now_utc from generate_series(1, how_many);
end $$;

-- Those that were settled long ago are removed, every hour.
create index dead_letters_settled on dead_letters (settled_at) where settled_at is not null;
create index event_dead_letters_settled on event_dead_letters (settled_at) where settled_at is not null;
