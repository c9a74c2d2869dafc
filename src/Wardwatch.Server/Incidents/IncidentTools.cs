using Microsoft.Extensions.Options;
using Npgsql;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Notifications.Contracts;
using Wardwatch.Server.OnCall.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.Contracts;
using Wardwatch.Server.Timers.Contracts;

namespace Wardwatch.Server.Incidents;

/// <summary>What work on incidents needs of other modules.</summary>
internal sealed class IncidentTools(
    IOnCall onCall, IColleagues colleagues, INotifier notifier, IReceipts receipts, IAlerts alerts, ITimers timers, IOutbox outbox, IKeyring keyring, IPatientDirectory patients, IncidentsMetrics metrics,
    IOptions<IncidentsOptions> options, TimeProvider time)
{
    public IOnCall OnCall => onCall;

    public IColleagues Colleagues => colleagues;

    public INotifier Notifier => notifier;

    public IReceipts Receipts => receipts;

    public IAlerts Alerts => alerts;

    public ITimers Timers => timers;

    public IOutbox Outbox => outbox;

    public IKeyring Keyring => keyring;

    public IPatientDirectory Patients => patients;

    public IncidentsMetrics Metrics => metrics;

    public IncidentsOptions Options => options.Value;

    public TimeProvider Time => time;

    /// <summary>Begins work on incidents of a hospital, in the transaction of a connection.</summary>
    public IncidentWork Begin(NpgsqlConnection connection, int tenantId) => new(this, connection, tenantId, time.GetUtcNow());
}
