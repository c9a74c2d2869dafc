-- A synthetic patient for each ward, whose alerts show that the way from a device to a screen works, and how far each ward's proof stands.

-- To every statement that does not know of them they are somebody who has left: in no bed, in no count, in no list of those who are there.
alter table patients add column canary_ward text;
alter table patients add constraint patients_canary_is_nowhere check (canary_ward is null or (status = 'discharged' and ward_id is null and bed is null and merged_into is null));
alter table patients add foreign key (tenant_id, canary_ward) references wards (tenant_id, ward_id);
create unique index patients_one_canary on patients (tenant_id, canary_ward) where canary_ward is not null;

-- Devices of synthetic patients: nobody binds them, gives them keys or finds them in the list.
alter table devices add column canary boolean not null default false;

create table alert_paths (
    tenant_id     int not null,
    ward_id       text not null,
    patient_no    int not null,
    device_no     int not null references devices,
    -- with which the device connects, wrapped under the hospital's key
    wrapped_token bytea not null,
    created_at    timestamptz not null,
    -- when the next round is due
    next_at       timestamptz not null,
    -- since when a proof is owed: the first round without a receipt; null: the last one arrived
    owed_since    timestamptz,
    sent_at       timestamptz,
    -- when the last alert arrived, and where
    proven_at     timestamptz,
    proven_by     text check (proven_by in ('server', 'screen')),
    primary key (tenant_id, ward_id),
    foreign key (tenant_id, ward_id) references wards (tenant_id, ward_id),
    foreign key (tenant_id, patient_no) references patients (tenant_id, patient_no)
);
create index alert_paths_due on alert_paths (next_at);

-- What the rounds leave behind is removed after a while.
create index alerts_of_canaries on alerts (raised_at) where canary;
create index incidents_of_canaries on incidents (opened_at) where canary;
create index notifications_of_canaries on notifications (created_at) where kind = 'canary';

select separate_hospitals('alert_paths', 'select');
select keep_wrapped('alert_paths', 'wrapped_token');

-- Removes what rounds before a time have left; answers how many alerts those were. Histories are append-only for everybody but this.
create function forget_canary_rounds(before timestamptz, most int) returns int language plpgsql security definer set search_path = public as $$
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
    delete from alerts where alert_id = any(old_alerts);
    return cardinality(old_alerts);
end $$;
revoke execute on function forget_canary_rounds(timestamptz, int) from public;
grant execute on function forget_canary_rounds(timestamptz, int) to wardwatch_service;
