using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Staff;

/// <summary>A row of the list of accounts.</summary>
internal sealed record AccountRow(string User, string Name, string Role, DateTime CreatedAt);

/// <summary>Adds and removes accounts and sets their passwords. Expected refusals come back as sentences; null means done.</summary>
internal sealed class StaffAccounts(UserManager<StaffAccount> users, StaffDb accounts, NpgsqlDataSource database, TimeProvider time)
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
        return await AnswerAsync(await users.CreateAsync(account, password));
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
        var result = await users.UpdateSecurityStampAsync(account);
        if (result.Succeeded)
        {
            await using var revoke = database.CreateCommand(StaffSql.RevokeSessionsOfAccount);
            revoke.Parameters.Add(new() { Value = account.Id });
            revoke.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
            await revoke.ExecuteNonQueryAsync(cancellation);
        }

        return await AnswerAsync(result);
    }

    /// <summary>Removes an account with its sessions.</summary>
    public async Task<string?> RemoveAsync(int tenantId, string user) =>
        await FindAsync(tenantId, user) is { } account
            ? await AnswerAsync(await users.DeleteAsync(account))
            : $"There is no account '{user}'.";

    /// <summary>The accounts of a hospital by name.</summary>
    public Task<List<AccountRow>> ListAsync(int tenantId, CancellationToken cancellation) =>
        accounts.Accounts.AsNoTracking().Where(account => account.TenantId == tenantId).OrderBy(account => account.NormalizedUserName)
            .Select(account => new AccountRow(account.UserName!, account.Name, account.Role, account.CreatedAt)).ToListAsync(cancellation);

    private async Task<StaffAccount?> FindAsync(int tenantId, string user) =>
        await users.FindByNameAsync(user) is { } account && account.TenantId == tenantId ? account : null;

    private async Task<string?> AnswerAsync(IdentityResult result)
    {
        if (!result.Succeeded)
        {
            return Explain(result);
        }

        await using var connection = await database.OpenConnectionAsync();
        await DirectoryChanges.NotifyAsync(connection, StaffDirectory.Topic, null, CancellationToken.None);
        return null;
    }

    private static string Explain(IdentityResult result) => string.Join(' ', result.Errors.Select(error => error.Description));
}
