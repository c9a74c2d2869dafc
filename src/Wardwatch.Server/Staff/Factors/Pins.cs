using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.Passwords;

namespace Wardwatch.Server.Staff.Factors;

/// <summary>
/// PINs that open a locked session, and nothing else. What is stored is PBKDF2-HMAC-SHA-512 over a keyed hash of the PIN under the hospital's key: without that
/// key, which is not in the database, ten thousand PINs cannot be tried.
/// </summary>
internal sealed class Pins(
    TenantDatabase database, IKeyring keyring, IAuditTrail audit, StaffDirectory directory, HashingThreads threads, IOptions<StaffOptions> options, TimeProvider time)
{
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    /// <summary>Sets it. False: too many are being hashed at this moment.</summary>
    public async Task<bool> SetAsync(StaffEntry account, string pin, AuditEntry entry, CancellationToken cancellation)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var iterations = options.Value.PasswordIterations;
        if (!threads.TryRun(() => Hash(account.TenantId, account.Id, pin, salt, iterations), out var hashing))
        {
            return false;
        }

        var hash = await hashing;
        await using var transaction = await database.BeginAsync(account.TenantId, cancellation);
        await using var command = transaction.Command(FactorSql.SetPin, account.Id, account.TenantId, salt, hash, iterations, time.GetUtcNow().UtcDateTime);
        await command.ExecuteNonQueryAsync(cancellation);
        await CommitAsync(transaction, entry, cancellation);
        return true;
    }

    /// <summary>Takes it away.</summary>
    public async Task RemoveAsync(StaffEntry account, AuditEntry entry, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(account.TenantId, cancellation);
        await using var command = transaction.Command(FactorSql.RemovePin, account.Id);
        await command.ExecuteNonQueryAsync(cancellation);
        await CommitAsync(transaction, entry, cancellation);
    }

    /// <summary>Whether it is the account's. Null: too many are being hashed at this moment.</summary>
    public async Task<bool?> CheckAsync(int tenantId, Guid account, string pin, CancellationToken cancellation)
    {
        (byte[] Salt, byte[] Hash, int Iterations) stored;
        await using (var transaction = await database.BeginAsync(tenantId, cancellation))
        {
            await using var command = transaction.Command(FactorSql.Pin, account);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            if (!await reader.ReadAsync(cancellation))
            {
                return false;
            }

            stored = (reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<byte[]>(1), reader.GetInt32(2));
        }

        return threads.TryRun(() => Hash(tenantId, account, pin, stored.Salt, stored.Iterations), out var hashing)
            ? CryptographicOperations.FixedTimeEquals(await hashing, stored.Hash)
            : null;
    }

    private byte[] Hash(int tenantId, Guid account, string pin, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(keyring.Tenant(tenantId).BlindIndex("staff/pin", $"{account:N}:{pin}"), salt, iterations, HashAlgorithmName.SHA512, HashBytes);

    private async Task CommitAsync(TenantTransaction transaction, AuditEntry entry, CancellationToken cancellation)
    {
        await DirectoryChanges.NotifyAsync(transaction.Connection, StaffDirectory.Topic, null, cancellation);
        await audit.RecordAsync(transaction.Connection, entry, cancellation);
        await transaction.CommitAsync(cancellation);
        await directory.ReloadAsync(cancellation);
    }
}
