using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Devices;

/// <summary>
/// Takes devices along with the patient who wears them. A transfer ends the binding to the topic of the old ward and begins one to the new ward's: both topics are this
/// patient's, and a device that does not know yet goes on as before. Discharge ends every binding, so that nothing of a later patient can fall to this one.
/// </summary>
internal sealed class WornDevices(IOutbox outbox, DeviceDirectory directory) : IMoveParticipant
{
    private const string End =
        """
        update device_bindings b set valid_until = $3
        from (select binding_id, valid_until from device_bindings where tenant_id = $1 and patient_no = $2 and valid_from < $3 and valid_until > $3 for update) as o
        where b.binding_id = o.binding_id
        returning b.device_no, o.valid_until, (select device_id from devices d where d.device_no = b.device_no), b.awaited
        """;

    private const string TakeBack = "delete from device_bindings where tenant_id = $1 and patient_no = $2 and valid_from >= $3 returning device_no";
    private const string Readdress = "update device_bindings set topic = $4 where tenant_id = $1 and patient_no = $2 and valid_from >= $3 returning device_no";
    private const string Hospital = "select public_id from tenants where tenant_id = $1";

    /// <inheritdoc />
    public async Task<Func<CancellationToken, Task>?> TakePartAsync(NpgsqlConnection connection, PatientMove move, CancellationToken cancellation)
    {
        var worn = new List<(int Number, DateTime Until, string Id, bool IsAwaited)>();
        await EachAsync(connection, End, move, null, row => worn.Add((row.GetInt32(0), row.GetDateTime(1), row.GetString(2), row.GetBoolean(3))), cancellation);
        var changed = worn.Select(device => device.Number).ToHashSet();
        if (move.ToWard is { } ward)
        {
            await using var command = new NpgsqlCommand(Hospital, connection);
            command.Parameters.Add(new() { Value = move.TenantId });
            var topic = DeviceRegistry.VitalsTopic((string)(await command.ExecuteScalarAsync(cancellation))!, ward, move.PatientId);
            await EachAsync(connection, Readdress, move, topic, row => changed.Add(row.GetInt32(0)), cancellation);
            await DeviceRegistry.InsertBindingsAsync(
                connection, move.TenantId, worn.ConvertAll(device => new BindingRow(device.Number, move.PatientNumber, topic, move.At.UtcDateTime, device.Until, device.IsAwaited)), cancellation);
        }
        else
        {
            await EachAsync(connection, TakeBack, move, null, row => changed.Add(row.GetInt32(0)), cancellation);
            var origin = new EventOrigin(move.TenantId, move.PatientNumber, move.At, move.Actor);
            await outbox.AddAsync(connection, worn.ConvertAll(device => NewEvent.Of(DeviceEvents.Unbound, origin, new DeviceUnbound(move.PatientId, device.Id, move.At))), cancellation);
        }

        foreach (var number in changed)
        {
            await DirectoryChanges.NotifyAsync(connection, DeviceDirectory.Topic, number, cancellation);
        }

        return changed.Count == 0 ? null : ReloadAsync;

        async Task ReloadAsync(CancellationToken stop)
        {
            foreach (var number in changed)
            {
                await directory.ReloadAsync(number, stop);
            }
        }
    }

    private static async Task EachAsync(NpgsqlConnection connection, string sql, PatientMove move, string? topic, Action<NpgsqlDataReader> take, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = move.TenantId });
        command.Parameters.Add(new() { Value = move.PatientNumber });
        command.Parameters.Add(new() { Value = move.At.UtcDateTime });
        if (topic is not null)
        {
            command.Parameters.Add(new() { Value = topic, NpgsqlDbType = NpgsqlDbType.Text });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            take(reader);
        }
    }
}
