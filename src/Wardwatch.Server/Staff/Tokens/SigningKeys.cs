using System.Collections.Frozen;
using System.Security.Cryptography;
using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Staff.Tokens;

/// <summary>The keys under which access tokens are signed: stored wrapped under the hospital's key, opened in memory.</summary>
internal sealed class SigningKeys(NpgsqlDataSource database, IKeyring keyring, DirectoryChanges changes, TimeProvider time) : IHostedService, IDisposable
{
    /// <summary>The topic of <see cref="DirectoryChanges"/>.</summary>
    public const string Topic = "signing-keys";

    private readonly SemaphoreSlim _reloading = new(1, 1);
    private volatile Snapshot _snapshot = new(FrozenDictionary<string, SigningKey>.Empty, FrozenDictionary<int, SigningKey>.Empty);

    /// <summary>The key whose tokens have this header, or null.</summary>
    public SigningKey? FindByHeader(string header) => _snapshot.ByHeader.GetValueOrDefault(header);

    /// <summary>The key under which a hospital's tokens are signed now; the first is drawn when it is first needed.</summary>
    public async Task<SigningKey> OfAsync(int tenantId, CancellationToken cancellation)
    {
        if (!_snapshot.Newest.TryGetValue(tenantId, out var key))
        {
            await EnsureAsync(tenantId, cancellation);
            await ReloadAsync(cancellation);
            key = _snapshot.Newest[tenantId];
        }

        return key;
    }

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        changes.Subscribe(Topic, (_, cancellation) => ReloadAsync(cancellation));
        await ReloadAsync(cancellationToken);
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public void Dispose()
    {
        _reloading.Dispose();
        foreach (var key in _snapshot.ByHeader.Values)
        {
            key.Dispose();
        }
    }

    private async Task ReloadAsync(CancellationToken cancellation)
    {
        await _reloading.WaitAsync(cancellation);
        try
        {
            var known = _snapshot.ByHeader.Values.ToDictionary(key => key.Id, StringComparer.Ordinal);
            var keys = new List<SigningKey>();
            await using var command = database.CreateCommand(StaffSql.SigningKeys);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                keys.Add(known.GetValueOrDefault(reader.GetString(0)) ?? Open(reader.GetString(0), reader.GetInt32(1), reader.GetFieldValue<byte[]>(2)));
            }

            var newest = new Dictionary<int, SigningKey>();
            foreach (var key in keys)
            {
                newest[key.TenantId] = key;
            }

            // A key that was retired is only let go: a request may be using it.
            _snapshot = new(keys.ToFrozenDictionary(key => key.Header, StringComparer.Ordinal), newest.ToFrozenDictionary());
        }
        finally
        {
            _reloading.Release();
        }
    }

    private SigningKey Open(string id, int tenantId, byte[] wrapped)
    {
        var secret = keyring.Unwrap(tenantId, wrapped);
        try
        {
            return new(id, tenantId, secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private async Task EnsureAsync(int tenantId, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        // Two processes may need the first key at the same time: one draws it.
        await using var gate = new NpgsqlCommand(StaffSql.LockSigningKeys, connection);
        gate.Parameters.Add(new() { Value = tenantId });
        await gate.ExecuteNonQueryAsync(cancellation);
        await using var exists = new NpgsqlCommand(StaffSql.HasSigningKey, connection);
        exists.Parameters.Add(new() { Value = tenantId });
        if ((bool)(await exists.ExecuteScalarAsync(cancellation))!)
        {
            return;
        }

        var secret = SigningKey.Draw();
        await using var add = new NpgsqlCommand(StaffSql.AddSigningKey, connection);
        add.Parameters.Add(new() { Value = Guid.CreateVersion7(time.GetUtcNow()).ToString("N") });
        add.Parameters.Add(new() { Value = tenantId });
        add.Parameters.Add(new() { Value = keyring.Wrap(tenantId, secret) });
        add.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
        CryptographicOperations.ZeroMemory(secret);
        await add.ExecuteNonQueryAsync(cancellation);
        await DirectoryChanges.NotifyAsync(connection, Topic, null, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private sealed record Snapshot(FrozenDictionary<string, SigningKey> ByHeader, FrozenDictionary<int, SigningKey> Newest);
}
