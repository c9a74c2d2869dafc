using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Keys;

/// <summary>The hospitals' wrapped keys in the database.</summary>
internal sealed class TenantKeyStore(NpgsqlDataSource database) : ITenantKeySource
{
    /// <summary>The topic of <see cref="DirectoryChanges"/>; its number is the tenant's.</summary>
    public const string Topic = "keys";

    private const string Columns = "select tenant_id, number, master_key_id, wrapped_key, wrapped_data_key from tenant_keys";
    private const string All = Columns + " where tenant_id in (select tenant_id from tenants) order by tenant_id, number";
    private const string OfOne = Columns + " where tenant_id = $1 order by number";
    private const string NoteMaster = "update tenant_keys set master_key_id = $3 where tenant_id = $1 and number = $2";

    private const string Insert =
        "insert into tenant_keys (tenant_id, number, master_key_id, wrapped_key, wrapped_data_key) values ($1, $2, $3, $4, $5)";

    /// <summary>Every key of every hospital.</summary>
    public async Task<ILookup<int, WrappedTenantKey>> AllAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(All);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var keys = new List<(int TenantId, WrappedTenantKey Key)>();
        while (await reader.ReadAsync(cancellation))
        {
            keys.Add(Of(reader));
        }

        return keys.ToLookup(key => key.TenantId, key => key.Key);
    }

    /// <inheritdoc />
    /// <remarks>Waits for the database: it is asked only for what another process has just made.</remarks>
    public IReadOnlyCollection<WrappedTenantKey> Read(int tenantId)
    {
        using var command = database.CreateCommand(OfOne);
        command.Parameters.Add(new() { Value = tenantId });
        using var reader = command.ExecuteReader();
        var keys = new List<WrappedTenantKey>();
        while (reader.Read())
        {
            keys.Add(Of(reader).Key);
        }

        return keys;
    }

    /// <summary>Notes under which master key a hospital's key is wrapped, where that was not known.</summary>
    public async Task NoteMasterAsync(int tenantId, int number, string masterKeyId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(NoteMaster);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = number });
        command.Parameters.Add(new() { Value = masterKeyId });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Adds a key of a hospital in the caller's transaction.</summary>
    public static async Task InsertAsync(NpgsqlConnection connection, int tenantId, WrappedTenantKey key, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Insert, connection);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = key.Number });
        command.Parameters.Add(new() { Value = (object?)key.MasterKeyId ?? DBNull.Value });
        command.Parameters.Add(new() { Value = key.WrappedKey });
        command.Parameters.Add(new() { Value = (object?)key.WrappedDataKey ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static (int TenantId, WrappedTenantKey Key) Of(NpgsqlDataReader reader) => (
        reader.GetInt32(0),
        new(reader.GetInt32(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetFieldValue<byte[]>(3), reader.IsDBNull(4) ? null : reader.GetFieldValue<byte[]>(4)));
}
