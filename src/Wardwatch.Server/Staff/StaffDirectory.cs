using System.Collections.Frozen;
using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Staff;

/// <summary>
/// Every account and the sessions that were ended while their access tokens may still be good, in memory: that is how the end of a session or an
/// account, and a change of role, take effect at once in every process and not only when a token runs out.
/// </summary>
internal sealed class StaffDirectory(NpgsqlDataSource database, DirectoryChanges changes, TimeProvider time) : IHostedService, IDisposable
{
    /// <summary>The topic of <see cref="DirectoryChanges"/>.</summary>
    public const string Topic = "accounts";

    // Longer than any access token is good.
    private static readonly TimeSpan RevokedKept = TimeSpan.FromHours(2);

    private readonly SemaphoreSlim _reloading = new(1, 1);
    private volatile Snapshot _snapshot = new(FrozenDictionary<Guid, StaffEntry>.Empty, FrozenSet<Guid>.Empty);

    /// <summary>The account, or null when it is gone.</summary>
    public StaffEntry? Find(Guid account) => _snapshot.Accounts.GetValueOrDefault(account);

    /// <summary>Whether a session was ended before its time.</summary>
    public bool IsRevoked(Guid session) => _snapshot.Revoked.Contains(session);

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        changes.Subscribe(Topic, (_, cancellation) => ReloadAsync(cancellation));
        await ReloadAsync(cancellationToken);
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Reads everything again.</summary>
    public async Task ReloadAsync(CancellationToken cancellation)
    {
        await _reloading.WaitAsync(cancellation);
        try
        {
            var accounts = new Dictionary<Guid, StaffEntry>();
            await using (var command = database.CreateCommand(StaffSql.Accounts))
            {
                command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
                await using var reader = await command.ExecuteReaderAsync(cancellation);
                while (await reader.ReadAsync(cancellation))
                {
                    var entry = Read(reader);
                    accounts.Add(entry.Id, entry);
                }
            }

            var revoked = new HashSet<Guid>();
            await using (var command = database.CreateCommand(StaffSql.RevokedSessions))
            {
                command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime - RevokedKept });
                await using var reader = await command.ExecuteReaderAsync(cancellation);
                while (await reader.ReadAsync(cancellation))
                {
                    revoked.Add(reader.GetGuid(0));
                }
            }

            _snapshot = new(accounts.ToFrozenDictionary(), revoked.ToFrozenSet());
        }
        finally
        {
            _reloading.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _reloading.Dispose();

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
        };
    }

    private sealed record Snapshot(FrozenDictionary<Guid, StaffEntry> Accounts, FrozenSet<Guid> Revoked);
}
