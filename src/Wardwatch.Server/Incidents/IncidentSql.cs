namespace Wardwatch.Server.Incidents;

/// <summary>The statements about incidents. Rows travel as JSON by the names of their columns, so that many are read or written by one statement.</summary>
internal static class IncidentSql
{
    /// <summary>
    /// Open incidents of patients ($2) and of technical subjects ($3), and those of alerts ($4), locked in one order. Each is looked up by its key: in a storm the planner knows nothing yet of
    /// rows that have just come, and would read all of a hospital's to find some.
    /// </summary>
    public const string LockOfEvents =
        """
        select to_json(i) from (
            select x.incident_id from unnest($2) as p (patient_no)
                cross join lateral (select incident_id, tenant_id from incidents where patient_no = p.patient_no and resolved_at is null offset 0) x where x.tenant_id = $1
            union
            select x.incident_id from unnest($3) as s (subject)
                cross join lateral (select incident_id from incidents where tenant_id = $1 and subject = s.subject and resolved_at is null offset 0) x
            union
            select x.incident_id from unnest($4) as w (alert) cross join lateral (select incident_id from incident_alerts where tenant_id = $1 and alert = w.alert limit 1) x
            order by incident_id
        ) as found cross join lateral (select * from incidents where incident_id = found.incident_id for update) i
        """;

    /// <summary>Whoever opens one for a technical subject waits for whoever just does; in one order.</summary>
    public const string LockSubjects = "select pg_advisory_xact_lock(hashtext('incidents'), key) from (select distinct hashtext(s) as key from unnest($1) s order by 1) as keys";

    public const string LockOne = "select to_json(i) from incidents i where i.tenant_id = $1 and i.incident_id = $2 for update";

    /// <summary>The same for timers, which do not wait: who holds the incident may wait for the timer.</summary>
    public const string TryLock = "select to_json(i) from incidents i where i.tenant_id = $1 and i.incident_id = any($2) order by i.incident_id for update skip locked";

    public const string Some = "select to_json(i) from incidents i where i.tenant_id = $1 and i.incident_id = any($2) order by i.number";

    public const string Exist = "select incident_id from incidents where tenant_id = $1 and incident_id = any($2)";

    /// <summary>The alerts of incidents ($1). In a storm there are many more of them than of incidents, so that they travel as columns.</summary>
    public const string Alerts =
        """
        select a.tenant_id, a.alert, a.incident_id, a.type, a.priority, a.active, a.acknowledged from unnest($1) as w (incident_id)
            cross join lateral (select * from incident_alerts x where x.incident_id = w.incident_id offset 0) a
        """;

    /// <summary>Who was told of each incident ($1) since a time ($2).</summary>
    public const string Asked =
        """
        select distinct w.incident_id, x.account_id from unnest($1, $2) as w (incident_id, armed_at)
            cross join lateral (select account_id, told_at from incident_responders where incident_id = w.incident_id offset 0) x
        where x.told_at >= w.armed_at
        """;

    public const string Numbers =
        """
        insert into incident_numbers as n (tenant_id, last_number) values ($1, $2)
        on conflict (tenant_id) do update set last_number = n.last_number + $2
        returning last_number
        """;

    public const string Put =
        """
        insert into incidents select * from jsonb_populate_recordset(null::incidents, $1)
        on conflict (incident_id) do update set
            type = excluded.type, categories = excluded.categories, priority = excluded.priority, role = excluded.role, armed_at = excluded.armed_at, state = excluded.state, ward_id = excluded.ward_id, bed = excluded.bed,
            assignee = excluded.assignee, assignee_name = excluded.assignee_name, assignee_role = excluded.assignee_role, step = excluded.step, re_alerts = excluded.re_alerts,
            next_at = excluded.next_at, next_what = excluded.next_what, told_at = excluded.told_at, onset_at = excluded.onset_at, assigned_at = excluded.assigned_at,
            delivered_at = excluded.delivered_at, acknowledged_at = excluded.acknowledged_at, acknowledged_by = excluded.acknowledged_by, acknowledged_name = excluded.acknowledged_name,
            started_at = excluded.started_at, reviewed_at = excluded.reviewed_at, resolved_at = excluded.resolved_at, resolved_name = excluded.resolved_name,
            archived_at = excluded.archived_at, respond_by = excluded.respond_by, respond_state = excluded.respond_state, outcome = excluded.outcome, version = excluded.version
        """;

