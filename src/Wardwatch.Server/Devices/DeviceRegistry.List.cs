using Npgsql;

namespace Wardwatch.Server.Devices;

// What there is: every device of a hospital, revoked ones as well.
internal sealed partial class DeviceRegistry
{
    /// <summary>Devices by id.</summary>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="search">A part of the id, in whatever case; null: all.</param>
    /// <param name="after">Those behind this id; null: from the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<List<DeviceRow>> ListAsync(int tenantId, string? search, string? after, int limit, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using var command = transaction.Command(DeviceSql.List, tenantId, Now, search, after, limit);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<DeviceRow>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(Read(reader));
        }

        return rows;
    }

    /// <summary>One device with all its keys, or null.</summary>
    public async Task<(DeviceRow Device, List<DeviceKeyRow> Keys)?> GetAsync(int tenantId, string id, CancellationToken cancellation)
    {
        if (!IsId(id))
        {
            return null;
        }

        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        DeviceRow device;
        await using (var command = transaction.Command(DeviceSql.Get, tenantId, Now, id))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            if (!await reader.ReadAsync(cancellation))
            {
                return null;
            }

            device = Read(reader);
        }

        var keys = new List<DeviceKeyRow>();
        await using var select = transaction.Command(DeviceSql.KeysOf, tenantId, id);
        await using var rows = await select.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            keys.Add(new((uint)rows.GetInt64(0), rows.GetString(1), rows.GetFieldValue<DateTimeOffset>(2), TimeOrNull(rows, 3), TimeOrNull(rows, 4)));
        }

        return (device, keys);
    }

    private static DeviceRow Read(NpgsqlDataReader reader) => new(
        reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), TimeOrNull(reader, 2),
        reader.IsDBNull(3) ? null : reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetString(4), reader.GetInt64(5));

    private static DateTimeOffset? TimeOrNull(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
