namespace Wardwatch.Server.Alerts;

/// <summary>The statements of alerts.</summary>
internal static class AlertSql
{
    /// <summary>Raises alerts that the engine raised. One that is there already, as after a commit whose answer was lost, is left as it is.</summary>
    public const string Raise =
        """
        with raised as (
            insert into alerts (tenant_id, alert_id, type, priority, technical, patient_no, subject, ward_id, bed, onset_at, raised_at, cause, canary, ended_at)
            select r.tenant_id, r.alert_id, r.type, r.priority, r.technical, r.patient_no, r.subject, r.ward_id, r.bed, r.onset_at, r.raised_at, r.cause, r.canary,
                (select greatest(r.raised_at, r.onset_at) from patients p where p.patient_no = r.patient_no and p.status = 'discharged' and not r.canary)
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                as r (tenant_id, alert_id, type, priority, technical, patient_no, subject, ward_id, bed, onset_at, raised_at, cause, canary)
            on conflict do nothing
            returning tenant_id, alert_id, raised_at, priority, ended_at
        ), noted as (
            insert into alert_phases (tenant_id, alert_id, at, phase, priority)
            select tenant_id, alert_id, at, phase, priority from (
                select tenant_id, alert_id, raised_at, 'raised', priority from raised union all select tenant_id, alert_id, ended_at, 'ended', priority from raised where ended_at is not null
            ) as n (tenant_id, alert_id, at, phase, priority)
        )
        select alert_id, ended_at is null from raised
        """;

    /// <summary>Where patients lie. Whoever moves one or lets one go waits until alerts that are being raised are in, or has been there before: none is left on the old ward, none on a bed that is empty.</summary>
    public const string Whereabouts = "select patient_no, ward_id, bed from patients where patient_no = any($1) order by patient_no for share";

    /// <summary>Ends what stands in the way of alerts that are raised anew: the end of the last one is still to come. Whoever raises the new one knows that the old one is over.</summary>
    public const string EndOthers =
        """
        with ended as (
            update alerts a
            set ended_at = greatest(n.at, a.raised_at), phase_no = a.phase_no + 1
            from unnest($1, $2, $3, $4, $5) as n (tenant_id, alert_id, type, subject, at)
            where a.tenant_id = n.tenant_id and a.type = n.type and a.subject = n.subject and a.ended_at is null and a.alert_id <> n.alert_id
                and not exists (select from alerts x where x.alert_id = n.alert_id)
            returning a.tenant_id, a.alert_id, a.ended_at, a.priority, n.alert_id as instead
        ), noted as (
            insert into alert_phases (tenant_id, alert_id, at, phase, priority) select tenant_id, alert_id, ended_at, 'ended', priority from ended
        )
        select alert_id, priority, instead from ended
        """;

    /// <summary>
    /// Changes conditions. Older changes than what stands there are left out; worsening breaks a silence. Whoever changes several alerts locks them in the order of their ids, so that no
    /// two transactions wait for each other.
    /// </summary>
    public const string Change =
        """
        with news as (
            select * from unnest($1, $2, $3, $4, $5, $6) as n (alert_id, phase_no, phase, priority, at, has_ended)
        ), locked as (
            select a.alert_id from (select distinct alert_id from news order by alert_id) as n cross join lateral (select alert_id from alerts x where x.alert_id = n.alert_id for update) a
        ), changed as (
            update alerts a
            set priority = n.priority, phase_no = n.phase_no, ended_at = case when n.has_ended then greatest(n.at, a.onset_at) end,
                silenced_until = case when n.phase = 'escalated' then null else a.silenced_until end
            from news n join locked using (alert_id)
            where a.alert_id = n.alert_id and a.phase_no < n.phase_no and a.ended_at is null
            returning a.tenant_id, a.alert_id, n.at, n.phase, a.priority
        ), noted as (
            insert into alert_phases (tenant_id, alert_id, at, phase, priority) select tenant_id, alert_id, at, phase, priority from changed
        )
        select n.alert_id, c.alert_id is not null, (select true from alerts a where a.alert_id = n.alert_id limit 1) is not null
        from news n left join changed c using (alert_id)
        """;

    /// <summary>What an alert shows, in the order in which <see cref="AlertRows"/> reads it.</summary>
    public const string Columns =
        """
        a.alert_no, a.tenant_id, a.alert_id, a.type, a.priority, a.technical, a.patient_no, p.patient_id, a.ward_id, a.bed, a.onset_at, a.raised_at, a.ended_at, a.cause,
        a.acknowledged_at is not null, a.silenced_until, a.silencer_name, a.silence_reason, a.judgement, (select j.incident_id from alert_incidents j where j.alert_id = a.alert_id), a.canary
        """;

    // Each patient and alert is looked up by its key, whatever the planner thinks of tables that have just grown: "limit" keeps it from reading a hospital's to find some.
    private const string Patient = "left join lateral (select patient_id, ward_id from patients x where x.patient_no = a.patient_no limit 1) p on true";

    public const string From = $"from alerts a {Patient}";

    public const string ById =
        $"select {Columns} from unnest($2) as wanted (alert_id) cross join lateral (select * from alerts x where x.tenant_id = $1 and x.alert_id = wanted.alert_id limit 1) a {Patient}";

    public const string ByIncident =
        $"""
        select {Columns} from alert_incidents i cross join lateral (select * from alerts x where x.alert_id = i.alert_id limit 1) a {Patient}
        where i.tenant_id = $1 and i.incident_id = any($2) order by a.alert_no
        """;

