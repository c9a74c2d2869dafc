namespace Wardwatch.Server.Analytics;

/// <summary>The statements of this module.</summary>
internal static class AnalyticsSql
{
    private const string StayColumns = "encounter, ward_id, first_ward_id, admitted_at, waited_seconds, ward_since, discharged_at";

    private const string AlertColumns = "alert_id, ward_id, type, priority, raised_at, judgement, judged_at";

    private const string ResponseColumns = "incident_id, ward_id, type, priority, onset_at, opened_at, delivered_at, acknowledged_at, reviewed_at, resolved_at, outcome";

    /// <summary>Handlers share this lock, and whoever makes the figures anew has it alone: a handler that waits for it finds the new figures.</summary>
    public const string Share = "select pg_advisory_xact_lock_shared(hashtext('analytics'), $1)";

    public const string LockAlone = "select pg_advisory_xact_lock(hashtext('analytics'), $1)";

    // Row by row by its key, and the limit keeps it so: of a table that has just begun to grow the planner believes that it is small, and would read all of it for each batch.
    public const string FindStays =
        $"select s.* from unnest($2) as key cross join lateral (select {StayColumns} from analytics_stays where tenant_id = $1 and encounter = key limit 1) as s";

    public const string FindWaiting =
        "select w.* from unnest($2) as key cross join lateral (select patient_no, since from analytics_waiting where tenant_id = $1 and patient_no = key limit 1) as w";

    public const string FindAlerts =
        $"select a.* from unnest($2) as key cross join lateral (select {AlertColumns} from analytics_alerts where tenant_id = $1 and alert_id = key limit 1) as a";

    public const string FindResponses =
        $"select r.* from unnest($2) as key cross join lateral (select {ResponseColumns} from analytics_responses where tenant_id = $1 and incident_id = key limit 1) as r";

    public const string PutStays =
        $"""
        insert into analytics_stays (tenant_id, {StayColumns})
        select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::float8[], $7::timestamptz[], $8::timestamptz[])
        on conflict (tenant_id, encounter) do update
        set ward_id = excluded.ward_id, first_ward_id = excluded.first_ward_id, admitted_at = excluded.admitted_at, waited_seconds = excluded.waited_seconds, ward_since = excluded.ward_since, discharged_at = excluded.discharged_at
        """;

    public const string PutWaiting =
        """
        insert into analytics_waiting (tenant_id, patient_no, since) select $1, * from unnest($2::int[], $3::timestamptz[])
        on conflict (tenant_id, patient_no) do update set since = excluded.since
        """;

    public const string PutAlerts =
        $"""
        insert into analytics_alerts (tenant_id, {AlertColumns})
        select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::timestamptz[])
        on conflict (tenant_id, alert_id) do update
        set ward_id = excluded.ward_id, type = excluded.type, priority = excluded.priority, raised_at = excluded.raised_at, judgement = excluded.judgement, judged_at = excluded.judged_at
        """;

    public const string PutResponses =
        $"""
        insert into analytics_responses (tenant_id, {ResponseColumns})
        select $1, * from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::text[])
        on conflict (tenant_id, incident_id) do update
        set ward_id = excluded.ward_id, type = excluded.type, priority = excluded.priority, onset_at = excluded.onset_at, opened_at = excluded.opened_at, delivered_at = excluded.delivered_at,
            acknowledged_at = excluded.acknowledged_at, reviewed_at = excluded.reviewed_at, resolved_at = excluded.resolved_at, outcome = excluded.outcome
        """;

    public const string EndWaiting = "delete from analytics_waiting where tenant_id = $1 and patient_no = any($2)";

    public const string AddChanges =
        "insert into analytics_changes (tenant_id, ward_id, hour, measure, amount) select $1, * from unnest($2::text[], $3::timestamptz[], $4::text[], $5::float8[])";

    /// <summary>Takes changes, oldest first, and adds them to the sums.</summary>
    public const string FoldIn =
        """
        with taken as (
            delete from analytics_changes where change_no in (select change_no from analytics_changes order by change_no limit $1 for update skip locked)
            returning tenant_id, ward_id, hour, measure, amount
        ), summed as (
            insert into analytics_hours (tenant_id, ward_id, hour, measure, amount)
            select tenant_id, ward_id, hour, measure, sum(amount) from taken group by tenant_id, ward_id, hour, measure order by 1, 2, 3, 4
            on conflict (tenant_id, hour, ward_id, measure) do update set amount = analytics_hours.amount + excluded.amount
        )
        select count(*) from taken
        """;

    /// <summary>One at a time, in the whole installation.</summary>
    public const string TryFoldAlone = "select pg_try_advisory_xact_lock(hashtext('analytics-fold'))";

    public const string Clear =
        """
        delete from analytics_stays where tenant_id = $1;
        delete from analytics_waiting where tenant_id = $1;
        delete from analytics_changes where tenant_id = $1;
        delete from analytics_hours where tenant_id = $1;
        delete from analytics_alerts where tenant_id = $1;
        delete from analytics_responses where tenant_id = $1;
        """;

    /// <summary>
    /// Sums with what is not folded in yet: of each ward over the time (the hour is null), and of each hour over the wards (the ward is null). Nobody is shown a ward's single
    /// hours, of which a large hospital has tens of thousands in a week. What is counted by kind (its name has a colon) is asked for apart.
    /// </summary>
    public const string Sums =
        """
        select ward_id, hour, measure, sum(amount) from (
            select ward_id, hour, measure, amount from analytics_hours where tenant_id = $1 and hour >= $2 and hour < $3
            union all
            select ward_id, hour, measure, amount from analytics_changes where tenant_id = $1 and hour >= $2 and hour < $3
        ) as figures
        where ward_id = any($4) and measure not like '%:%'
        group by grouping sets ((ward_id, measure), (hour, measure))
        """;

    public const string OpenStays = $"select {StayColumns} from analytics_stays where tenant_id = $1 and discharged_at is null and ward_id = any($2)";

    /// <summary>How long stays were that ended within a time, and how long people waited who were admitted within it.</summary>
    public const string Durations =
        """
        select
            (select array[count(*)::float8, percentile_cont(0.5) within group (order by extract(epoch from discharged_at - admitted_at)),
                percentile_cont(0.9) within group (order by extract(epoch from discharged_at - admitted_at))]
             from analytics_stays where tenant_id = $1 and discharged_at >= $2 and discharged_at < $3 and ward_id = any($4)),
            (select array[count(*)::float8, percentile_cont(0.5) within group (order by waited_seconds), percentile_cont(0.9) within group (order by waited_seconds)]
             from analytics_stays where tenant_id = $1 and admitted_at >= $2 and admitted_at < $3 and waited_seconds is not null and first_ward_id = any($4))
        """;

    /// <summary>How many events of each kind there were, by hour or day.</summary>
    public const string EventCounts =
        """
        select substr(measure, 7), date_trunc($5, hour, 'UTC'), sum(amount)::bigint from (
            select hour, measure, amount from analytics_hours where tenant_id = $1 and hour >= $2 and hour < $3 and ward_id = '' and measure like 'event:%'
            union all
            select hour, measure, amount from analytics_changes where tenant_id = $1 and hour >= $2 and hour < $3 and ward_id = '' and measure like 'event:%'
        ) as figures
        where $4::text[] is null or substr(measure, 7) = any($4)
        group by 1, 2 order by 2, 1
        """;
}
