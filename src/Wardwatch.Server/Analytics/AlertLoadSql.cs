namespace Wardwatch.Server.Analytics;

/// <summary>The statements that ask for alert load.</summary>
internal static class AlertLoadSql
{
    private const string Figures =
        """
        select ward_id, hour, measure, amount from analytics_hours where tenant_id = $1 and hour >= $2 and hour < $3
        union all
        select ward_id, hour, measure, amount from analytics_changes where tenant_id = $1 and hour >= $2 and hour < $3
        """;

    /// <summary>Alerts, judgements and occupied time of each ward by measure (the hour is null); and, in the last column, alerts of each hour over the wards (the ward is null).</summary>
    public const string Sums =
        $"""
        select ward_id, hour, measure, sum(amount), coalesce(sum(amount) filter (where measure like 'alert:%'), 0)
        from ({Figures}) as figures
        where ward_id = any($4) and (measure like 'alert:%' or measure like 'judged:%' or measure = 'occupied-seconds')
        group by grouping sets ((ward_id, measure), (hour))
        """;

    /// <summary>Alerts and occupied time of each ward by hour.</summary>
    public const string Hours =
        $"""
        select ward_id, hour, coalesce(sum(amount) filter (where measure like 'alert:%'), 0), coalesce(sum(amount) filter (where measure = 'occupied-seconds'), 0)
        from ({Figures}) as figures
        where ward_id = any($4) and (measure like 'alert:%' or measure = 'occupied-seconds')
        group by ward_id, hour
        """;

    /// <summary>How long responses took to incidents that were opened within a time, in seconds: of all (the priority is null), and of each priority.</summary>
    public const string Responses =
        """
        select priority, count(*),
            count(from_onset), percentile_cont(array[0.5, 0.9]) within group (order by from_onset),
            count(from_opened), percentile_cont(array[0.5, 0.9]) within group (order by from_opened),
            count(from_delivery), percentile_cont(array[0.5, 0.9]) within group (order by from_delivery),
            count(to_review), percentile_cont(array[0.5, 0.9]) within group (order by to_review),
            count(to_resolve), percentile_cont(array[0.5, 0.9]) within group (order by to_resolve),
            count(*) filter (where outcome = 'real'), count(*) filter (where outcome = 'no-action'), count(*) filter (where outcome = 'artefact')
        from (
            select priority, outcome,
                extract(epoch from acknowledged_at - onset_at)::float8 as from_onset,
                extract(epoch from acknowledged_at - opened_at)::float8 as from_opened,
                case when acknowledged_at >= delivered_at then extract(epoch from acknowledged_at - delivered_at)::float8 end as from_delivery,
                extract(epoch from reviewed_at - opened_at)::float8 as to_review,
                extract(epoch from resolved_at - opened_at)::float8 as to_resolve
            from analytics_responses where tenant_id = $1 and opened_at >= $2 and opened_at < $3 and ward_id = any($4)
        ) as times
        group by grouping sets ((), (priority))
        """;

    public const string Budgets = "select ward_id, alerts_per_bed_day, account_name, set_at from ward_alert_budgets where tenant_id = $1 and ward_id = any($2)";

    public const string PutBudget =
        """
        insert into ward_alert_budgets (tenant_id, ward_id, alerts_per_bed_day, set_at, account_id, account_name) values ($1, $2, $3, $4, $5, $6)
        on conflict (tenant_id, ward_id) do update
        set alerts_per_bed_day = excluded.alerts_per_bed_day, set_at = excluded.set_at, account_id = excluded.account_id, account_name = excluded.account_name
        """;

    public const string EndBudget = "delete from ward_alert_budgets where tenant_id = $1 and ward_id = $2";
}
