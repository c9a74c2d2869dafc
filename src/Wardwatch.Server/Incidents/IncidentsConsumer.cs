using System.Text.Json;
using Npgsql;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Incidents;

/// <summary>
/// Makes incidents of alerts. Events come many at a time: the incidents that they may concern are locked by one statement, changed in memory in the events' order, and written by a few
/// statements, so that a storm of alerts costs little more than its rows.
/// </summary>
internal sealed class IncidentsConsumer(IncidentTools tools) : IEventBatchConsumer
{
    /// <summary>The consumer's name.</summary>
    public const string ConsumerName = "incidents";

    /// <inheritdoc />
    public string Name => ConsumerName;

    /// <inheritdoc />
    public bool IsUrgent => true;

    /// <inheritdoc />
    public IReadOnlyCollection<EventKind> Kinds { get; } = [AlertEvents.Raised, AlertEvents.Changed, PatientEvents.Transferred, PatientEvents.Discharged];

    /// <inheritdoc />
    public Task HandleAsync(DeliveredEvent delivered, NpgsqlConnection connection, CancellationToken cancellation) => HandleAsync([delivered], connection, cancellation);

    /// <inheritdoc />
    public async Task HandleAsync(IReadOnlyList<DeliveredEvent> delivered, NpgsqlConnection connection, CancellationToken cancellation)
    {
        foreach (var ofHospital in delivered.GroupBy(one => one.Origin.TenantId).OrderBy(group => group.Key))
        {
            using var work = tools.Begin(connection, ofHospital.Key);
            var flow = new IncidentFlow(work);
            List<(DeliveredEvent Event, object? Content)> read = [.. ofHospital.Select(one => (one, Read(one)))];
            var along = await ComingAlongAsync(connection, ofHospital.Key, read, cancellation);
            await IncidentStore.LoadAsync(
                work, [.. read.Select(one => one.Event.Origin.PatientNumber).OfType<int>().Distinct()],
                [.. read.Select(one => one.Content).OfType<AlertRaised>().Select(raised => Of(raised, null)).Concat(along.SelectMany(moved => moved)).Select(alert => alert.Subject).OfType<string>().Distinct(StringComparer.Ordinal)],
                [.. read.Select(one => one.Content).OfType<AlertChanged>().Select(changed => changed.Alert).Concat(along.SelectMany(moved => moved).Select(alert => alert.Alert)).Distinct(StringComparer.Ordinal)], cancellation);
            foreach (var (happened, content) in read)
            {
                await HandleAsync(work, flow, happened, content, cancellation);
                foreach (var alert in along[happened.Id])
                {
                    await flow.CameAlongAsync(alert, cancellation);
                }
            }

            await IncidentStore.WriteAsync(work, cancellation);
        }
    }

    // What is wrong with the devices of those who are moved, as it is on their new wards, by the event that moved them.
    private async Task<ILookup<Guid, NewAlert>> ComingAlongAsync(NpgsqlConnection connection, int tenantId, List<(DeliveredEvent Event, object? Content)> read, CancellationToken cancellation)
    {
        var moves = read.Where(one => one is { Content: PatientTransferred, Event.Origin.PatientNumber: not null })
            .Select(one => (one.Event.Id, Patient: one.Event.Origin.PatientNumber!.Value, one.Event.Origin.At, To: (PatientTransferred)one.Content!)).ToList();
        int[] patients = [.. moves.Select(move => move.Patient).Distinct()];
        var alerts = patients.Length > 0 ? await tools.Alerts.TechnicalOfAsync(connection, tenantId, patients, cancellation) : [];
        return moves.SelectMany(move => alerts.Where(alert => alert.PatientNumber == move.Patient), (move, alert) => (move.Id, Alert: Of(alert, move.To, move.At))).ToLookup(one => one.Id, one => one.Alert);
    }

