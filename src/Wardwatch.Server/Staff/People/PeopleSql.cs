namespace Wardwatch.Server.Staff.People;

/// <summary>The statements of looking after people; they run in the name of the caller's hospital.</summary>
internal static class PeopleSql
{
    private const string Columns =
        """
        select a.account_id, a.user_name, a.name, a.role, array(select w.ward_id from staff_wards w where w.account_id = a.account_id order by w.ward_id),
               array(select p.patient_id from staff_patients s join patients p using (tenant_id, patient_no) where s.account_id = a.account_id order by p.patient_id),
               a.disabled_at is not null,
               exists (select from staff_authenticators t where t.account_id = a.account_id and t.confirmed_at is not null),
               (select count(*)::int from staff_passkeys k where k.account_id = a.account_id), a.created_at, a.last_sign_in_at, a.version
        from staff_accounts a
        """;

    public const string List =
        $"""
        {Columns}
        where ($1::text is null or a.user_name ilike $1 or a.name ilike $1) and ($2::text is null or a.normalized_user_name > $2)
        order by a.normalized_user_name limit $3
        """;

    public const string One = Columns + " where a.account_id = $1";

    public const string Lock = "select role, disabled_at is not null, version from staff_accounts where account_id = $1 for update";

    public const string Insert =
        """
        insert into staff_accounts (account_id, tenant_id, user_name, normalized_user_name, name, role, password_hash, security_stamp, concurrency_stamp, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (normalized_user_name) do nothing
        """;

    public const string Update =
        """
        update staff_accounts set name = $2, role = $3, version = version + 1, concurrency_stamp = $4,
            disabled_at = case when $5 then coalesce(disabled_at, $6) end
        where account_id = $1
        """;

    public const string ClearWards = "delete from staff_wards where account_id = $1";

    public const string PutWards = "insert into staff_wards (tenant_id, account_id, ward_id) select $1, $2, ward_id from wards where ward_id = any($3)";

    public const string ClearPatients = "delete from staff_patients where account_id = $1";

    public const string PutPatients = "insert into staff_patients (tenant_id, account_id, patient_no) select $1, $2, patient_no from patients where patient_id = any($3)";

    // The row of the hospital orders those who take the last administrators away at the same time.
    public const string LockHospital = "select pg_advisory_xact_lock(hashtext('administrators'), $1)";

    public const string OtherAdministrators =
        "select count(*) from staff_accounts where role = 'administrator' and disabled_at is null and account_id <> $1";

    public const string SetPassword =
        "update staff_accounts set password_hash = $2, security_stamp = $3, concurrency_stamp = $4, version = version + 1 where account_id = $1";

    public const string Delete = "delete from staff_accounts where account_id = $1";

    public const string Sessions =
        """
        select session_id, created_at, coalesce(last_used_at, created_at), expires_at, host(address), client, locked_at is not null
        from staff_sessions where account_id = $1 and revoked_at is null and expires_at > $2 order by created_at desc
        """;
}
