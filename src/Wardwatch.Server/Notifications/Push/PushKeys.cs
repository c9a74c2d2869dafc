using System.Collections.Concurrent;
using System.Security.Cryptography;
using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications.Push;

/// <summary>The push key of each hospital: drawn when it is first needed, kept wrapped, never changed, since every subscription is bound to it.</summary>
internal sealed class PushKeys(NpgsqlDataSource database, IKeyring keyring, TimeProvider time) : IDisposable
{
    private const string Find = "select wrapped_key from push_keys where tenant_id = $1";
    private const string Insert = "insert into push_keys (tenant_id, wrapped_key, created_at) values ($1, $2, $3) on conflict do nothing";

    private readonly ConcurrentDictionary<int, PushIdentity> _open = new();

    /// <summary>The key of a hospital.</summary>
    public async Task<PushIdentity> OfAsync(int tenantId, CancellationToken cancellation)
    {
        if (_open.TryGetValue(tenantId, out var known))
        {
            return known;
        }

        await using var connection = await database.OpenConnectionAsync(cancellation);
        var wrapped = await FindAsync(connection, tenantId, cancellation);
        if (wrapped is null)
        {
            // Two processes may need it at the same time: whoever comes second takes the first one's.
            await DrawAsync(connection, tenantId, cancellation);
            wrapped = await FindAsync(connection, tenantId, cancellation);
        }

        var secret = keyring.Unwrap(tenantId, wrapped!);
        try
        {
            return _open.GetOrAdd(tenantId, new PushIdentity(secret));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var identity in _open.Values)
        {
            identity.Dispose();
        }
    }

    private static async Task<byte[]?> FindAsync(NpgsqlConnection connection, int tenantId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Find, connection) { Parameters = { new() { Value = tenantId } } };
        return (byte[]?)await command.ExecuteScalarAsync(cancellation);
    }

    private async Task DrawAsync(NpgsqlConnection connection, int tenantId, CancellationToken cancellation)
    {
        var secret = PushIdentity.Draw();
        await using var command = new NpgsqlCommand(Insert, connection)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = keyring.Wrap(tenantId, secret) }, new() { Value = time.GetUtcNow().UtcDateTime } },
        };
        CryptographicOperations.ZeroMemory(secret);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
