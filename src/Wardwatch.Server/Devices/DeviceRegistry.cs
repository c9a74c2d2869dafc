using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Wardwatch.Devices.Ascon;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Devices;

/// <summary>A key as it is handed out, once.</summary>
/// <param name="KeyId">The number that the envelope names.</param>
/// <param name="Algorithm">The cipher's name.</param>
/// <param name="Key">16 bytes.</param>
internal sealed record IssuedKey(uint KeyId, string Algorithm, byte[] Key);

/// <summary>A device with its secrets as they are handed out, once.</summary>
internal sealed record IssuedDevice(string Id, string Token, IssuedKey Key);

/// <summary>How a request about a device ended.</summary>
internal enum DeviceOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>There is no such device, or it is revoked.</summary>
    UnknownDevice,

    /// <summary>The device has no such key, or it is revoked.</summary>
    UnknownKey,

    /// <summary>There is no such patient.</summary>
    UnknownPatient,

    /// <summary>The patient is discharged or lies on no ward, so there is no topic to bind to.</summary>
    PatientNotOnWard,

    /// <summary>The device is bound to a patient during some of that time.</summary>
    AlreadyBound,

    /// <summary>The device is not bound to the patient.</summary>
    NotBound,

    /// <summary>The device was silent for long: is it still on the same patient?</summary>
    SamePatientQuestion,
}

/// <summary>A device as the list shows it.</summary>
/// <param name="Id">The device's id.</param>
/// <param name="CreatedAt">When it was registered.</param>
/// <param name="RevokedAt">When it was revoked, or null.</param>
/// <param name="Patient">Who wears it now, or null.</param>
/// <param name="Ward">Where that patient lies, or null.</param>
/// <param name="Keys">How many keys are in force.</param>
internal sealed record DeviceRow(string Id, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, string? Patient, string? Ward, long Keys);

/// <summary>A key as the list shows it: never the key itself.</summary>
internal sealed record DeviceKeyRow(uint KeyId, string Algorithm, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt);

/// <summary>
/// Registers devices, hands out and revokes their keys, and says who wears which. Each change is on record in the transaction that makes it; who makes it is said by
/// an entry, to which this adds what was done.
/// </summary>
/// <param name="database">The database, as the hospital of the entry sees it.</param>
/// <param name="keyring">Wraps the devices' keys.</param>
/// <param name="audit">The record of who did what.</param>
/// <param name="outbox">Takes the events.</param>
/// <param name="time">When things are revoked and bound.</param>
/// <param name="directory">This process's directory, which knows of each change before the change is answered; null on the command line.</param>
internal sealed partial class DeviceRegistry(TenantDatabase database, IKeyring keyring, IAuditTrail audit, IOutbox outbox, TimeProvider time, DeviceDirectory? directory = null)
{
    /// <summary>Whether a text can be a device's id.</summary>
    public static bool IsId(string id) => IdPattern().IsMatch(id);

    /// <summary>The topic on which a patient's vitals are published.</summary>
    public static string VitalsTopic(string hospital, string ward, string patient) => $"hospital/{hospital}/ward/{ward}/patient/{patient}";

    /// <summary>Registers a device with a token and a first key. Null: the id is taken (revoked devices keep theirs).</summary>
    public async Task<IssuedDevice?> RegisterAsync(AuditEntry by, string id, string algorithm, CancellationToken cancellation)
    {
        var token = DeviceTokens.Draw();
        var key = new IssuedKey(1, algorithm, RandomNumberGenerator.GetBytes(AeadCipher.KeyBytes));
        await using var transaction = await database.BeginAsync(by.TenantId, cancellation);
        var numbers = await InsertAsync(transaction.Connection, by.TenantId, [new(id, token, key)], cancellation);
        if (numbers.Count == 0)
        {
            return null;
        }

        await CommitAsync(transaction, numbers[id], by with { Action = AuditActions.RegisterDevice, Detail = id }, cancellation);
        return new(id, token, key);
    }

    /// <summary>Gives a device one more key. Null: unknown or revoked.</summary>
    /// <param name="by">Who does it.</param>
    /// <param name="id">The device.</param>
    /// <param name="algorithm">The cipher's name.</param>
    /// <param name="overlap">How long the older keys are still good; null: they do not end.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IssuedKey?> IssueKeyAsync(AuditEntry by, string id, string algorithm, TimeSpan? overlap, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(by.TenantId, cancellation);
        if (await LockAsync(transaction, by.TenantId, id, cancellation) is not { } number)
        {
            return null;
        }

