-- Who saves limits or duties says what they saw, so that nobody overwrites what somebody else saved meanwhile.

-- The last override of a ward or a patient, in force or not, is the version of their limits.
create index alert_overrides_of_ward on alert_overrides (tenant_id, ward_id) where ward_id is not null;
create index alert_overrides_of_patient on alert_overrides (tenant_id, patient_no) where patient_no is not null;

-- Counts the changes of what somebody can be on duty as and of how they like to be told: both are saved as one.
alter table oncall_preferences add column version int not null default 1;
