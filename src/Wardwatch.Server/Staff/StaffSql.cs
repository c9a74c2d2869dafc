namespace Wardwatch.Server.Staff;

/// <summary>The statements of this module beside Identity's own.</summary>
internal static class StaffSql
{
    public const string Accounts =
        """
        select a.account_id, a.tenant_id, a.user_name, a.name, a.role, a.disabled_at is not null,
               array(select w.ward_id from staff_wards w where w.account_id = a.account_id),
               array(select p.patient_no from staff_patients p where p.account_id = a.account_id),
               array(select e.patient_no from emergency_accesses e where e.account_id = a.account_id and e.until > $1 order by e.access_id),
               array(select e.until from emergency_accesses e where e.account_id = a.account_id and e.until > $1 order by e.access_id),
               exists (select from staff_authenticators t where t.account_id = a.account_id and t.confirmed_at is not null),
               (select count(*)::int from staff_passkeys k where k.account_id = a.account_id),
               exists (select from staff_pins n where n.account_id = a.account_id)
        from staff_accounts a
        """;

    public const string EndedAndLockedSessions =
        """
        select session_id, true from staff_sessions where revoked_at > $1
        union all
        select session_id, false from staff_sessions where locked_at is not null and revoked_at is null
        """;

    public const string RevokeSessionsOfAccount = "update staff_sessions set revoked_at = $2 where account_id = $1 and revoked_at is null";

    public const string RevokeOtherSessions = "update staff_sessions set revoked_at = $2 where account_id = $1 and revoked_at is null and session_id <> $3";

    public const string SetPasswordHash =
        "update staff_accounts set password_hash = $2, security_stamp = $3, concurrency_stamp = $4 where account_id = $1";

    // Only if nobody has set another one meanwhile.
    public const string ReplacePasswordHash = "update staff_accounts set password_hash = $3 where account_id = $1 and password_hash = $2";

    public const string SignedIn = "update staff_accounts set last_sign_in_at = $2 where account_id = $1";

    // Both answer with an id that there is not; nothing if all went well.
    public const string AssignWards =
        """
        with wanted as (select unnest($3::text[]) as ward_id),
             assigned as (insert into staff_wards (tenant_id, account_id, ward_id) select $1, $2, ward_id from wanted join wards using (ward_id) where tenant_id = $1 on conflict do nothing)
        select ward_id from wanted where ward_id not in (select ward_id from wards where tenant_id = $1) limit 1
        """;

    public const string AssignPatients =
        """
        with wanted as (select unnest($3::text[]) as patient_id),
             assigned as (insert into staff_patients (tenant_id, account_id, patient_no)
                          select $1, $2, patient_no from wanted join patients using (patient_id) where tenant_id = $1 on conflict do nothing)
        select patient_id from wanted where patient_id not in (select patient_id from patients where tenant_id = $1) limit 1
        """;

    public const string WardNames = "select ward_id, name from wards where ward_id = any($1) order by name";

    public const string SigningKeys =
        "select key_id, tenant_id, wrapped_key from token_signing_keys where retired_at is null order by created_at, key_id";

    public const string LockSigningKeys = "select pg_advisory_xact_lock(hashtext('token-signing-keys'), $1)";

    public const string HasSigningKey = "select exists (select from token_signing_keys where tenant_id = $1 and retired_at is null and created_at > $2)";

    public const string TenantsWithOldSigningKeys =
        "select tenant_id from token_signing_keys where retired_at is null group by tenant_id having max(created_at) <= $1";

    // Whatever another key has signed for so long instead.
    public const string RetireSigningKeys =
        """
        update token_signing_keys k set retired_at = $1
        where retired_at is null and exists
            (select from token_signing_keys n where n.tenant_id = k.tenant_id and n.retired_at is null and (n.created_at, n.key_id) > (k.created_at, k.key_id) and n.created_at < $2)
        """;

    public const string AddSigningKey = "insert into token_signing_keys (key_id, tenant_id, wrapped_key, created_at) values ($1, $2, $3, $4)";
}
