using System.Security.Cryptography;
using Npgsql;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Staff.Factors;

/// <summary>What came of a code.</summary>
internal enum CodeOutcome
{
    /// <summary>No authenticator is set up.</summary>
    None,

    /// <summary>It is not right, or it was used before.</summary>
    Wrong,

    /// <summary>It is the authenticator's, and is used up now.</summary>
    Authenticator,

    /// <summary>It is a recovery code, and is used up now.</summary>
    Recovery,
}

/// <summary>The authenticators of accounts: set up, checked, taken away. A code is good once.</summary>
internal sealed class Authenticators(TenantDatabase database, IKeyring keyring, IAuditTrail audit, StaffDirectory directory, TimeProvider time)
{
    private static readonly TimeSpan PendingFor = TimeSpan.FromMinutes(15);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Draws a secret that counts once a code of it was shown, and returns it.</summary>
    public async Task<byte[]> BeginAsync(StaffEntry account, CancellationToken cancellation)
    {
        var secret = RandomNumberGenerator.GetBytes(Totp.SecretBytes);
        await using var transaction = await database.BeginAsync(account.TenantId, cancellation);
        await using var command = transaction.Command(FactorSql.BeginAuthenticator, account.Id, account.TenantId, keyring.Wrap(account.TenantId, secret), Now + PendingFor);
        await command.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return secret;
    }

    /// <summary>
    /// Puts the drawn secret in force if the code is of it, ends the account's other sessions, which were opened without it, and returns ten recovery codes.
    /// Null: the code is wrong, or nothing is being set up.
    /// </summary>
    public async Task<IReadOnlyList<string>?> ConfirmAsync(StaffEntry account, Guid session, string code, AuditEntry entry, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(account.TenantId, cancellation);
        byte[]? wrapped;
        await using (var pending = transaction.Command(FactorSql.PendingSecret, account.Id, Now))
        {
            wrapped = await pending.ExecuteScalarAsync(cancellation) as byte[];
        }

        if (wrapped is null || MatchPending(account.TenantId, wrapped, code) is not { } step)
        {
            return null;
        }

        await ExecuteAsync(transaction, FactorSql.ConfirmAuthenticator, cancellation, account.Id, Now, step);
        var codes = await ReplaceRecoveryCodesAsync(transaction, account, cancellation);
        await ExecuteAsync(transaction, StaffSql.RevokeOtherSessions, cancellation, account.Id, Now, session);
        await CommitAsync(transaction, entry, cancellation);
        return codes;
    }

    /// <summary>Checks a code, the authenticator's or a recovery code, and uses it up if it is right.</summary>
    public async Task<CodeOutcome> UseAsync(int tenantId, Guid account, string code, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        var outcome = await UseAsync(transaction, tenantId, account, code, cancellation);
        await transaction.CommitAsync(cancellation);
        return outcome;
    }

    /// <summary>Whether a code will be asked for.</summary>
    public async Task<bool> ExistsAsync(int tenantId, Guid account, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using var command = transaction.Command(FactorSql.Secret, account);
        return await command.ExecuteScalarAsync(cancellation) is byte[];
    }

    /// <summary>New recovery codes in place of the old ones; null: the code is wrong.</summary>
    public async Task<IReadOnlyList<string>?> DrawRecoveryCodesAsync(StaffEntry account, string code, AuditEntry entry, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(account.TenantId, cancellation);
        if (await UseAsync(transaction, account.TenantId, account.Id, code, cancellation) is CodeOutcome.None or CodeOutcome.Wrong)
        {
            return null;
        }

        var codes = await ReplaceRecoveryCodesAsync(transaction, account, cancellation);
        await audit.RecordAsync(transaction.Connection, entry, cancellation);
        await transaction.CommitAsync(cancellation);
        return codes;
    }

    /// <summary>Takes the authenticator and its recovery codes away. False: the code is wrong.</summary>
    public async Task<bool> RemoveAsync(StaffEntry account, string code, AuditEntry entry, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(account.TenantId, cancellation);
        if (await UseAsync(transaction, account.TenantId, account.Id, code, cancellation) is CodeOutcome.None or CodeOutcome.Wrong)
        {
            return false;
        }

        await ExecuteAsync(transaction, FactorSql.RemoveAuthenticator, cancellation, account.Id);
        await ExecuteAsync(transaction, FactorSql.RemoveRecoveryCodes, cancellation, account.Id);
        await CommitAsync(transaction, entry, cancellation);
        return true;
    }

