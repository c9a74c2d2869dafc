using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Devices.Ascon;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Devices;

/// <summary>A binding as a row.</summary>
/// <param name="DeviceNumber">The device.</param>
/// <param name="PatientNumber">Who wears it.</param>
/// <param name="Topic">The topic of its vitals.</param>
/// <param name="From">From when.</param>
/// <param name="Until">Until when, exclusive.</param>
/// <param name="IsAwaited">Whether it is missed before it has sent; a spare is not.</param>
internal sealed record BindingRow(int DeviceNumber, int PatientNumber, string Topic, DateTime From, DateTime Until, bool IsAwaited = true);

// Inserts in the caller's transaction, one statement for any number of rows: a demo hospital of 10,000 beds takes the same path as one device.
internal sealed partial class DeviceRegistry : ICanaryDevices
{
    /// <summary>Inserts devices with their first keys; ids that exist are left out. Returns the database keys of the new ones by id.</summary>
    public async Task<Dictionary<string, int>> InsertAsync(
        NpgsqlConnection connection, int tenantId, IReadOnlyCollection<IssuedDevice> devices, CancellationToken cancellation)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        await using (var command = new NpgsqlCommand(DeviceSql.InsertDevices, connection))
        {
            command.Parameters.Add(new() { Value = tenantId });
            command.Parameters.Add(new() { Value = devices.Select(device => device.Id).ToArray() });
            command.Parameters.Add(new() { Value = devices.Select(device => DeviceTokens.Hash(device.Token)).ToArray() });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                numbers.Add(reader.GetString(1), reader.GetInt32(0));
            }
        }

        await InsertKeysAsync(
            connection, tenantId,
            [.. devices.Where(device => numbers.ContainsKey(device.Id)).Select(device => (numbers[device.Id], device.Key))],
            cancellation);
        return numbers;
    }

    /// <summary>Inserts bindings; that they do not overlap is the caller's care.</summary>
    public static async Task InsertBindingsAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<BindingRow> bindings, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(DeviceSql.InsertBindings, connection);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = bindings.Select(binding => binding.DeviceNumber).ToArray() });
        command.Parameters.Add(new() { Value = bindings.Select(binding => binding.PatientNumber).ToArray() });
        command.Parameters.Add(new() { Value = bindings.Select(binding => binding.Topic).ToArray() });
        command.Parameters.Add(new() { Value = bindings.Select(binding => binding.From).ToArray() });
        command.Parameters.Add(new() { Value = bindings.Select(binding => binding.Until).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = bindings.Select(binding => binding.IsAwaited).ToArray() });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <inheritdoc />
    public async Task<CanaryDevice> RegisterAsync(NpgsqlConnection connection, int tenantId, int patientNumber, string topic, CancellationToken cancellation)
    {
        var device = new IssuedDevice(
            $"alert-path-{Guid.NewGuid():N}", DeviceTokens.Draw(), new IssuedKey(1, DeviceAlgorithms.Standard, RandomNumberGenerator.GetBytes(AeadCipher.KeyBytes)));
        var number = (await InsertAsync(connection, tenantId, [device], cancellation))[device.Id];
        CryptographicOperations.ZeroMemory(device.Key.Key);
        await using (var mark = new NpgsqlCommand(DeviceSql.MarkCanary, connection) { Parameters = { new() { Value = number } } })
        {
            await mark.ExecuteNonQueryAsync(cancellation);
        }

        // It speaks when a round is due, and what is proven is its round, not that it is there.
        await InsertBindingsAsync(connection, tenantId, [new(number, patientNumber, topic, Now, DateTime.MaxValue, IsAwaited: false)], cancellation);
        await DirectoryChanges.NotifyAsync(connection, DeviceDirectory.Topic, number, cancellation);
        return new(number, device.Token);
    }

    private async Task InsertKeysAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<(int Number, IssuedKey Key)> keys, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(DeviceSql.InsertKeys, connection);
        command.Parameters.Add(new() { Value = keys.Select(key => key.Number).ToArray() });
        command.Parameters.Add(new() { Value = keys.Select(key => (long)key.Key.KeyId).ToArray() });
        command.Parameters.Add(new() { Value = keys.Select(key => key.Key.Algorithm).ToArray() });
        command.Parameters.Add(new() { Value = keys.Select(key => keyring.Wrap(tenantId, key.Key.Key)).ToArray() });
        command.Parameters.Add(new() { Value = tenantId });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
