using System.Security.Cryptography;
using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Keys;

/// <summary>Opens the keys of an installation: finds the master keys, draws a writer lease, and opens every hospital's key.</summary>
internal static class KeyOpening
{
    private const string CountTenants = "select count(*)::int, (select count(*)::int from tenants t where not exists (select from tenant_keys k where k.tenant_id = t.tenant_id)) from tenants";
    private const string DrawLease = "select nextval('writer_lease')";
    private const string Registered = "select key_id from master_keys order by registered_at desc, key_id";
    private const string Forget = "delete from master_keys";
    private const string Register = "insert into master_keys (key_id) values ($1) on conflict do nothing";

    /// <summary>Opens them.</summary>
    /// <exception cref="StartupException">A key is missing or wrong.</exception>
    public static async Task<Keyring> OpenAsync(NpgsqlDataSource database, DataFolder data, PlatformOptions options, CancellationToken cancellation)
    {
        var (tenants, withoutKey) = await CountAsync(database, cancellation);
        var found = await MasterKey.FindAsync(data, options, tenants == 0, cancellation);
        var masters = new MasterKeys(() => MasterKey.InFiles(data, options)) { Origin = found.Origin };
        foreach (var key in found.Keys)
        {
            masters.Add(key);
            CryptographicOperations.ZeroMemory(key);
        }

        await using var lease = database.CreateCommand(DrawLease);
        var nonces = new LeasedNonces((uint)(long)(await lease.ExecuteScalarAsync(cancellation))!);
        var store = new TenantKeyStore(database);
        var keyring = new Keyring(masters, nonces, store);
        try
        {
            if (withoutKey > 0)
            {
                throw new StartupException($"The keys of {withoutKey} hospitals are not in the database.", "It was restored from a backup of the data alone: restore the newest backup of the keys as well (docs/operations.md, Backup).");
            }

            await PrepareMastersAsync(database, masters, tenants == 0, cancellation);
            await OpenTenantsAsync(store, keyring, cancellation);
            return keyring;
        }
        catch (CryptographicException error)
        {
            keyring.Dispose();
            throw await ExplainAsync(store, masters, data, error, cancellation);
        }
        catch
        {
            keyring.Dispose();
            throw;
        }
    }

    /// <summary>The master keys that are in use, the newest first; none in a database that was never opened.</summary>
    public static async Task<List<string>> RegisteredAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Registered);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var ids = new List<string>();
        while (await reader.ReadAsync(cancellation))
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }

    /// <summary>Says that keys may be wrapped under a master key.</summary>
    public static async Task RegisterAsync(NpgsqlDataSource database, string masterKeyId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Register);
        command.Parameters.Add(new() { Value = masterKeyId });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task PrepareMastersAsync(NpgsqlDataSource database, MasterKeys masters, bool isEmpty, CancellationToken cancellation)
    {
        var registered = await RegisteredAsync(database, cancellation);
        if (isEmpty && !registered.Exists(masters.Has))
        {
            // Nothing is wrapped under whatever was noted here.
            await using var forget = database.CreateCommand(Forget);
            await forget.ExecuteNonQueryAsync(cancellation);
            registered.Clear();
        }

        if (registered.Count == 0)
        {
            await RegisterAsync(database, masters.Ids[0], cancellation);
        }
        else if (registered.Find(masters.Has) is { } newest)
        {
            masters.PreferredId = newest;
        }
    }

    private static async Task OpenTenantsAsync(TenantKeyStore store, Keyring keyring, CancellationToken cancellation)
    {
        foreach (var tenant in await store.AllAsync(cancellation))
        {
            keyring.Open(tenant.Key, [.. tenant]);
            foreach (var key in tenant.Where(key => key.MasterKeyId is null))
            {
                await store.NoteMasterAsync(tenant.Key, key.Number, keyring.Masters.FindOpener(key.WrappedKey)!, cancellation);
            }
        }
    }

    private static async Task<(int Tenants, int WithoutKey)> CountAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(CountTenants);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetInt32(0), reader.GetInt32(1));
    }

    private static async Task<StartupException> ExplainAsync(TenantKeyStore store, MasterKeys masters, DataFolder data, CryptographicException error, CancellationToken cancellation)
    {
        var needed = (await store.AllAsync(cancellation)).SelectMany(tenant => tenant).Select(key => key.MasterKeyId).OfType<string>().Where(id => !masters.Has(id)).Distinct(StringComparer.Ordinal);
        return new StartupException(
            "The master key does not open what this database holds: it is another installation's key, or it was rotated.",
            $"Here is {string.Join(", ", masters.Ids)}, needed is {string.Join(", ", needed.DefaultIfEmpty("another"))} (as ward keys status names them). Put the right key into {data.MasterKey}, or into {MasterKey.Variable}.", error);
    }
}