    private static async Task HandleAsync(IncidentWork work, IncidentFlow flow, DeliveredEvent happened, object? content, CancellationToken cancellation)
    {
        var patient = happened.Origin.PatientNumber;
        switch (content)
        {
            case AlertRaised raised:
                await flow.RaisedAsync(Of(raised, patient), cancellation);
                break;
            case AlertChanged changed:
                await ChangedAsync(work, flow, changed, patient, cancellation);
                break;
            case PatientTransferred moved:
                foreach (var incident in OpenOf(work, patient))
                {
                    await flow.MovedAsync(incident, moved.Ward, moved.Bed, cancellation);
                }

                break;
            case PatientDischarged:
                foreach (var incident in OpenOf(work, patient))
                {
                    flow.Left(incident);
                }

                break;
        }
    }

    private static async Task ChangedAsync(IncidentWork work, IncidentFlow flow, AlertChanged changed, int? patient, CancellationToken cancellation)
    {
        var incident = work.Incidents.FirstOrDefault(one => one.Alerts.ContainsKey(changed.Alert));
        if (incident is null || incident.IsResolved)
        {
            // What gets worse after its incident was closed, or was never heard of, needs somebody all the same.
            if (changed is { Phase: "escalated", Condition: "active" })
            {
                await flow.RaisedAsync(Of(changed, patient), cancellation);
            }

            return;
        }

        var alert = incident.Alerts[changed.Alert];
        switch (changed.Phase)
        {
            case "escalated":
                await flow.EscalatedAsync(incident, alert, PriorityOf(changed.Priority), cancellation);
                break;
            case "de-escalated":
                alert.Priority = PriorityOf(changed.Priority);
                work.Touch(alert);
                break;
            case "ended":
                alert.Active = false;
                work.Touch(alert);
                flow.Quieter(incident);
                break;
            case "acknowledged":
                alert.Acknowledged = true;
                work.Touch(alert);
                flow.Quieter(incident);
                break;
        }
    }

    private static List<Incident> OpenOf(IncidentWork work, int? patient) => [.. work.Incidents.Where(incident => !incident.IsResolved && patient is not null && incident.PatientNo == patient)];

    private static object? Read(DeliveredEvent delivered) => delivered.Name switch
    {
        nameof(AlertRaised) => delivered.Content.Deserialize(AlertEvents.Raised.Json),
        nameof(AlertChanged) => delivered.Content.Deserialize(AlertEvents.Changed.Json),
        nameof(PatientTransferred) => delivered.Content.Deserialize(PatientEvents.Transferred.Json),
        nameof(PatientDischarged) => delivered.Content.Deserialize(PatientEvents.Discharged.Json),
        _ => null,
    };

    private static NewAlert Of(AlertRaised raised, int? patient) => new(
        raised.Alert, raised.Type, PriorityOf(raised.Priority), raised.Technical, patient, raised.Patient, raised.Ward, raised.Bed, raised.OnsetAt, raised.RaisedAt,
        raised.Text, raised.Canary);

    private static NewAlert Of(AlertChanged changed, int? patient) => new(
        changed.Alert, changed.Type, PriorityOf(changed.Priority), AlertCatalogue.Find(changed.Type)?.IsTechnical ?? false, patient, changed.Patient, changed.Ward, Bed: null, changed.At, changed.At,
        $"{AlertCatalogue.Find(changed.Type)?.Name ?? changed.Type} is of {changed.Priority} priority now", changed.Canary);

    // For those on the new ward it begins with the move.
    private static NewAlert Of(AlertSummary alert, PatientTransferred to, DateTimeOffset at) => new(
        alert.Id, alert.Type, alert.Priority, Technical: true, alert.PatientNumber, to.Patient, to.Ward, to.Bed, at, at,
        $"{AlertCatalogue.Find(alert.Type)?.Name ?? alert.Type}: the patient lies on bed {to.Bed} now.", Canary: false);

    // A word that this release does not know is no reason to let somebody wait.
    private static AlertPriority PriorityOf(string word) => AlertPriorities.TryParse(word, out var priority) ? priority : AlertPriority.High;
}
