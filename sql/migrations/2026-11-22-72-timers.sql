-- Things that are to happen at a time, though servers restart and nodes die: escalations, response clocks, ends of silences.

create table timers (
    tenant_id int not null,
    -- incident-step, silence-end, ...: who acts
    kind      text not null,
    -- an id
    subject   text not null,
    -- when it is due, by the database's clock
    due_at    timestamptz not null,
    -- when it is tried next: when it is due, and later after a failure
    next_at   timestamptz not null,
    attempts  int not null default 0,
    primary key (tenant_id, kind, subject)
);
create index timers_by_next on timers (next_at);

-- Rows come and go all day at the early end of the index.
alter table timers set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);

select separate_hospitals('timers');
