using System.Threading.Channels;
using Npgsql;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Alerts;

/// <summary>
/// Keeps up what is shown of alerts on this node. It is told of changes as events and reads what changed, many at once under a storm; and it looks at everything now and then, and reads what was changed meanwhile, so that a missed event cannot leave a wrong alert on a screen.
/// </summary>
internal sealed partial class ActiveAlerts(
    NpgsqlDataSource database, AlertRows rows, ShownAlerts shown, IEnumerable<IAlertObserver> observers, TimeProvider time, ILogger<ActiveAlerts> log)
    : BackgroundService, IEventObserver
{
    private const int MostAtOnce = 500;
    private static readonly TimeSpan ReadAllEvery = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    // As the last look found them.
    private Dictionary<Guid, Stamp> _stamps = [];

    private readonly ILogger<ActiveAlerts> _log = log;
    private readonly IAlertObserver[] _observers = [.. observers];
    private readonly Channel<(int TenantId, Guid Alert)> _news = Channel.CreateUnbounded<(int, Guid)>(new UnboundedChannelOptions { SingleReader = true });

    /// <inheritdoc />
    public IReadOnlyCollection<EventKind> Kinds { get; } = [AlertEvents.Raised, AlertEvents.Changed];

    /// <inheritdoc />
    public void Happened(DeliveredEvent delivered)
    {
        if (delivered.Content.TryGetProperty("alert", out var id) && Guid.TryParse(id.GetString(), out var alert))
        {
            _news.Writer.TryWrite((delivered.Origin.TenantId, alert));
        }
    }

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await ReadAllAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var readAll = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (time.GetElapsedTime(readAll) > ReadAllEvery)
                {
                    await ReadAllAsync(stoppingToken);
                    readAll = time.GetTimestamp();
                }

                using var wait = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                wait.CancelAfter(ReadAllEvery);
                if (await _news.Reader.WaitToReadAsync(wait.Token))
                {
                    await ReadNewsAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException)
            {
                // Nothing has happened, or the server stops.
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Whatever it is, screens are better off with the next attempt than without any.
                LogLater(e);
                readAll = 0; // what was to be read is found when everything is
                await Task.Delay(AfterFailure, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ReadNewsAsync(CancellationToken cancellation)
    {
        var ids = new HashSet<(int TenantId, Guid Alert)>();
        while (ids.Count < MostAtOnce && _news.Reader.TryRead(out var one))
        {
            ids.Add(one);
        }

        await using var connection = await database.OpenConnectionAsync(cancellation);
        await ReadAsync(connection, ids, cancellation);
    }

    private async Task ReadAllAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var asking = new Dictionary<Guid, Stamp>();
        await using (var command = StaffActs.Command(connection, AlertSql.Asking))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                asking[reader.GetGuid(1)] = new(reader.GetInt32(0), reader.GetInt64(2), reader.GetFieldValue<Guid?>(3));
            }
        }

        // What is shown and does not ask for anybody has ended, and the event was missed. A silence ends by itself.
        var changed = asking.Where(one => _stamps.GetValueOrDefault(one.Key) != one.Value).Select(one => (one.Value.TenantId, one.Key))
            .Union(shown.All.Where(alert => alert.Document.SilencedUntil is not null || !asking.ContainsKey(Guid.Parse(alert.Document.Id))).Select(alert => (alert.TenantId, Guid.Parse(alert.Document.Id))));
        foreach (var part in changed.Chunk(MostAtOnce))
        {
            await ReadAsync(connection, part, cancellation);
        }

        _stamps = asking;
    }

    private async Task ReadAsync(NpgsqlConnection connection, IEnumerable<(int TenantId, Guid Alert)> some, CancellationToken cancellation)
    {
        foreach (var hospital in some.GroupBy(one => one.TenantId, one => one.Alert))
        {
            await using var command = StaffActs.Command(connection, AlertSql.ById, hospital.Key, hospital.ToArray());
            foreach (var alert in (await rows.ReadAsync(command, cancellation)).OrderBy(alert => alert.Number))
            {
                Take(alert);
            }
        }
    }

    private void Take(ReadAlert alert)
    {
        if (alert.Canary || shown.Take(alert) is not { } isNew)
        {
            return;
        }

        foreach (var observer in _observers)
        {
            observer.Changed(alert.TenantId, alert.PatientNumber, alert.Document, isNew);
        }
    }

    /// <summary>Tells whether anything about an alert was changed: the version of its row, and its incident.</summary>
    private sealed record Stamp(int TenantId, long Version, Guid? Incident);

    [LoggerMessage(8001, LogLevel.Warning, "Alerts cannot be read at the moment, so that screens may show old ones. It is tried again.")]
    private partial void LogLater(Exception e);
}
