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

    public const string OpenSession =
        """
        with gone as (delete from staff_sessions where account_id = $2 and expires_at < $3)
        insert into staff_sessions (session_id, account_id, created_at, expires_at, tenant_id) values ($1, $2, $3, $4, $5)
        """;

    public const string AddToken =
        """
        insert into staff_refresh_tokens (token_hash, session_id, issued_at, expires_at, tenant_id)
        select $1, session_id, $3, $4, tenant_id from staff_sessions where session_id = $2
        """;

    // Both rows are locked, so that of two uses of one token the second sees the first.
    public const string LockToken =
        """
        select t.session_id, s.account_id, t.used_at is not null, s.revoked_at is not null, t.expires_at
        from staff_refresh_tokens t join staff_sessions s using (session_id)
        where t.token_hash = $1
        for update
        """;

    public const string UseToken = "update staff_refresh_tokens set used_at = $2 where token_hash = $1";

    public const string ProlongSession = "update staff_sessions set expires_at = $2 where session_id = $1";

    public const string RevokeSession = "update staff_sessions set revoked_at = $2 where session_id = $1 and revoked_at is null";

    public const string RevokeSessionsOfAccount = "update staff_sessions set revoked_at = $2 where account_id = $1 and revoked_at is null";

    public const string SigningKeys =
        "select key_id, tenant_id, wrapped_key from token_signing_keys where retired_at is null order by created_at, key_id";

    public const string LockSigningKeys = "select pg_advisory_xact_lock(hashtext('token-signing-keys'), $1)";

    public const string HasSigningKey = "select exists (select from token_signing_keys where tenant_id = $1 and retired_at is null)";

    public const string AddSigningKey = "insert into token_signing_keys (key_id, tenant_id, wrapped_key, created_at) values ($1, $2, $3, $4)";
}
