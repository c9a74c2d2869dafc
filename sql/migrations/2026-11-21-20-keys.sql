-- Keys stand apart from what they protect and say under which key they are wrapped, so that keys can be rotated, and a patient's key destroyed in every backup as well.

-- The master keys under which keys of hospitals may be wrapped: one, or two while it is rotated. By a fingerprint; the key itself is never here.
create table master_keys (
    key_id        text primary key,
    registered_at timestamptz not null default now()
);

-- The key of each hospital, wrapped under a master key: one, or two while it is rotated. The newest wraps what is new.
-- This table and the other ones with wrapped keys refer to nothing: a backup of the keys is newer than one of the data, and knows of patients and devices that the latter does not.
create table tenant_keys (
    tenant_id        int not null,
    number           int not null check (number > 0),
    wrapped_key      bytea not null,
    -- null: as it was before keys had fingerprints; filled in when it is opened
    master_key_id    text,
    -- the key of the hospital's data, which never changes, under this one; null: it is derived from this one
    wrapped_data_key bytea,
    created_at       timestamptz not null default now(),
    primary key (tenant_id, number)
);
insert into tenant_keys (tenant_id, number, wrapped_key) select tenant_id, 1, wrapped_key from tenants;
alter table tenants drop column wrapped_key;

create table patient_keys (
    patient_no  int primary key,
    tenant_id   int not null,
    wrapped_key bytea not null
);
insert into patient_keys (patient_no, tenant_id, wrapped_key) select patient_no, tenant_id, wrapped_key from patients;
alter table patients drop column wrapped_key;
alter table patients add column erased_at timestamptz;

alter table device_keys add column expires_at timestamptz;
alter table device_keys drop constraint device_keys_device_no_fkey, drop constraint device_keys_tenant_id_fkey;
alter table token_signing_keys drop constraint token_signing_keys_tenant_id_fkey;

-- A hospital's key is wrapped under a master key that is in use. Whoever still holds one that was rotated away is refused, or what it wraps could never be opened again.
create function check_master_key() returns trigger language plpgsql security definer set search_path = public as $$
begin
    perform from master_keys where key_id = new.master_key_id for share;
    if not found and exists (select from master_keys) then
        raise exception 'The master key % is not in use (any more).', new.master_key_id using errcode = 'W0002';
    end if;
    return new;
end $$;
create trigger check_master_key before insert or update on tenant_keys for each row execute function check_master_key();

-- A key below the hospital's begins with the number of the key that wraps it (4 bytes, big-endian); that one must be in use, for the same reason. Its row is locked, so that it does
-- not go while this transaction is under way.
create function check_wrapped_key() returns trigger language plpgsql security definer set search_path = public as $$
declare
    wrapped bytea := decode(substr(to_jsonb(new) ->> tg_argv[0], 3), 'hex');
begin
    if wrapped is null then
        return new;
    end if;
    perform from tenant_keys where tenant_id = new.tenant_id and int4send(number) = substr(wrapped, 1, 4) for share;
    if not found and exists (select from tenant_keys where tenant_id = new.tenant_id) then
        raise exception 'The hospital''s key that wraps this one is not in use (any more).' using errcode = 'W0001';
    end if;
    return new;
end $$;

-- Every column with what is wrapped under the hospital's key goes through this: rotating that key finds it thereby.
create function keep_wrapped(name regclass, wrapped_column name) returns void language plpgsql as $$
begin
    execute format('create trigger %I before insert or update of %I on %s for each row execute function check_wrapped_key(%L)',
        'check_' || wrapped_column, wrapped_column, name, wrapped_column);
end $$;

do $$
declare
    kept record;
begin
    -- those that there are; a secret that is being set up is wrapped as well
    for kept in
        select format('%I.%I', table_schema, table_name) as name, column_name
        from information_schema.columns
        where table_schema = 'public' and (column_name like 'wrapped\_%' or column_name = 'pending_secret') and data_type = 'bytea' and table_name <> 'tenant_keys'
    loop
        execute format('update %s set %I = int4send(1) || %I', kept.name, kept.column_name, kept.column_name);
        perform keep_wrapped(kept.name::regclass, kept.column_name);
    end loop;
end $$;
revoke execute on function keep_wrapped(regclass, name) from public;

-- Destroys a patient's key, and what could be read without it. What is left is that there was somebody. The row of the patient must be locked, or nobody else be there.
create function erase_patient(erased_tenant_id int, erased_patient_no int, at timestamptz) returns void language plpgsql set search_path = public as $$
begin
    -- what their devices sent and nobody could believe stands under the devices' own keys, which live on
    delete from dead_letters l
    where l.tenant_id = erased_tenant_id
      and (split_part(l.topic, '/', 6) = (select patient_id from patients where tenant_id = erased_tenant_id and patient_no = erased_patient_no)
        or exists (
            select from device_bindings b
            where b.tenant_id = erased_tenant_id and b.patient_no = erased_patient_no and b.device_no = l.device_no and l.received_at >= b.valid_from and l.received_at < b.valid_until));
    delete from device_bindings where tenant_id = erased_tenant_id and patient_no = erased_patient_no and valid_from >= at;
    update device_bindings set valid_until = at where tenant_id = erased_tenant_id and patient_no = erased_patient_no and valid_until > at;
    delete from patient_keys where tenant_id = erased_tenant_id and patient_no = erased_patient_no;
    update patients
    set identity = '', record_number_index = decode(replace(gen_random_uuid()::text, '-', ''), 'hex'), status = 'discharged', ward_id = null, bed = null,
        version = version + 1, erased_at = coalesce(erased_at, at)
    where tenant_id = erased_tenant_id and patient_no = erased_patient_no;
end $$;
revoke execute on function erase_patient(int, int, timestamptz) from public;
grant execute on function erase_patient(int, int, timestamptz) to wardwatch_service, wardwatch_tenant;
grant delete on dead_letters to wardwatch_tenant;

select separate_hospitals('patient_keys');
-- Opening the hospitals' keys is no request's business.
select separate_hospitals('tenant_keys', 'select');
revoke select on tenant_keys from wardwatch_tenant;