    /// <summary>
    /// Takes every second factor and the PIN of an account away and ends its sessions, for somebody who has lost them. To be recorded and committed by the caller.
    /// </summary>
    public static async Task ResetAsync(NpgsqlConnection connection, Guid account, DateTime now, CancellationToken cancellation)
    {
        foreach (var sql in new[] { FactorSql.RemoveAuthenticator, FactorSql.RemoveRecoveryCodes, FactorSql.RemovePasskeys, FactorSql.RemovePin })
        {
            await using var remove = new NpgsqlCommand(sql, connection);
            remove.Parameters.Add(new() { Value = account });
            await remove.ExecuteNonQueryAsync(cancellation);
        }

        await using var revoke = new NpgsqlCommand(StaffSql.RevokeSessionsOfAccount, connection);
        revoke.Parameters.Add(new() { Value = account });
        revoke.Parameters.Add(new() { Value = now });
        await revoke.ExecuteNonQueryAsync(cancellation);
        await DirectoryChanges.NotifyAsync(connection, StaffDirectory.Topic, null, cancellation);
    }

    private async Task<CodeOutcome> UseAsync(TenantTransaction transaction, int tenantId, Guid account, string code, CancellationToken cancellation)
    {
        byte[]? wrapped;
        await using (var command = transaction.Command(FactorSql.Secret, account))
        {
            wrapped = await command.ExecuteScalarAsync(cancellation) as byte[];
        }

        if (wrapped is null)
        {
            return CodeOutcome.None;
        }

        if (Match(tenantId, wrapped, code.Trim()) is { } step)
        {
            // The step is written only if it is later than the last: of two uses of one code, at whatever process, one wins.
            return await ExecuteAsync(transaction, FactorSql.UseStep, cancellation, account, step) == 1 ? CodeOutcome.Authenticator : CodeOutcome.Wrong;
        }

        return RecoveryCodes.Normalize(code) is { } recovery
            && await ExecuteAsync(transaction, FactorSql.UseRecoveryCode, cancellation, account, RecoveryCodes.Hash(keyring.Tenant(tenantId), account, recovery)) == 1
            ? CodeOutcome.Recovery
            : CodeOutcome.Wrong;
    }

    // What is only being set up is not wrapped anew when the hospital gets a new key: then it is begun again.
    private long? MatchPending(int tenantId, byte[] wrapped, string code)
    {
        try
        {
            return Match(tenantId, wrapped, code);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private long? Match(int tenantId, byte[] wrapped, string code)
    {
        var secret = keyring.Unwrap(tenantId, wrapped);
        try
        {
            return Totp.Match(secret, code, time.GetUtcNow());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private async Task<List<string>> ReplaceRecoveryCodesAsync(TenantTransaction transaction, StaffEntry account, CancellationToken cancellation)
    {
        var codes = RecoveryCodes.Draw();
        await ExecuteAsync(transaction, FactorSql.RemoveRecoveryCodes, cancellation, account.Id);
        var hashes = codes.Select(code => RecoveryCodes.Hash(keyring.Tenant(account.TenantId), account.Id, code)).ToArray();
        await ExecuteAsync(transaction, FactorSql.AddRecoveryCodes, cancellation, account.Id, account.TenantId, hashes);
        return codes;
    }

    // The end of the audit's chain is held until the transaction ends, so that it comes last.
    private async Task CommitAsync(TenantTransaction transaction, AuditEntry entry, CancellationToken cancellation)
    {
        await DirectoryChanges.NotifyAsync(transaction.Connection, StaffDirectory.Topic, null, cancellation);
        await audit.RecordAsync(transaction.Connection, entry, cancellation);
        await transaction.CommitAsync(cancellation);
        await directory.ReloadAsync(cancellation);
    }

    private static async Task<int> ExecuteAsync(TenantTransaction transaction, string sql, CancellationToken cancellation, params object?[] values)
    {
        await using var command = transaction.Command(sql, values);
        return await command.ExecuteNonQueryAsync(cancellation);
    }
}
