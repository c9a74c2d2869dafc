namespace Wardwatch.Server.Staff.Factors;

/// <summary>The statements about second factors and PINs.</summary>
internal static class FactorSql
{
    public const string BeginAuthenticator =
        """
        insert into staff_authenticators (account_id, tenant_id, pending_secret, pending_until) values ($1, $2, $3, $4)
        on conflict (account_id) do update set pending_secret = excluded.pending_secret, pending_until = excluded.pending_until
        """;

    public const string PendingSecret = "select pending_secret from staff_authenticators where account_id = $1 and pending_until > $2 for update";

    public const string ConfirmAuthenticator =
        """
        update staff_authenticators
        set wrapped_secret = pending_secret, confirmed_at = $2, last_step = $3, pending_secret = null, pending_until = null
        where account_id = $1
        """;

    public const string Secret = "select wrapped_secret from staff_authenticators where account_id = $1 and confirmed_at is not null";

    public const string UseStep = "update staff_authenticators set last_step = $2 where account_id = $1 and last_step < $2";

    public const string RemoveAuthenticator = "delete from staff_authenticators where account_id = $1";

    public const string AddRecoveryCodes = "insert into staff_recovery_codes (account_id, tenant_id, code_hash) select $1, $2, unnest($3::bytea[])";

    public const string UseRecoveryCode = "delete from staff_recovery_codes where account_id = $1 and code_hash = $2";

    public const string RemoveRecoveryCodes = "delete from staff_recovery_codes where account_id = $1";

    public const string RemovePasskeys = "delete from staff_passkeys where account_id = $1";

    public const string SetPin =
        """
        insert into staff_pins (account_id, tenant_id, salt, hash, iterations, set_at) values ($1, $2, $3, $4, $5, $6)
        on conflict (account_id) do update set salt = excluded.salt, hash = excluded.hash, iterations = excluded.iterations, set_at = excluded.set_at
        """;

    public const string Pin = "select salt, hash, iterations from staff_pins where account_id = $1";

    public const string RemovePin = "delete from staff_pins where account_id = $1";
}