    /// <summary>What asks for somebody: what is active, and of the last days what ended and may be latched. With what tells whether anything about it was changed.</summary>
    public const string Asking =
        """
        select tenant_id, alert_id, xmin::text::bigint, (select j.incident_id from alert_incidents j where j.alert_id = a.alert_id) from alerts a where ended_at is null and not canary
        union all
        select tenant_id, alert_id, xmin::text::bigint, (select j.incident_id from alert_incidents j where j.alert_id = a.alert_id) from alerts a
        where ended_at > now() - interval '3 days' and acknowledged_at is null and priority = 3 and not technical and not canary
        """;

    /// <summary>A page of those that a caller may see.</summary>
    public const string Page =
        $"""
        select {Columns} {From}
        where a.tenant_id = $1 and ($2 or case when a.patient_no is null then a.ward_id = any($3) else p.ward_id = any($4) or a.patient_no = any($5) end)
            and ($6::text is null or coalesce(p.ward_id, a.ward_id) = $6) and ($7::int is null or a.patient_no = $7)
            and ($8::boolean is null or (a.ended_at is null) = $8) and ($9::timestamptz is null or a.raised_at >= $9)
            and ($10::bigint is null or a.alert_no < $10) and not a.canary
        order by a.alert_no desc limit $11
        """;

    public const string Open = "select patient_no, alert_id, type, priority, onset_at, raised_at, phase_no, cause from alerts where patient_no = any($1) and ended_at is null";

    public const string Lock = "select patient_no, ended_at, acknowledged_at, priority, type, canary, technical from alerts where tenant_id = $1 and alert_id = $2 for update";

    public const string Silence =
        "update alerts set silenced_until = $3, silenced_by = $4, silencer_name = $5, silence_reason = $6 where tenant_id = $1 and alert_id = $2";

    public const string EndSilence = "update alerts set silenced_until = null where tenant_id = $1 and alert_id = $2 and silenced_until is not null";

    public const string EndOwn =
        """
        update alerts set ended_at = greatest($4, onset_at), phase_no = phase_no + 1
        where tenant_id = $1 and type = $2 and subject = $3 and ended_at is null
        returning alert_id, priority, patient_no, ward_id
        """;

    public const string FindOwn = "select alert_id from alerts where tenant_id = $1 and type = $2 and subject = $3 and ended_at is null";

    public const string Acknowledge =
        """
        with locked as (select alert_id from alerts where tenant_id = $1 and alert_id = any($2) order by alert_id for update)
        update alerts set acknowledged_at = $3, acknowledged_by = $4
        where alert_id in (select alert_id from locked) and acknowledged_at is null
        returning alert_id, type, priority, ended_at is null, patient_no, ward_id, canary
        """;

    public const string Judge =
        """
        with locked as (select alert_id from alerts where tenant_id = $1 and alert_id = any($2) order by alert_id for update)
        update alerts set judgement = $3, judged_at = $5, judged_by = $4
        where alert_id in (select alert_id from locked) and judgement is distinct from $3
        returning alert_id, type, priority, ended_at is null, patient_no, ward_id, canary
        """;

    public const string EndManual =
        """
        update alerts set ended_at = greatest($3, onset_at), phase_no = phase_no + 1, silenced_until = null
        where tenant_id = $1 and alert_id = $2 and ended_at is null
        returning alert_id, type, priority, false, patient_no, ward_id, canary
        """;

    public const string Note = "insert into alert_phases (tenant_id, alert_id, at, phase, priority, account_id) select $1, n.alert_id, $2, $3, n.priority, $6 from unnest($4, $5) as n (alert_id, priority)";

    public const string Join =
        """
        insert into alert_incidents (tenant_id, alert_id, incident_id) select $1, j.alert_id, j.incident_id from unnest($2, $3) as j (alert_id, incident_id) order by j.alert_id
        on conflict (alert_id) do update set incident_id = excluded.incident_id where alert_incidents.incident_id <> excluded.incident_id
        """;

    public const string TechnicalOf =
        """
        select alert_id, type, priority, patient_no, ward_id, bed, ended_at is null, onset_at from alerts
        where tenant_id = $1 and patient_no = any($2) and technical and ended_at is null and not canary order by alert_no
        """;

    public const string Stand =
        """
        select (select count(*)::int from alert_overrides o left join patients p on p.patient_no = o.patient_no
                where o.tenant_id = $1 and coalesce(o.ward_id, p.ward_id) = $2 and o.ended_at is null and o.expires_at > $3),
               (select count(*)::int from alerts where tenant_id = $1 and ward_id = $2 and ended_at is null and silenced_until > $3)
               + (select count(*)::int from sound_pauses where tenant_id = $1 and ward_id = $2 and paused_until > $3)
        """;

    /// <summary>A patient lies elsewhere.</summary>
    public const string Move = "update alerts set ward_id = $3, bed = (select bed from patients where patient_no = $2) where tenant_id = $1 and patient_no = $2 and ended_at is null";

    /// <summary>A patient has left.</summary>
    public const string EndOfPatient =
        """
        update alerts set ended_at = greatest($3, onset_at), phase_no = phase_no + 1, silenced_until = null
        where tenant_id = $1 and patient_no = $2 and ended_at is null
        returning alert_id, type, priority, false, patient_no, ward_id, canary
        """;
}
