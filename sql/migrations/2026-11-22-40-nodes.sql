-- Which processes make up this installation: each writes a row of its own every few seconds, so that people see what runs, and what does so no longer.

create table nodes (
    name         text primary key,
    -- drawn at each start: whoever has taken the name since is another process
    instance     uuid not null,
    roles        text[] not null,
    version      text not null,
    started_at   timestamptz not null,
    heard_at     timestamptz not null,
    state        text not null check (state in ('up', 'draining', 'gone')),
    -- somebody wants it to be emptied and to end
    drain        boolean not null default false,
    partitions   int,
    devices      int,
    readings_per_second float8,
    last_reading_at     timestamptz,
    memory_bytes bigint not null,
    -- [{"name","waiting","capacity","oldestSeconds"}]; no hospital's rows, no patient
    queues       jsonb not null
);

comment on table nodes is 'processes, not patients: belongs to no hospital';
