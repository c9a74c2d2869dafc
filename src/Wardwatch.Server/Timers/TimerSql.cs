using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Timers;

/// <summary>The statements about timers.</summary>
internal static class TimerSql
{
    /// <summary>The topic of <see cref="DirectoryChanges"/> under which those who fire timers are woken.</summary>
    public const string Topic = "timers";

    /// <summary>
    /// Sets one, so many seconds from now on by the database's clock, and wakes whoever fires timers if it is due before the next look ($5, seconds).
    /// </summary>
    public const string Set =
        $"""
        with due as (select clock_timestamp() + make_interval(secs => $4) as at), put as (
            insert into timers (tenant_id, kind, subject, due_at, next_at)
            select $1, $2, $3, due.at, due.at from due
            on conflict (tenant_id, kind, subject) do update set due_at = excluded.due_at, next_at = excluded.next_at, attempts = 0
            returning subject
        )
        select case when $4 < $5 then pg_notify('{DirectoryChanges.Channel}', '{Topic}') end from put
        """;

    /// <summary>The same for many; those without a number of seconds are taken away.</summary>
    public const string Change =
        $"""
        with wanted as (
            select kind, subject, clock_timestamp() + make_interval(secs => seconds) as at, seconds from unnest($2, $3, $4) as w (kind, subject, seconds)
        ), gone as (
            delete from timers t using wanted w where t.tenant_id = $1 and t.kind = w.kind and t.subject = w.subject and w.seconds is null
        ), put as (
            insert into timers (tenant_id, kind, subject, due_at, next_at)
            select $1, kind, subject, at, at from wanted where seconds is not null order by kind, subject
            on conflict (tenant_id, kind, subject) do update set due_at = excluded.due_at, next_at = excluded.next_at, attempts = 0
        )
        select case when min(seconds) < $5 then pg_notify('{DirectoryChanges.Channel}', '{Topic}') end from wanted
        """;

    /// <summary>Takes one away.</summary>
    public const string Cancel = "delete from timers where tenant_id = $1 and kind = $2 and subject = $3";

    /// <summary>
    /// Takes the one that has been due longest, for $3 seconds at least, out of the table, and with it others ($2 in all) of its hospital and kind that are due: they are gone if what acts on them commits, and
    /// there again if not. Those that another transaction has taken are passed over.
    /// </summary>
    /// <remarks>
    /// The clock is asked by subqueries: compared with the function itself, which may answer something else for each row, PostgreSQL would look at every timer that there is. And the rows
    /// are deleted by their keys, since the planner does not know how few are due.
    /// </remarks>
    public const string Take =
        """
        with first as materialized (
            select tenant_id, kind from timers where next_at <= (select clock_timestamp() - make_interval(secs => $3)) and kind = any($1) order by next_at limit 1 for update skip locked
        ), due as materialized (
            select subject from timers
            where tenant_id = (select tenant_id from first) and kind = (select kind from first) and next_at <= (select clock_timestamp() - make_interval(secs => $3)) order by next_at limit $2 for update skip locked
        )
        delete from timers t
        where t.tenant_id = (select tenant_id from first) and t.kind = (select kind from first) and t.subject = any(array(select subject from due))
        returning t.tenant_id, t.kind, t.subject, t.due_at, t.attempts, extract(epoch from clock_timestamp() - t.due_at)::float8
        """;

    /// <summary>Puts off one that failed, unless it was set anew meanwhile.</summary>
    public const string PutOff =
        """
        update timers set attempts = attempts + 1, next_at = clock_timestamp() + make_interval(secs => $5)
        where tenant_id = $1 and kind = $2 and subject = $3 and due_at = $4
        """;

    /// <summary>In how many seconds the next one is due that somebody here acts on; none: null.</summary>
    public const string Next = "select extract(epoch from min(next_at) - clock_timestamp())::float8 from timers where kind = any($1)";

    /// <summary>How many there are, how late the oldest is in seconds, and how many have failed.</summary>
    public const string Look =
        """
        select count(*), coalesce(greatest(extract(epoch from clock_timestamp() - min(due_at)), 0), 0)::float8, count(*) filter (where attempts > 0)
        from timers
        """;
}
