using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Npgsql;
using Wardwatch.Devices.Ascon;
using Wardwatch.Server.Devices.Contracts;
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
}

/// <summary>A row of the list of devices.</summary>
internal sealed record DeviceRow(string Id, DateTime CreatedAt, DateTime? RevokedAt, long Keys, string? Patient);

/// <summary>Registers devices, hands out and revokes their keys, and says who wears which.</summary>
/// <param name="database">The database.</param>
/// <param name="keyring">Wraps the devices' keys.</param>
/// <param name="time">When things are revoked and bound.</param>
/// <param name="directory">This process's directory, which knows of each change before the change is answered; null on the command line.</param>
internal sealed partial class DeviceRegistry(NpgsqlDataSource database, IKeyring keyring, TimeProvider time, DeviceDirectory? directory = null)
{
    /// <summary>Whether a text can be a device's id.</summary>
    public static bool IsId(string id) => IdPattern().IsMatch(id);

    /// <summary>The topic on which a patient's vitals are published.</summary>
    public static string VitalsTopic(string hospital, string ward, string patient) => $"hospital/{hospital}/ward/{ward}/patient/{patient}";

    /// <summary>Registers a device with a token and a first key. Null: the id is taken (revoked devices keep theirs).</summary>
    public async Task<IssuedDevice?> RegisterAsync(int tenantId, string id, string algorithm, CancellationToken cancellation)
    {
        var token = DeviceTokens.Draw();
        var key = new IssuedKey(1, algorithm, RandomNumberGenerator.GetBytes(AeadCipher.KeyBytes));
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var numbers = await InsertAsync(connection, tenantId, [new(id, token, key)], cancellation);
        if (numbers.Count == 0)
        {
            return null;
        }

        await CommitAsync(connection, transaction, numbers[id], cancellation);
        return new(id, token, key);
    }

    /// <summary>Gives a device one more key. Null: unknown or revoked.</summary>
    public async Task<IssuedKey?> IssueKeyAsync(int tenantId, string id, string algorithm, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await LockAsync(connection, tenantId, id, cancellation) is not { } number)
        {
            return null;
        }

