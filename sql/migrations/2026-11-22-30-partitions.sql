-- Envelopes on their way between machines: which process has which partition of the patients, so that one and no other writes what it makes of them.

-- Processes that read partitions. Each counts its beat up; one whose beat stands still is gone, whatever anybody's clock says.
create table envelope_readers (
    reader uuid primary key,
    node   text not null,
    beat   bigint not null default 0
);

-- Whoever takes a partition counts its epoch up before anything else. Under the lock (hashtext('envelope-partition'), number), held shared by whoever commits rows of it and
-- alone by whoever takes it, an epoch that was looked at stays true until the commit has ended.
create table envelope_partitions (
    number int primary key,
    epoch  bigint not null default 0,
    -- null: nobody has it
    reader uuid,
    node   text,
    since  timestamptz not null default now()
);

-- A process that was stopped in the midst of a commit keeps its lock for as long as it stands still. Whoever takes its partition over ends those commits: what they
-- would have stored is still in the queue. Ending another session is the owner's right.
create function end_stalled_commits(partition int) returns int language sql security definer set search_path = pg_catalog as $$
    select count(*)::int from (
        select pg_terminate_backend(pid) from pg_locks
        where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
          and classid::bigint = hashtext('envelope-partition')::bigint & 4294967295 and objid::bigint = partition and objsubid = 2
          and mode = 'ShareLock' and granted and pid <> pg_backend_pid()) as ended
$$;
revoke all on function end_stalled_commits(int) from public;
grant execute on function end_stalled_commits(int) to wardwatch_service;
