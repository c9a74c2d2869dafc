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
    /// Takes the one that has been due longest out of the table, and with it others ($2 in all) of its hospital and kind that are due: they are gone if what acts on them commits, and
    /// there again if not. Those that another transaction has taken are passed over.
    /// </summary>
    public const string Take =
        """
        with first as materialized (
            select tenant_id, kind from timers where next_at <= clock_timestamp() and kind = any($1) order by next_at limit 1 for update skip locked
        ), due as materialized (
            select t.tenant_id, t.kind, t.subject from timers t, first f
            where t.tenant_id = f.tenant_id and t.kind = f.kind and t.next_at <= clock_timestamp() order by t.next_at limit $2 for update of t skip locked
        )
        delete from timers t using due d where t.tenant_id = d.tenant_id and t.kind = d.kind and t.subject = d.subject
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
