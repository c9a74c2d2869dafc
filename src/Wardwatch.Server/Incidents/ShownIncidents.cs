using System.Threading.Channels;
using Npgsql;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Incidents.Contracts;
using Wardwatch.Server.Notifications.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Incidents;

/// <summary>
/// Tells screens of incidents: reads those of which it is told that they changed, many at once under a storm. An incident that changes again and again is told at once and then at most once a
/// second, lastly as it is in the end. A page that missed one reads the list again, as it does whenever its connection comes back.
/// </summary>
internal sealed partial class ShownIncidents(
    NpgsqlDataSource database, IAlerts alerts, IReceipts receipts, IPatientDirectory patients, IEnumerable<IIncidentObserver> observers, TimeProvider time, ILogger<ShownIncidents> log) : BackgroundService, IEventObserver
{
    private const int MostAtOnce = 200;
    private const int Attempts = 3;
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    // What a storm adds to an incident within it is read, made into a document and drawn once.
    private static readonly TimeSpan BetweenChanges = TimeSpan.FromSeconds(1);

    private readonly ILogger<ShownIncidents> _log = log;
    private readonly IIncidentObserver[] _observers = [.. observers];
    private readonly Channel<(int TenantId, Guid Incident)> _news = Channel.CreateUnbounded<(int, Guid)>(new UnboundedChannelOptions { SingleReader = true });

    /// <inheritdoc />
    public IReadOnlyCollection<EventKind> Kinds { get; } = [IncidentEvents.Changed];

    /// <inheritdoc />
    public void Happened(DeliveredEvent delivered)
    {
        if (delivered.Content.TryGetProperty("incident", out var id) && id.TryGetGuid(out var incident) && !(delivered.Content.TryGetProperty("canary", out var canary) && canary.GetBoolean()))
        {
            _news.Writer.TryWrite((delivered.Origin.TenantId, incident));
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pace = new ChangePace<(int TenantId, Guid Incident)>(BetweenChanges, time);
        var news = Task.CompletedTask;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                if (news.IsCompleted)
                {
                    news = _news.Reader.WaitToReadAsync(stoppingToken).AsTask();
                }

                while (_news.Reader.TryRead(out var one))
                {
                    pace.Changed(one);
                }

                foreach (var hospital in pace.Take(MostAtOnce).GroupBy(one => one.TenantId, one => one.Incident))
                {
                    await TellAsync(hospital.Key, [.. hospital], stoppingToken);
                }

                await news.WaitAsync(pace.Next(), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task TellAsync(int tenantId, Guid[] ids, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(cancellation);
                List<Incident> incidents;
                await using (var command = IncidentStore.Command(connection, IncidentSql.Some, tenantId, ids))
                {
                    incidents = await IncidentStore.ReadAsync(command, IncidentRows.Default.Incident, cancellation);
                }

                var documents = await IncidentDocuments.OfAsync(connection, tenantId, incidents, alerts, receipts, patients, cancellation);
                foreach (var (incident, document) in incidents.Zip(documents))
                {
                    // Whoever sees the patient where the patient lies now.
                    var ward = incident.PatientNo is { } number ? patients.Find(number)?.Ward ?? incident.WardId : incident.WardId;
                    Array.ForEach(_observers, observer => observer.Changed(tenantId, incident.PatientNo, ward, WireJson.Bytes(document)));
                }

                return;
            }
            catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
            {
                LogNotTold(e, ids.Length);
                if (attempt == Attempts)
                {
                    return;
                }

                await Task.Delay(AfterFailure, time, cancellation);
            }
        }
    }

    [LoggerMessage(8190, LogLevel.Warning, "Screens could not be told of {Count} incidents that changed.")]
    private partial void LogNotTold(Exception e, int count);
}
