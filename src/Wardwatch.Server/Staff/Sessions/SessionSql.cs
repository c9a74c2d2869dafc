namespace Wardwatch.Server.Staff.Sessions;

/// <summary>The statements about sessions and their refresh tokens.</summary>
internal static class SessionSql
{
    public const string Open =
        """
        with gone as (delete from staff_sessions where account_id = $2 and expires_at < $3)
        insert into staff_sessions (session_id, account_id, created_at, expires_at, tenant_id, address, client, last_used_at) values ($1, $2, $3, $4, $5, $6, $7, $3)
        """;

    public const string AddToken =
        """
        insert into staff_refresh_tokens (token_hash, session_id, issued_at, expires_at, tenant_id)
        select $1, session_id, $3, $4, tenant_id from staff_sessions where session_id = $2
        """;

    // Both rows are locked, so that of two uses of one token the second sees the first.
    public const string LockToken =
        """
        select t.session_id, s.account_id, t.used_at is not null, s.revoked_at is not null, t.expires_at, s.locked_at is not null
        from staff_refresh_tokens t join staff_sessions s using (session_id)
        where t.token_hash = $1
        for update
        """;

    public const string FindToken =
        """
        select s.session_id, s.account_id, t.expires_at
        from staff_refresh_tokens t join staff_sessions s using (session_id)
        where t.token_hash = $1 and t.used_at is null and s.revoked_at is null and t.expires_at > $2
        """;

    public const string UseToken = "update staff_refresh_tokens set used_at = $2 where token_hash = $1";

    public const string Prolong = "update staff_sessions set expires_at = $2, last_used_at = $3, address = $4, client = $5 where session_id = $1";

    public const string Revoke = "update staff_sessions set revoked_at = $3 where session_id = $1 and account_id = $2 and revoked_at is null";

    public const string List =
        """
        select session_id, created_at, coalesce(last_used_at, created_at), expires_at, address, client, locked_at is not null
        from staff_sessions where account_id = $1 and revoked_at is null and expires_at > $2
        order by coalesce(last_used_at, created_at) desc, session_id
        """;

    public const string Lock = "update staff_sessions set locked_at = $2, unlock_failures = 0 where session_id = $1 and locked_at is null and revoked_at is null";

    // Counted before it is checked: a hundred attempts at the same time are a hundred.
    public const string CountUnlock =
        """
        update staff_sessions set unlock_failures = unlock_failures + 1
        where session_id = $1 and locked_at is not null and revoked_at is null and unlock_failures < $2
        returning unlock_failures
        """;

    public const string UncountUnlock = "update staff_sessions set unlock_failures = unlock_failures - 1 where session_id = $1 and unlock_failures > 0";

    public const string Unlock = "update staff_sessions set locked_at = null, unlock_failures = 0, last_used_at = $2 where session_id = $1 and revoked_at is null";
}
