namespace Wardwatch.Server.Notifications;

/// <summary>Statements that queue, withdraw and look for receipts.</summary>
internal static class NotifierSql
{
    public const string Keys = "select patient_no, tenant_id, wrapped_key from patient_keys where patient_no = any($1)";

    public const string Rules = "select account_id, mail is not null, medium, low, quiet_from, quiet_until, quiet_zone from notification_rules where account_id = any($1)";

    public const string Browsers = "select account_id, subscription_id, service from push_subscriptions where account_id = any($1) order by created_at";

    public const string Webhooks = "select tenant_id, webhook_id, kinds, priorities from webhooks where tenant_id = any($1) and enabled order by webhook_id";

    public const string Insert =
        """
        with posted as (
            insert into notifications (notification_id, tenant_id, account_id, kind, priority, incident_id, patient_no, ward_id, content, created_at)
            select n.notification_id, n.tenant_id, n.account_id, n.kind, n.priority, n.incident_id, n.patient_no, n.ward_id, n.content, $10
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) as n (notification_id, tenant_id, account_id, kind, priority, incident_id, patient_no, ward_id, content)
            returning notification_no, notification_id, tenant_id, account_id, incident_id, priority
        )
        insert into notification_attempts (attempt_id, tenant_id, notification_no, account_id, incident_id, channel, target_id, destination, priority, digest, not_before, queued_at)
        select a.attempt_id, p.tenant_id, p.notification_no, p.account_id, p.incident_id, a.channel, a.target_id, a.destination, p.priority, a.digest,
               coalesce(a.not_before, statement_timestamp()), statement_timestamp()
        from unnest($11, $12, $13, $14, $15, $16, $17) as a (attempt_id, notification_id, channel, target_id, destination, digest, not_before)
        join posted p on p.notification_id = a.notification_id
        """;

    // In the order of their numbers, so that two such statements cannot wait for each other. What is under way cannot be called back; it is not made again.
    public const string Withdraw =
        """
        with found as (select attempt_no from notification_attempts where tenant_id = $1 and incident_id = $2 and stage = 'queued' order by attempt_no for update)
        update notification_attempts a set withdrawn_at = coalesce(a.withdrawn_at, statement_timestamp()),
            stage = case when a.claim is not null and a.not_before > statement_timestamp() then 'queued' else 'withdrawn' end
        from found where a.attempt_no = found.attempt_no
        """;

    public const string FirstShown =
        """
        select w.incident_id, min(x.delivered_at) from unnest($2) as w (incident_id)
            cross join lateral (select tenant_id, kind, delivered_at from notifications where incident_id = w.incident_id offset 0) x
        where x.tenant_id = $1 and x.kind <> 'canary' and x.delivered_at is not null group by w.incident_id
        """;
}