    public const string PutAlerts =
        """
        insert into incident_alerts (tenant_id, alert, incident_id, type, priority, active, acknowledged)
        select $1, a.* from unnest($2::text[], $3::uuid[], $4::text[], $5::smallint[], $6::boolean[], $7::boolean[]) as a
        on conflict (tenant_id, alert) do update set
            incident_id = excluded.incident_id, priority = excluded.priority, active = excluded.active, acknowledged = excluded.acknowledged
        """;

    public const string AddHistory =
        """
        insert into incident_history (tenant_id, entry_id, incident_id, at, step, account_id, actor_name, channel, note)
        select $1, e.* from unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::bytea[]) as e
        """;

    public const string AddTold =
        """
        insert into incident_responders (tenant_id, incident_id, account_id, name, role, tier, step, told_at)
        select $1, t.* from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::smallint[], $7::smallint[], $8::timestamptz[]) as t
        """;

    public const string OpenLoads =
        """
        select w.account_id, x.priority, count(*) from unnest($2) as w (account_id)
            cross join lateral (select tenant_id, priority from incidents where assignee = w.account_id and resolved_at is null and not canary offset 0) x
        where x.tenant_id = $1 group by w.account_id, x.priority
        """;

    public const string RecentLoads = "select account_id, count(*) from incident_responders where tenant_id = $1 and account_id = any($2) and told_at > $3 group by account_id";

    /// <summary>Of somebody who was erased.</summary>
    public const string Retire =
        """
        update incidents set state = 'RESOLVED', resolved_at = coalesce(resolved_at, now()), archived_at = coalesce(archived_at, now()), next_at = null, next_what = null, respond_state = 'none',
            version = version + 1
        where tenant_id = $1 and incident_id = $2
        """;

    public const string Key = "select wrapped_key from patient_keys where patient_no = $1";

    public const string OpenCounts = "select priority, count(*) from incidents where resolved_at is null and not canary group by priority";

    private const string Reached =
        """
         from incidents i
        where i.tenant_id = $1 and not i.canary
          and ($2 or (i.patient_no is not null and (i.ward_id = any($3) or i.patient_no = any($4))) or (i.patient_no is null and i.ward_id = any($3))
               or (i.patient_no is null and ($5 or i.ward_id = any($6)))
               or exists (select from incident_responders r where r.incident_id = i.incident_id and r.account_id = $7))
        """;

    /// <summary>
    /// One page of what a caller may see, newest first. $2 everything, $3 wards, $4 patients, $5 everything technical, $6 technical of these wards, $7 the caller, who sees what they
    /// were told of; then ward, patient, state, priority, before, limit.
    /// </summary>
    public const string List =
        $"""
        select to_json(i) {Reached}
          and ($8::text is null or i.ward_id = $8) and ($9::int is null or i.patient_no = $9)
          and case $10 when 'open' then i.resolved_at is null when 'mine' then i.resolved_at is null and i.assignee = $7 when 'closed' then i.resolved_at is not null else true end
          and ($11::smallint is null or i.priority = $11) and ($12::bigint is null or i.number < $12)
        order by i.number desc limit $13
        """;

    /// <summary>One, if the caller may see it.</summary>
    public const string One = $"select to_json(i) {Reached} and i.incident_id = $8";

    public const string History =
        "select entry_id, at, step, account_id, actor_name, channel, note from incident_history where incident_id = $1 order by entry_no";
}
