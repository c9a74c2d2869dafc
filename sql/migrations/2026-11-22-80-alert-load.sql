-- How many alerts there are, what they turned out to be and how soon somebody came; and how many a ward has agreed to. Kept by a consumer of events, made anew from their history; no patient stands in them.

-- An alert, as far as what was said of it must be counted once, and in the hour in which it was raised. How many there were stands in the sums.
create table analytics_alerts (
    tenant_id int not null,
    alert_id  text not null,
    -- where it was raised; empty for what is the whole hospital's
    ward_id   text not null,
    type      text not null,
    priority  text not null,
    -- null: it was judged before it was told of
    raised_at timestamptz,
    judgement text,
    judged_at timestamptz,
    primary key (tenant_id, alert_id)
);

-- An incident: what happened first of each. Nobody's name is in it.
create table analytics_responses (
    tenant_id       int not null,
    incident_id     uuid not null,
    ward_id         text not null,
    type            text not null,
    -- the highest that it had
    priority        text not null,
    onset_at        timestamptz not null,
    opened_at       timestamptz not null,
    delivered_at    timestamptz,
    acknowledged_at timestamptz,
    reviewed_at     timestamptz,
    resolved_at     timestamptz,
    outcome         text,
    primary key (tenant_id, incident_id)
);
create index analytics_responses_opened on analytics_responses (tenant_id, opened_at);

-- Alerts per bed-day that a ward wants to stay below; one without a row has the installation's.
create table ward_alert_budgets (
    tenant_id          int not null,
    ward_id            text not null,
    alerts_per_bed_day float8 not null check (alerts_per_bed_day between 0.1 and 1000),
    set_at             timestamptz not null,
    account_id         uuid not null,
    account_name       text not null,
    primary key (tenant_id, ward_id),
    foreign key (tenant_id, ward_id) references wards (tenant_id, ward_id)
);

select separate_hospitals(name, 'select') from unnest(array['analytics_alerts', 'analytics_responses']::regclass[]) as name;
select separate_hospitals('ward_alert_budgets');
