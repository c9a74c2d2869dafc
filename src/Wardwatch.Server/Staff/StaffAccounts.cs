using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.Factors;

namespace Wardwatch.Server.Staff;

/// <summary>A row of the list of accounts.</summary>
internal sealed record AccountRow(string User, string Name, string Role, DateTime CreatedAt);

/// <summary>Adds and removes accounts and sets their passwords. Expected refusals come back as sentences; null means done.</summary>
internal sealed class StaffAccounts(UserManager<StaffAccount> users, StaffDb accounts, NpgsqlDataSource database, IAuditTrail audit, TimeProvider time)
{
    /// <summary>Adds an account.</summary>
    public async Task<string?> AddAsync(int tenantId, string user, string name, string role, string password)
    {
        var account = new StaffAccount
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()),
            TenantId = tenantId,
            UserName = user,
            Name = name,
            Role = role,
            CreatedAt = time.GetUtcNow().UtcDateTime,
        };
        return await ChangeAsync(_ => users.CreateAsync(account, password), AuditEntry.OfTool(tenantId, AuditActions.AddPerson) with { Detail = $"{user}: {role}" });
    }

    /// <summary>Sets a password and ends every session of the account.</summary>
    public async Task<string?> SetPasswordAsync(int tenantId, string user, string password, CancellationToken cancellation)
    {
        if (await FindAsync(tenantId, user) is not { } account)
        {
            return $"There is no account '{user}'.";
        }

        foreach (var validator in users.PasswordValidators)
        {
            var judged = await validator.ValidateAsync(users, account, password);
            if (!judged.Succeeded)
            {
                return Explain(judged);
            }
        }

        account.PasswordHash = users.PasswordHasher.HashPassword(account, password);
        return await ChangeAsync(
            async connection =>
            {
                await using var revoke = new NpgsqlCommand(StaffSql.RevokeSessionsOfAccount, connection);
                revoke.Parameters.Add(new() { Value = account.Id });
                revoke.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
                await revoke.ExecuteNonQueryAsync(cancellation);
                return await users.UpdateSecurityStampAsync(account);
            },
            AuditEntry.OfTool(tenantId, AuditActions.ResetPassword) with { Detail = user });
    }

    /// <summary>Says on which wards somebody works and to which patients they are called, beside those that are known already.</summary>
    public async Task<string?> AssignAsync(int tenantId, string user, IReadOnlyCollection<string> wards, IReadOnlyCollection<string> patients, CancellationToken cancellation)
    {
        if (await FindAsync(tenantId, user) is not { } account)
        {
            return $"There is no account '{user}'.";
        }

        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        foreach (var (sql, what, ids) in new[] { (StaffSql.AssignWards, "ward", wards), (StaffSql.AssignPatients, "patient", patients) })
        {
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.Add(new() { Value = tenantId });
            command.Parameters.Add(new() { Value = account.Id });
            command.Parameters.Add(new() { Value = ids.ToArray() });
            if (await command.ExecuteScalarAsync(cancellation) is string missing)
            {
                return $"There is no {what} '{missing}'.";
            }
        }

        await DirectoryChanges.NotifyAsync(connection, StaffDirectory.Topic, null, cancellation);
        await transaction.CommitAsync(cancellation);
        return null;
    }

    /// <summary>Takes authenticator, recovery codes, passkeys and PIN of somebody who has lost them away, and ends their sessions.</summary>
    public async Task<string?> ResetSecondFactorAsync(int tenantId, string user, CancellationToken cancellation)
    {
        if (await FindAsync(tenantId, user) is not { } account)
        {
            return $"There is no account '{user}'.";
        }

        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await Authenticators.ResetAsync(connection, account.Id, time.GetUtcNow().UtcDateTime, cancellation);
        await audit.RecordAsync(connection, AuditEntry.OfTool(tenantId, AuditActions.ResetSecondFactor) with { Detail = user }, cancellation);
        await transaction.CommitAsync(cancellation);
        return null;
    }

    /// <summary>Removes an account with its sessions.</summary>
    public async Task<string?> RemoveAsync(int tenantId, string user) =>
        await FindAsync(tenantId, user) is { } account
            ? await ChangeAsync(_ => users.DeleteAsync(account), AuditEntry.OfTool(tenantId, AuditActions.RemovePerson) with { Detail = user })
            : $"There is no account '{user}'.";

    /// <summary>The accounts of a hospital by name.</summary>
    public Task<List<AccountRow>> ListAsync(int tenantId, CancellationToken cancellation) =>
        accounts.Accounts.AsNoTracking().Where(account => account.TenantId == tenantId).OrderBy(account => account.NormalizedUserName)
            .Select(account => new AccountRow(account.UserName!, account.Name, account.Role, account.CreatedAt)).ToListAsync(cancellation);

    private async Task<StaffAccount?> FindAsync(int tenantId, string user) =>
        await users.FindByNameAsync(user) is { } account && account.TenantId == tenantId ? account : null;

    // Changed, on record and told to the running server in one transaction, or not at all.
    private async Task<string?> ChangeAsync(Func<NpgsqlConnection, Task<IdentityResult>> change, AuditEntry entry)
    {
        await using var transaction = await accounts.Database.BeginTransactionAsync();
        var connection = (NpgsqlConnection)accounts.Database.GetDbConnection();
        var result = await change(connection);
        if (!result.Succeeded)
        {
            return Explain(result);
        }

        await DirectoryChanges.NotifyAsync(connection, StaffDirectory.Topic, null, CancellationToken.None);
        await audit.RecordAsync(connection, entry, CancellationToken.None);
        await transaction.CommitAsync();
        return null;
    }

    private static string Explain(IdentityResult result) => string.Join(' ', result.Errors.Select(error => error.Description));
}
