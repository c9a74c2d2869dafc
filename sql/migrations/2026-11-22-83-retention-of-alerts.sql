-- Alerts and incidents do not stay for ever: what is past its time goes, with all that hangs on it, some at a time. The server may add to their histories and never remove a step, so that only these functions can.

create index incidents_archived on incidents (archived_at) where archived_at is not null;

-- Incidents that were put away before a time.
create function prune_incidents(before timestamptz, most int) returns int language plpgsql security definer set search_path = public as $$
declare
    old uuid[];
begin
    old := array(select incident_id from incidents where archived_at < before order by archived_at limit most for update skip locked);
    delete from incident_alerts where incident_id = any(old);
    delete from incident_history where incident_id = any(old);
    delete from incident_responders where incident_id = any(old);
    delete from incidents where incident_id = any(old);
    return coalesce(array_length(old, 1), 0);
end $$;

-- Alerts that ended before a time, and whose incident is gone or never was.
create function prune_alerts(before timestamptz, most int) returns int language plpgsql security definer set search_path = public as $$
declare
    old uuid[];
begin
    old := array(
        select a.alert_id from alerts a
        where a.raised_at < before and a.ended_at < before and not exists (select from incidents i where i.incident_id = a.incident_id)
        order by a.alert_no limit most for update skip locked);
    delete from alert_phases where alert_id = any(old);
    delete from alerts where alert_id = any(old);
    return coalesce(array_length(old, 1), 0);
end $$;

-- Single alerts and responses of the figures; the sums of hours stay.
create function prune_alert_load(before timestamptz, most int) returns int language plpgsql security definer set search_path = public as $$
declare
    removed int;
    more int;
begin
    delete from analytics_alerts a using (select tenant_id, alert_id from analytics_alerts where coalesce(raised_at, judged_at) < before limit most) old
    where a.tenant_id = old.tenant_id and a.alert_id = old.alert_id;
    get diagnostics removed = row_count;
    delete from analytics_responses r using (select tenant_id, incident_id from analytics_responses where opened_at < before limit most) old
    where r.tenant_id = old.tenant_id and r.incident_id = old.incident_id;
    get diagnostics more = row_count;
    return removed + more;
end $$;

revoke execute on function prune_incidents(timestamptz, int), prune_alerts(timestamptz, int), prune_alert_load(timestamptz, int) from public;
grant execute on function prune_incidents(timestamptz, int), prune_alerts(timestamptz, int), prune_alert_load(timestamptz, int) to wardwatch_service;
