using System.Net;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Staff.Sessions;

/// <summary>A session as its owner, or an administrator, sees it.</summary>
internal sealed record SessionRow(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, string? Address, string? Client, bool IsLocked);

/// <summary>What came of an attempt to open a locked session.</summary>
internal enum UnlockOutcome
{
    /// <summary>It is open, or was.</summary>
    Done,

    /// <summary>It stays locked.</summary>
    Failed,

    /// <summary>That was one too many: it is ended.</summary>
    Ended,

    /// <summary>Too much is being hashed at this moment; the attempt did not count.</summary>
    Busy,
}

/// <summary>Lists sessions, ends them, locks and unlocks them. Each takes effect at once, in every process.</summary>
internal sealed class StaffSessions(TenantDatabase database, IAuditTrail audit, StaffDirectory directory, StaffMetrics metrics, TimeProvider time)
{
    /// <summary>Wrong attempts to open a locked session after which it ends.</summary>
    public const int MostUnlockFailures = 5;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>The sessions of an account that are open or locked, the one that was used last first.</summary>
    public async Task<List<SessionRow>> ListAsync(int tenantId, Guid account, CancellationToken cancellation)
    {
        var rows = new List<SessionRow>();
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using var command = transaction.Command(SessionSql.List, account, Now);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(new(
                reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetFieldValue<DateTimeOffset>(3),
                reader.IsDBNull(4) ? null : reader.GetFieldValue<IPAddress>(4).ToString(), reader.IsDBNull(5) ? null : reader.GetString(5), reader.GetBoolean(6)));
        }

        return rows;
    }

    /// <summary>Ends one session of an account. False: it has no such session.</summary>
    public async Task<bool> EndAsync(Guid account, Guid session, AuditEntry entry, CancellationToken cancellation)
    {
        if (await ChangeAsync(entry, SessionSql.Revoke, cancellation, session, account, Now) == 0)
        {
            return false;
        }

        metrics.Ended("signed-out");
        return true;
    }

    /// <summary>Ends every session of an account.</summary>
    public Task EndAllAsync(Guid account, AuditEntry entry, CancellationToken cancellation) =>
        ChangeAsync(entry, StaffSql.RevokeSessionsOfAccount, cancellation, account, Now);

    /// <summary>Locks a session; one that is locked already stays so.</summary>
    public Task LockAsync(Guid session, AuditEntry entry, CancellationToken cancellation) =>
        ChangeAsync(entry, SessionSql.Lock, cancellation, session, Now);

    /// <summary>Opens a locked session if the check says that its owner is there.</summary>
    /// <param name="account">The account.</param>
    /// <param name="session">Its session.</param>
    /// <param name="check">True: it is the owner; null: it cannot be checked at this moment.</param>
    /// <param name="entry">What is recorded.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<(UnlockOutcome Outcome, int AttemptsLeft)> UnlockAsync(
        StaffEntry account, Guid session, Func<CancellationToken, Task<bool?>> check, AuditEntry entry, CancellationToken cancellation)
    {
        if (!directory.IsLocked(session))
        {
            return (directory.IsRevoked(session) ? UnlockOutcome.Ended : UnlockOutcome.Done, MostUnlockFailures);
        }

        if (await CountAsync(account.TenantId, session, cancellation) is not { } attempts)
        {
            return (UnlockOutcome.Ended, 0);
        }

        switch (await check(cancellation))
        {
            case true:
                await ChangeAsync(entry, SessionSql.Unlock, cancellation, session, Now);
                metrics.Unlock("done");
                return (UnlockOutcome.Done, MostUnlockFailures);
            case null:
                await using (var transaction = await database.BeginAsync(account.TenantId, cancellation))
                {
                    await using var uncount = transaction.Command(SessionSql.UncountUnlock, session);
                    await uncount.ExecuteNonQueryAsync(cancellation);
                    await transaction.CommitAsync(cancellation);
                }

                return (UnlockOutcome.Busy, MostUnlockFailures - attempts + 1);
            default:
                metrics.Unlock("failed");
                return await RefuseAsync(account, session, attempts, entry with { Done = false }, cancellation);
        }
    }

    private async Task<(UnlockOutcome Outcome, int AttemptsLeft)> RefuseAsync(StaffEntry account, Guid session, int attempts, AuditEntry entry, CancellationToken cancellation)
    {
        if (attempts < MostUnlockFailures)
        {
            await audit.RecordAsync(entry, cancellation);
            return (UnlockOutcome.Failed, MostUnlockFailures - attempts);
        }

        await ChangeAsync(entry with { Detail = "the session was ended after the last attempt" }, SessionSql.Revoke, cancellation, session, account.Id, Now);
        metrics.Ended("wrong-unlock");
        return (UnlockOutcome.Ended, 0);
    }

    private async Task<int?> CountAsync(int tenantId, Guid session, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using var count = transaction.Command(SessionSql.CountUnlock, session, MostUnlockFailures);
        var attempts = (int?)await count.ExecuteScalarAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return attempts;
    }

    /// <summary>Changes sessions and records it, if there is something to change; then everybody knows.</summary>
    private async Task<int> ChangeAsync(AuditEntry entry, string sql, CancellationToken cancellation, params object[] values)
    {
        int changed;
        await using (var transaction = await database.BeginAsync(entry.TenantId, cancellation))
        {
            await using (var command = transaction.Command(sql, values))
            {
                changed = await command.ExecuteNonQueryAsync(cancellation);
            }

            if (changed == 0)
            {
                return 0;
            }

            await DirectoryChanges.NotifyAsync(transaction.Connection, StaffDirectory.SessionTopic, null, cancellation);
            await audit.RecordAsync(transaction.Connection, entry, cancellation);
            await transaction.CommitAsync(cancellation);
        }

        await directory.ReloadSessionsAsync(cancellation);
        return changed;
    }
}
