using System.Collections.Frozen;
using Npgsql;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Staff;

/// <summary>
/// Every account and the sessions that were ended while their access tokens may still be good, in memory: that is how the end of a session or an
/// account, and a change of role, take effect at once in every process and not only when a token runs out.
/// </summary>
internal sealed class StaffDirectory(NpgsqlDataSource database, DirectoryChanges changes, TimeProvider time) : IAccessChanges, IHostedService, IDisposable
{
    /// <summary>The topic of <see cref="DirectoryChanges"/> for accounts, and everything else that is kept here.</summary>
    public const string Topic = "accounts";

    /// <summary>The topic for sessions alone: they end and are locked far more often than accounts change.</summary>
    public const string SessionTopic = "staff-sessions";

    // Longer than any access token is good.
    private static readonly TimeSpan RevokedKept = TimeSpan.FromHours(2);

    private readonly SemaphoreSlim _reloading = new(1, 1);
    private volatile Snapshot _snapshot = new(FrozenDictionary<Guid, StaffEntry>.Empty, FrozenSet<Guid>.Empty, FrozenSet<Guid>.Empty);

    /// <summary>Raised after what is known has changed. Handlers must be quick and must not throw.</summary>
    public event Action? Changed;

    /// <summary>The account, or null when it is gone.</summary>
    public StaffEntry? Find(Guid account) => _snapshot.Accounts.GetValueOrDefault(account);

    /// <summary>Whether a session was ended before its time.</summary>
    public bool IsRevoked(Guid session) => _snapshot.Revoked.Contains(session);

    /// <summary>Whether a session is locked: its owner must show that they are still there.</summary>
    public bool IsLocked(Guid session) => _snapshot.Locked.Contains(session);

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        changes.Subscribe(Topic, (_, cancellation) => ReloadAsync(cancellation));
        changes.Subscribe(SessionTopic, (_, cancellation) => ReloadSessionsAsync(cancellation));
        await ReloadAsync(cancellationToken);
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task NotifyAsync(NpgsqlConnection connection, CancellationToken cancellation) => DirectoryChanges.NotifyAsync(connection, Topic, null, cancellation);

    /// <summary>Reads everything again.</summary>
    public async Task ReloadAsync(CancellationToken cancellation)
    {
        await _reloading.WaitAsync(cancellation);
        try
        {
            var accounts = await ReadAccountsAsync(cancellation);
            var (revoked, locked) = await ReadSessionsAsync(cancellation);
            Take(accounts, revoked, locked);
        }
        finally
        {
            _reloading.Release();
        }
    }

    /// <summary>Reads again which sessions are ended and which are locked.</summary>
    public async Task ReloadSessionsAsync(CancellationToken cancellation)
    {
        await _reloading.WaitAsync(cancellation);
        try
        {
            var (revoked, locked) = await ReadSessionsAsync(cancellation);
            Take(_snapshot.Accounts, revoked, locked);
        }
        finally
        {
            _reloading.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _reloading.Dispose();

    private async Task<FrozenDictionary<Guid, StaffEntry>> ReadAccountsAsync(CancellationToken cancellation)
    {
        var accounts = new Dictionary<Guid, StaffEntry>();
        await using var command = database.CreateCommand(StaffSql.Accounts);
        command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var entry = Read(reader);
            accounts.Add(entry.Id, entry);
        }

        return accounts.ToFrozenDictionary();
    }

    private async Task<(FrozenSet<Guid> Revoked, FrozenSet<Guid> Locked)> ReadSessionsAsync(CancellationToken cancellation)
    {
        var (revoked, locked) = (new HashSet<Guid>(), new HashSet<Guid>());
        await using var command = database.CreateCommand(StaffSql.EndedAndLockedSessions);
        command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime - RevokedKept });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            (reader.GetBoolean(1) ? revoked : locked).Add(reader.GetGuid(0));
        }

        return (revoked.ToFrozenSet(), locked.ToFrozenSet());
    }

    /// <summary>Puts what was read in the place of what was known, and says so.</summary>
    internal void Take(FrozenDictionary<Guid, StaffEntry> accounts, FrozenSet<Guid> revoked, FrozenSet<Guid> locked)
    {
        _snapshot = new(accounts, revoked, locked);
        Changed?.Invoke();
    }

    private static StaffEntry Read(NpgsqlDataReader reader)
    {
        var opened = reader.GetFieldValue<int[]>(8);
        var until = reader.GetFieldValue<DateTime[]>(9);
        return new(reader.GetGuid(0), reader.GetInt32(1), reader.GetString(2), reader.GetString(3), reader.GetString(4))
        {
            IsDisabled = reader.GetBoolean(5),
            Wards = reader.GetFieldValue<string[]>(6).ToFrozenSet(StringComparer.Ordinal),
            Patients = reader.GetFieldValue<int[]>(7).ToFrozenSet(),
            Opened = [.. opened.Select((patient, i) => (patient, new DateTimeOffset(until[i])))],
            HasAuthenticator = reader.GetBoolean(10),
            Passkeys = reader.GetInt32(11),
            HasPin = reader.GetBoolean(12),
        };
    }

    private sealed record Snapshot(FrozenDictionary<Guid, StaffEntry> Accounts, FrozenSet<Guid> Revoked, FrozenSet<Guid> Locked);
}