        await using var next = transaction.Command(DeviceSql.NextKeyId, number);
        var keyId = (long)(await next.ExecuteScalarAsync(cancellation))!;
        var key = new IssuedKey(checked((uint)keyId), algorithm, RandomNumberGenerator.GetBytes(AeadCipher.KeyBytes));
        await InsertKeysAsync(transaction.Connection, by.TenantId, [(number, key)], cancellation);
        var detail = $"{id}: key {keyId}";
        if (overlap is { } until)
        {
            await using var end = transaction.Command(DeviceSql.EndOlderKeys, number, keyId, Now + until);
            await end.ExecuteNonQueryAsync(cancellation);
            detail += $", the older ones end at {Now + until:yyyy-MM-ddTHH:mm:ssZ}";
        }

        await CommitAsync(transaction, number, by with { Action = AuditActions.IssueDeviceKey, Detail = detail }, cancellation);
        return key;
    }

    /// <summary>Revokes one key: what is sealed under it is refused from now on.</summary>
    public async Task<DeviceOutcome> RevokeKeyAsync(AuditEntry by, string id, uint keyId, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(by.TenantId, cancellation);
        if (await LockAsync(transaction, by.TenantId, id, cancellation) is not { } number)
        {
            return DeviceOutcome.UnknownDevice;
        }

        await using var revoke = transaction.Command(DeviceSql.RevokeKey, number, (long)keyId, Now);
        if (await revoke.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return DeviceOutcome.UnknownKey;
        }

        await CommitAsync(transaction, number, by with { Action = AuditActions.RevokeDeviceKey, Detail = $"{id}: key {keyId}" }, cancellation);
        return DeviceOutcome.Done;
    }

    /// <summary>Revokes a device with all its keys and ends its binding.</summary>
    public async Task<DeviceOutcome> RevokeAsync(AuditEntry by, string id, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(by.TenantId, cancellation);
        if (await LockAsync(transaction, by.TenantId, id, cancellation) is not { } number)
        {
            return DeviceOutcome.UnknownDevice;
        }

        await EndBindingsAsync(transaction, number, null, cancellation);
        await using var keys = transaction.Command(DeviceSql.RevokeKeys, number, Now);
        await keys.ExecuteNonQueryAsync(cancellation);
        await using var device = transaction.Command(DeviceSql.RevokeDevice, number, Now);
        await device.ExecuteNonQueryAsync(cancellation);
        await CommitAsync(transaction, number, by with { Action = AuditActions.RevokeDevice, Detail = id }, cancellation);
        return DeviceOutcome.Done;
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private async Task<int> EndBindingsAsync(TenantTransaction transaction, int number, int? patientNumber, CancellationToken cancellation)
    {
        var now = Now;
        await using var delete = transaction.Command(DeviceSql.DeleteUnstarted, number, now, patientNumber);
        await using var end = transaction.Command(DeviceSql.EndBindings, number, now, patientNumber);
        return await delete.ExecuteNonQueryAsync(cancellation) + await end.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<int?> LockAsync(TenantTransaction transaction, int tenantId, string id, CancellationToken cancellation)
    {
        if (!IsId(id))
        {
            return null;
        }

        await using var command = transaction.Command(DeviceSql.LockDevice, tenantId, id);
        return (int?)await command.ExecuteScalarAsync(cancellation);
    }

    private static async Task<(int Number, string Hospital, string? Ward, string Status)?> FindPatientAsync(
        TenantTransaction transaction, int tenantId, string patientId, CancellationToken cancellation)
    {
        if (!IsId(patientId))
        {
            return null;
        }

        await using var command = transaction.Command(DeviceSql.FindPatient, tenantId, patientId);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? (reader.GetInt32(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetString(3))
            : null;
    }

    private async Task CommitAsync(TenantTransaction transaction, int number, AuditEntry entry, CancellationToken cancellation)
    {
        await DirectoryChanges.NotifyAsync(transaction.Connection, DeviceDirectory.Topic, number, cancellation);
        await audit.RecordAsync(transaction.Connection, entry, cancellation);
        await transaction.CommitAsync(cancellation);
        if (directory is not null)
        {
            await directory.ReloadAsync(number, cancellation);
        }
    }

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IdPattern();
}
