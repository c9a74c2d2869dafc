using System.Collections.Concurrent;
using System.Threading.Channels;
using Npgsql;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Alerts;

/// <summary>
/// Alerts that ask for somebody, in memory on each node that shows them. It is told of changes as events and reads what changed, many at once under a storm; and it reads everything
/// now and then, so that a missed event cannot leave a wrong alert on a screen.
/// </summary>
internal sealed partial class ActiveAlerts(
    NpgsqlDataSource database, AlertRows rows, AlertLimits limits, IEnumerable<IAlertObserver> observers, TimeProvider time, ILogger<ActiveAlerts> log)
    : BackgroundService, IActiveAlerts, IEventObserver, IErasureObserver
{
    private const int MostAtOnce = 500;
    private static readonly TimeSpan ReadAllEvery = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly ILogger<ActiveAlerts> _log = log;
    private readonly IAlertObserver[] _observers = [.. observers];
    private readonly ConcurrentDictionary<string, ReadAlert> _alerts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, IReadOnlyList<AlertDocument>> _byPatient = new();
    private readonly Channel<(int TenantId, Guid Alert)> _news = Channel.CreateUnbounded<(int, Guid)>(new UnboundedChannelOptions { SingleReader = true });

    /// <inheritdoc />
    public IReadOnlyCollection<EventKind> Kinds { get; } = [AlertEvents.Raised, AlertEvents.Changed];

    /// <inheritdoc />
    public IReadOnlyList<AlertDocument> Of(int patientNumber) => _byPatient.GetValueOrDefault(patientNumber) ?? [];

    /// <inheritdoc />
    public bool AreLimitsChanged(int patientNumber) => limits.HasOwn(patientNumber);

    /// <summary>Those of a hospital that belong to no patient.</summary>
    public IEnumerable<AlertDocument> OfHospital(int tenantId) => _alerts.Values.Where(alert => alert.TenantId == tenantId && alert.PatientNumber is null).Select(alert => alert.Document);

    /// <inheritdoc />
    public void Happened(DeliveredEvent delivered)
    {
        if (delivered.Content.TryGetProperty("alert", out var id) && Guid.TryParse(id.GetString(), out var alert))
        {
            _news.Writer.TryWrite((delivered.Origin.TenantId, alert));
        }
    }

    /// <inheritdoc />
    public void Erased(int patientNumber)
    {
        foreach (var alert in _alerts.Values.Where(alert => alert.PatientNumber == patientNumber))
        {
            _alerts.TryRemove(alert.Document.Id, out _);
        }

        _byPatient.TryRemove(patientNumber, out _);
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
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                LogLater(e.Message);
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

        foreach (var hospital in ids.GroupBy(one => one.TenantId, one => one.Alert))
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await using var command = StaffActs.Command(connection, AlertSql.ById, hospital.Key, hospital.ToArray());
            foreach (var alert in (await rows.ReadAsync(command, cancellation)).OrderBy(alert => alert.Number))
            {
                Take(alert);
            }
        }
    }

    private async Task ReadAllAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = StaffActs.Command(connection, AlertSql.Active);
        var active = await rows.ReadAsync(command, cancellation);
        foreach (var alert in active)
        {
            Take(alert);
        }

        // What is shown and was not found has ended, and the event was missed.
        var found = active.Select(alert => alert.Document.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var hospital in _alerts.Values.Where(alert => !found.Contains(alert.Document.Id)).GroupBy(alert => alert.TenantId))
        {
            await using var again = StaffActs.Command(connection, AlertSql.ById, hospital.Key, hospital.Select(alert => Guid.Parse(alert.Document.Id)).ToArray());
            foreach (var alert in await rows.ReadAsync(again, cancellation))
            {
                Take(alert);
            }
        }
    }

    // Only the loop and the start come here, one at a time.
    private void Take(ReadAlert alert)
    {
        var known = _alerts.GetValueOrDefault(alert.Document.Id);
        if (known is not null && IsSame(known.Document, alert.Document))
        {
            return;
        }

        var asks = alert.Document.Condition == AlertWords.Active || alert.Document.Signal == "latched";
        if (asks)
        {
            _alerts[alert.Document.Id] = alert;
        }
        else
        {
            _alerts.TryRemove(alert.Document.Id, out _);
        }

        if (alert.PatientNumber is { } patient)
        {
            _byPatient[patient] = [.. _alerts.Values.Where(one => one.PatientNumber == patient).OrderByDescending(one => RankOf(one.Document)).ThenByDescending(one => one.Number).Select(one => one.Document)];
        }

        if (alert.Canary || (known is null && !asks))
        {
            return;
        }

        foreach (var observer in _observers)
        {
            observer.Changed(alert.TenantId, alert.PatientNumber, alert.Document, isNew: known is null);
        }
    }

    // The cause never changes; comparing it would compare its dictionary.
    private static bool IsSame(AlertDocument known, AlertDocument now) => known with { Cause = now.Cause } == now;

    private static int RankOf(AlertDocument alert) => AlertPriorities.TryParse(alert.Priority, out var priority) ? (int)priority : 0;

    [LoggerMessage(8001, LogLevel.Warning, "Alerts cannot be read at the moment, so that screens may show old ones: {Reason} It is tried again.")]
    private partial void LogLater(string reason);
}