        await using var next = Command(connection, DeviceSql.NextKeyId, number);
        var keyId = (long)(await next.ExecuteScalarAsync(cancellation))!;
        var key = new IssuedKey(checked((uint)keyId), algorithm, RandomNumberGenerator.GetBytes(AeadCipher.KeyBytes));
        await InsertKeysAsync(connection, tenantId, [(number, key)], cancellation);
        await CommitAsync(connection, transaction, number, cancellation);
        return key;
    }

    /// <summary>Revokes one key: what is sealed under it is refused from now on.</summary>
    public async Task<DeviceOutcome> RevokeKeyAsync(int tenantId, string id, uint keyId, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await LockAsync(connection, tenantId, id, cancellation) is not { } number)
        {
            return DeviceOutcome.UnknownDevice;
        }

        await using var revoke = Command(connection, DeviceSql.RevokeKey, number, (long)keyId, Now);
        if (await revoke.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return DeviceOutcome.UnknownKey;
        }

        await CommitAsync(connection, transaction, number, cancellation);
        return DeviceOutcome.Done;
    }

    /// <summary>Revokes a device with all its keys and ends its binding.</summary>
    public async Task<DeviceOutcome> RevokeAsync(int tenantId, string id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await LockAsync(connection, tenantId, id, cancellation) is not { } number)
        {
            return DeviceOutcome.UnknownDevice;
        }

        await EndBindingsAsync(connection, number, null, cancellation);
        await using var keys = Command(connection, DeviceSql.RevokeKeys, number, Now);
        await keys.ExecuteNonQueryAsync(cancellation);
        await using var device = Command(connection, DeviceSql.RevokeDevice, number, Now);
        await device.ExecuteNonQueryAsync(cancellation);
        await CommitAsync(connection, transaction, number, cancellation);
        return DeviceOutcome.Done;
    }

    /// <summary>Binds a device to a patient over an interval; no two bindings of a device overlap.</summary>
    /// <param name="tenantId">The hospital of both.</param>
    /// <param name="id">The device.</param>
    /// <param name="patientId">The patient's public id.</param>
    /// <param name="from">From when; null: from now.</param>
    /// <param name="until">Until when, exclusive; null: open.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<DeviceOutcome> AttachAsync(
        int tenantId, string id, string patientId, DateTimeOffset? from, DateTimeOffset? until, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await LockAsync(connection, tenantId, id, cancellation) is not { } number)
        {
            return DeviceOutcome.UnknownDevice;
        }

        if (await FindPatientAsync(connection, tenantId, patientId, cancellation) is not { } patient)
        {
            return DeviceOutcome.UnknownPatient;
        }

        if (patient.Ward is null || patient.Status == "discharged")
        {
            return DeviceOutcome.PatientNotOnWard;
        }

        var begin = from?.UtcDateTime ?? Now;
        var end = until?.UtcDateTime ?? DateTime.MaxValue;
        await using var overlapping = Command(connection, DeviceSql.Overlapping, number, begin, end);
        if ((bool)(await overlapping.ExecuteScalarAsync(cancellation))!)
        {
            return DeviceOutcome.AlreadyBound;
        }

        var topic = VitalsTopic(patient.Hospital, patient.Ward, patientId);
        await InsertBindingsAsync(connection, tenantId, [new(number, patient.Number, topic, begin, end)], cancellation);
        await CommitAsync(connection, transaction, number, cancellation);
        return DeviceOutcome.Done;
    }

    /// <summary>Ends a device's binding to a patient now.</summary>
    public async Task<DeviceOutcome> DetachAsync(int tenantId, string id, string patientId, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await LockAsync(connection, tenantId, id, cancellation) is not { } number)
        {
            return DeviceOutcome.UnknownDevice;
        }

        if (await FindPatientAsync(connection, tenantId, patientId, cancellation) is not { } patient)
        {
            return DeviceOutcome.UnknownPatient;
        }

        if (await EndBindingsAsync(connection, number, patient.Number, cancellation) == 0)
        {
            return DeviceOutcome.NotBound;
        }

        await CommitAsync(connection, transaction, number, cancellation);
        return DeviceOutcome.Done;
    }

    /// <summary>Every device of a hospital, revoked ones as well.</summary>
    public async Task<List<DeviceRow>> ListAsync(int tenantId, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = Command(connection, DeviceSql.List, tenantId, Now);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<DeviceRow>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(new(
                reader.GetString(0), reader.GetDateTime(1), reader.IsDBNull(2) ? null : reader.GetDateTime(2),
                reader.GetInt64(3), reader.IsDBNull(4) ? null : reader.GetString(4)));
        }

        return rows;
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private async Task<int> EndBindingsAsync(NpgsqlConnection connection, int number, int? patientNumber, CancellationToken cancellation)
    {
        var now = Now;
        await using var delete = Command(connection, DeviceSql.DeleteUnstarted, number, now, (object?)patientNumber ?? DBNull.Value);
        await using var end = Command(connection, DeviceSql.EndBindings, number, now, (object?)patientNumber ?? DBNull.Value);
        return await delete.ExecuteNonQueryAsync(cancellation) + await end.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<int?> LockAsync(NpgsqlConnection connection, int tenantId, string id, CancellationToken cancellation)
    {
        if (!IsId(id))
        {
            return null;
        }

        await using var command = Command(connection, DeviceSql.LockDevice, tenantId, id);
        return (int?)await command.ExecuteScalarAsync(cancellation);
    }

    private static async Task<(int Number, string Hospital, string? Ward, string Status)?> FindPatientAsync(
        NpgsqlConnection connection, int tenantId, string patientId, CancellationToken cancellation)
    {
        if (!IsId(patientId))
        {
            return null;
        }

        await using var command = Command(connection, DeviceSql.FindPatient, tenantId, patientId);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? (reader.GetInt32(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetString(3))
            : null;
    }

    private async Task CommitAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, int number, CancellationToken cancellation)
    {
        await DirectoryChanges.NotifyAsync(connection, DeviceDirectory.Topic, number, cancellation);
        await transaction.CommitAsync(cancellation);
        if (directory is not null)
        {
            await directory.ReloadAsync(number, cancellation);
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IdPattern();
}
