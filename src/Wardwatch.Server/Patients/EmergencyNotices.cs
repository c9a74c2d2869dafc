using System.Collections.Concurrent;
using Npgsql;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>
/// Tells of emergency accesses in every process, since the ward's screens may be at any of them: at once where the record was opened, elsewhere by a notice of the
/// database. What was opened while the notices were down is told afterwards.
/// </summary>
internal sealed class EmergencyNotices(NpgsqlDataSource database, DirectoryChanges changes, PatientDirectory directory, IEnumerable<IEmergencyObserver> observers) : IHostedService
{
    private const string Topic = "emergency-accesses";
    private const string Newest = "select coalesce(max(access_id), 0) from emergency_accesses";

    private const string Read =
        """
        select e.access_id, e.patient_no, a.name, e.opened_at from emergency_accesses e join staff_accounts a using (account_id)
        where e.access_id = $1 or ($1 = 0 and e.access_id > $2) order by e.access_id limit 1000
        """;

    private readonly IEmergencyObserver[] _observers = [.. observers];
    private readonly ConcurrentDictionary<long, bool> _told = new();
    private long _last;

    /// <summary>Sends the notice when the transaction commits.</summary>
    public static Task NotifyAsync(NpgsqlConnection connection, long number, CancellationToken cancellation) =>
        DirectoryChanges.NotifyAsync(connection, Topic, checked((int)number), cancellation);

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_observers.Length == 0)
        {
            return;
        }

        await using (var newest = database.CreateCommand(Newest))
        {
            _last = (long)(await newest.ExecuteScalarAsync(cancellationToken))!;
        }

        changes.Subscribe(Topic, (number, cancellation) => ReadAsync(number ?? 0, cancellation));
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Tells of an access, unless it was told here already.</summary>
    public void Tell(long number, EmergencyAccess access)
    {
        if (!_told.TryAdd(number, true))
        {
            return;
        }

        foreach (var observer in _observers)
        {
            observer.Opened(access);
        }
    }

    private async Task ReadAsync(long number, CancellationToken cancellation)
    {
        await using var read = database.CreateCommand(Read);
        read.Parameters.Add(new() { Value = number });
        read.Parameters.Add(new() { Value = _last });
        await using var reader = await read.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var id = reader.GetInt64(0);
            _last = Math.Max(_last, id);
            if (directory.Find(reader.GetInt32(1)) is { } patient)
            {
                Tell(id, new(patient, reader.GetString(2), new(reader.GetDateTime(3))));
            }
        }

        // Those from before this one are not told again by anybody.
        foreach (var old in _told.Keys.Where(told => told < _last - 1000))
        {
            _told.TryRemove(old, out _);
        }
    }
}
