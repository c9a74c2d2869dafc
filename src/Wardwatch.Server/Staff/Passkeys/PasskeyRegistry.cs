using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Npgsql;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Staff.Passkeys;

/// <summary>A passkey as its owner sees it.</summary>
internal sealed record PasskeyRow(Guid Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);

/// <summary>Registers, lists and removes passkeys.</summary>
internal sealed class PasskeyRegistry(
    IPasskeyHandler<StaffAccount> handler, PasskeyChallenges challenges, TenantDatabase database, IAuditTrail audit, StaffDirectory directory, SecondFactorPolicy policy, TimeProvider time)
{
    private const string Insert =
        """
        insert into staff_passkeys (passkey_id, tenant_id, account_id, credential_id, name, public_key, sign_count, transports, user_verified, backup_eligible, backed_up,
                                    attestation_object, client_data_json, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """;

    private const string ListSql = "select passkey_id, name, created_at, last_used_at from staff_passkeys where account_id = $1 order by created_at, passkey_id";

    // The account's row is locked, so that of two passkeys that are removed at once the second sees that it is the last.
    private const string LockAccount = "select 1 from staff_accounts where account_id = $1 for update";

    private const string Remaining =
        """
        select (select count(*) from staff_passkeys where account_id = $1 and passkey_id <> $2)
             + (select count(*) from staff_authenticators where account_id = $1 and confirmed_at is not null)
        """;

    private const string Delete = "delete from staff_passkeys where account_id = $1 and passkey_id = $2";

    /// <summary>What came of removing one.</summary>
    public enum Removal
    {
        /// <summary>There is no such passkey.</summary>
        NotFound,

        /// <summary>It is gone.</summary>
        Done,

        /// <summary>It is the last factor of somebody who must have one.</summary>
        LastFactor,
    }

    /// <summary>What the browser is to make a passkey from; the challenge goes into a cookie.</summary>
    public async Task<string> BeginAsync(StaffEntry account, Guid session, HttpContext context)
    {
        var made = await handler.MakeCreationOptionsAsync(new() { Id = account.Id.ToString(), Name = account.User, DisplayName = account.Name }, context);
        challenges.Give(context, ChallengePurpose.Register, session, made.AttestationState ?? throw new InvalidOperationException("The handler keeps no state."));
        return made.CreationOptionsJson;
    }

    /// <summary>Registers a passkey. The account's first second factor ends its other sessions, which were opened without one. Null: it is refused.</summary>
    public async Task<PasskeyRow?> AddAsync(StaffEntry account, Guid session, string name, JsonElement credential, HttpContext context, CancellationToken cancellation)
    {
        if (challenges.Take(context, ChallengePurpose.Register, session) is not { } state)
        {
            return null;
        }

        var result = await handler.PerformAttestationAsync(new() { HttpContext = context, CredentialJson = credential.GetRawText(), AttestationState = state });
        if (!result.Succeeded || result.UserEntity.Id != account.Id.ToString() || !await challenges.UseUpAsync(account.TenantId, state, cancellation))
        {
            return null;
        }

        var row = new PasskeyRow(Guid.CreateVersion7(time.GetUtcNow()), name, time.GetUtcNow(), LastUsedAt: null);
        try
        {
            await InsertAsync(account, session, row, result.Passkey, AuditEntry.Of(context, AuditActions.AddPasskey), cancellation);
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return null;
        }

        await directory.ReloadAsync(cancellation);
        return row;
    }

    /// <summary>The passkeys of an account, the oldest first.</summary>
    public async Task<List<PasskeyRow>> ListAsync(StaffEntry account, CancellationToken cancellation)
    {
        var rows = new List<PasskeyRow>();
        await using var transaction = await database.BeginAsync(account.TenantId, cancellation);
        await using var command = transaction.Command(ListSql, account.Id);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(new(reader.GetGuid(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3)));
        }

        return rows;
    }

    /// <summary>Removes one.</summary>
    public async Task<Removal> RemoveAsync(StaffEntry account, Guid passkey, AuditEntry entry, CancellationToken cancellation)
    {
        await using (var transaction = await database.BeginAsync(account.TenantId, cancellation))
        {
            await using (var hold = transaction.Command(LockAccount, account.Id))
            {
                await hold.ExecuteNonQueryAsync(cancellation);
            }

            long remaining;
            await using (var count = transaction.Command(Remaining, account.Id, passkey))
            {
                remaining = (long)(await count.ExecuteScalarAsync(cancellation))!;
            }

            await using (var delete = transaction.Command(Delete, account.Id, passkey))
            {
                if (await delete.ExecuteNonQueryAsync(cancellation) == 0)
                {
                    return Removal.NotFound;
                }
            }

            if (remaining == 0 && policy.IsRequiredOf(account.Role))
            {
                return Removal.LastFactor;
            }

            await DirectoryChanges.NotifyAsync(transaction.Connection, StaffDirectory.Topic, null, cancellation);
            await audit.RecordAsync(transaction.Connection, entry, cancellation);
            await transaction.CommitAsync(cancellation);
        }

        await directory.ReloadAsync(cancellation);
        return Removal.Done;
    }

    private async Task InsertAsync(StaffEntry account, Guid session, PasskeyRow row, UserPasskeyInfo passkey, AuditEntry entry, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(account.TenantId, cancellation);
        await using (var insert = transaction.Command(
            Insert, row.Id, account.TenantId, account.Id, passkey.CredentialId, row.Name, passkey.PublicKey, (long)passkey.SignCount, passkey.Transports, passkey.IsUserVerified,
            passkey.IsBackupEligible, passkey.IsBackedUp, passkey.AttestationObject, passkey.ClientDataJson, row.CreatedAt.UtcDateTime))
        {
            await insert.ExecuteNonQueryAsync(cancellation);
        }

        if (!account.HasSecondFactor && policy.IsRequiredOf(account.Role))
        {
            await using var end = transaction.Command(StaffSql.RevokeOtherSessions, account.Id, time.GetUtcNow().UtcDateTime, session);
            await end.ExecuteNonQueryAsync(cancellation);
        }

        await DirectoryChanges.NotifyAsync(transaction.Connection, StaffDirectory.Topic, null, cancellation);
        await audit.RecordAsync(transaction.Connection, entry, cancellation);
        await transaction.CommitAsync(cancellation);
    }
}
