-- To which incident an alert belongs is said beside the alert, not in its row: while an incident is opened its transaction would hold the row of an alert that ends just then, and the
-- readings of everybody whose alerts commit behind it would wait.

create table alert_incidents (
    tenant_id   int not null,
    alert_id    uuid primary key,
    incident_id uuid not null
);
create index alert_incidents_by_incident on alert_incidents (incident_id);
select separate_hospitals('alert_incidents', 'select, insert, update');

insert into alert_incidents (tenant_id, alert_id, incident_id) select tenant_id, alert_id, incident_id from alerts where incident_id is not null;
drop index alerts_by_incident;
alter table alerts drop column incident_id;

-- Screens look for what still asks for somebody: active, which alerts_one_active finds, or ended and latched.
drop index alerts_active;
create index alerts_latched on alerts (ended_at) where ended_at is not null and acknowledged_at is null and priority = 3 and not technical;

-- Every row that refers to the hospital's locks its row with all others that do so at that moment; in a storm that costs more than it tells. The policies of the rows, and what
-- else they refer to, keep hospitals apart.
alter table alerts drop constraint alerts_tenant_id_fkey;
alter table alert_phases drop constraint alert_phases_tenant_id_fkey;
alter table incidents drop constraint incidents_tenant_id_fkey;
alter table notifications drop constraint notifications_tenant_id_fkey;

-- Rows that change some times in their lives find room on their page, so that no index is touched.
alter table incidents set (fillfactor = 70);
alter table incident_alerts set (fillfactor = 80);

-- A patient's number, or an account, says which hospital's; with the hospital's before it, another index of open incidents looks as good to a planner that does not know yet how many there are.
drop index incidents_open_of_patient;
create index incidents_open_of_patient on incidents (patient_no) where resolved_at is null;
drop index incidents_open_of_assignee;
create index incidents_open_of_assignee on incidents (assignee) where resolved_at is null;

-- As before, and what says to which incident they belonged goes with them.
create or replace function prune_alerts(before timestamptz, most int) returns int language plpgsql security definer set search_path = public as $$
declare
    old uuid[];
begin
    old := array(
        select a.alert_id from alerts a
        where a.raised_at < before and a.ended_at < before
          and not exists (select from alert_incidents j join incidents i on i.incident_id = j.incident_id where j.alert_id = a.alert_id)
        order by a.alert_no limit most for update of a skip locked);
    delete from alert_phases where alert_id = any(old);
    delete from alert_incidents where alert_id = any(old);
    delete from alerts where alert_id = any(old);
    return coalesce(array_length(old, 1), 0);
end $$;

create or replace function forget_canary_rounds(before timestamptz, most int) returns int language plpgsql security definer set search_path = public as $$
declare
    old_incidents uuid[];
    old_alerts    uuid[];
begin
    old_incidents := array(select incident_id from incidents where canary and opened_at < before order by opened_at limit most);
    delete from incident_responders where incident_id = any(old_incidents);
    delete from incident_history where incident_id = any(old_incidents);
    delete from incident_alerts where incident_id = any(old_incidents);
    delete from incidents where incident_id = any(old_incidents);
    delete from notifications where notification_no = any(array(select notification_no from notifications where kind = 'canary' and created_at < before order by created_at limit most));
    old_alerts := array(select alert_id from alerts where canary and raised_at < before and ended_at is not null order by raised_at limit most);
    delete from alert_phases where alert_id = any(old_alerts);
    delete from alert_incidents where alert_id = any(old_alerts);
    delete from alerts where alert_id = any(old_alerts);
    return cardinality(old_alerts);
end $$;
