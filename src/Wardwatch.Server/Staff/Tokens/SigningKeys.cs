using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Staff.Tokens;

/// <summary>
/// The keys under which access tokens are signed: stored wrapped under the hospital's key, opened in memory. A new one is drawn every so many days and signs at
/// once; the one before it is good until its last token has run out.
/// </summary>
internal sealed partial class SigningKeys(
    NpgsqlDataSource database, IKeyring keyring, DirectoryChanges changes, IOptions<StaffOptions> options, TimeProvider time, ILogger<SigningKeys> log) : BackgroundService
{
    /// <summary>The topic of <see cref="DirectoryChanges"/>.</summary>
    public const string Topic = "signing-keys";

    // Longer than the longest-lived token that can be set, and than processes need to hear of a new key.
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(65);
    private static readonly TimeSpan CheckEvery = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim _reloading = new(1, 1);
    private volatile Snapshot _snapshot = new(FrozenDictionary<string, SigningKey>.Empty, FrozenDictionary<int, SigningKey>.Empty);

    /// <summary>The key whose tokens have this header, or null.</summary>
    public SigningKey? FindByHeader(string header) => _snapshot.ByHeader.GetValueOrDefault(header);

    /// <summary>The key under which a hospital's tokens are signed now; the first is drawn when it is first needed.</summary>
    public async Task<SigningKey> OfAsync(int tenantId, CancellationToken cancellation)
    {
        if (!_snapshot.Newest.TryGetValue(tenantId, out var key))
        {
            await EnsureAsync(tenantId, youngerThan: DateTime.UnixEpoch, cancellation);
            await ReloadAsync(cancellation);
            key = _snapshot.Newest[tenantId];
        }

        return key;
    }

    /// <summary>Draws new keys where the newest is too old, and retires those whose last token has run out.</summary>
    public async Task RotateAsync(CancellationToken cancellation)
    {
        var old = time.GetUtcNow().AddDays(-options.Value.SigningKeyDays).UtcDateTime;
        List<int> due = [];
        await using (var command = database.CreateCommand(StaffSql.TenantsWithOldSigningKeys))
        {
            command.Parameters.Add(new() { Value = old });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                due.Add(reader.GetInt32(0));
            }
        }

        foreach (var tenantId in due)
        {
            if (await EnsureAsync(tenantId, old, cancellation))
            {
                LogRotated(log, tenantId);
            }
        }

        await using var retire = database.CreateCommand(StaffSql.RetireSigningKeys);
        retire.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
        retire.Parameters.Add(new() { Value = (time.GetUtcNow() - Overlap).UtcDateTime });
        if (await retire.ExecuteNonQueryAsync(cancellation) is > 0 and var retired)
        {
            LogRetired(log, retired);
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await DirectoryChanges.NotifyAsync(connection, Topic, null, cancellation);
        }

        await ReloadAsync(cancellation);
    }

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        changes.Subscribe(Topic, (_, cancellation) => ReloadAsync(cancellation));
        await ReloadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        base.Dispose();
        _reloading.Dispose();
        foreach (var key in _snapshot.ByHeader.Values)
        {
            key.Dispose();
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(CheckEvery, time);
        do
        {
            try
            {
                await RotateAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
            {
                // The keys at hand are still good; the next check is soon enough.
                LogNotRotated(log, failure);
            }
        }
        while (await NextAsync(timer, stoppingToken));
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
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

    /// <summary>Draws a key unless there is one that is young enough. True: it was drawn.</summary>
    private async Task<bool> EnsureAsync(int tenantId, DateTime youngerThan, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        // Two processes may need the first key at the same time: one draws it.
        await using var gate = new NpgsqlCommand(StaffSql.LockSigningKeys, connection);
        gate.Parameters.Add(new() { Value = tenantId });
        await gate.ExecuteNonQueryAsync(cancellation);
        await using var exists = new NpgsqlCommand(StaffSql.HasSigningKey, connection);
        exists.Parameters.Add(new() { Value = tenantId });
        exists.Parameters.Add(new() { Value = youngerThan });
        if ((bool)(await exists.ExecuteScalarAsync(cancellation))!)
        {
            return false;
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
        return true;
    }

    [LoggerMessage(2020, LogLevel.Information, "A new key signs the access tokens of hospital {Tenant}")]
    private static partial void LogRotated(ILogger log, int tenant);

    [LoggerMessage(2021, LogLevel.Information, "{Count} keys of access tokens are retired: no token of theirs is good any more")]
    private static partial void LogRetired(ILogger log, int count);

    [LoggerMessage(2022, LogLevel.Warning, "The keys of access tokens could not be looked after; those at hand stay in use")]
    private static partial void LogNotRotated(ILogger log, Exception failure);

    private sealed record Snapshot(FrozenDictionary<string, SigningKey> ByHeader, FrozenDictionary<int, SigningKey> Newest);
}
