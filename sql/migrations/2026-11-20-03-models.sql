-- Trained anomaly models, each version kept; one is active.
create table anomaly_models (
    model_no   int generated always as identity primary key,
    name       text not null unique,
    document   bytea not null,
    trained_on text not null,
    created_at timestamptz not null default now(),
    active     boolean not null default false
);
create unique index anomaly_models_one_active on anomaly_models (active) where active;
