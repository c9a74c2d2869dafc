using Npgsql;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Incidents.Contracts;
using Wardwatch.Server.Notifications.Contracts;
using Wardwatch.Server.OnCall.Contracts;

namespace Wardwatch.Server.Incidents;

/// <summary>
/// What is changed about some incidents of one hospital within one transaction: collected while they are changed in memory, and written by a few statements at the end,
/// since the order of patients' events is locked from then until the commit.
/// </summary>
internal sealed class IncidentWork : IDisposable
{
    private readonly Dictionary<Guid, Incident> _incidents = [];
    private readonly HashSet<Guid> _changed = [];
    private readonly HashSet<Guid> _opened = [];
    private readonly Dictionary<string, IncidentAlert> _alerts = new(StringComparer.Ordinal);
    private readonly List<HistoryEntry> _history = [];
    private readonly List<Told> _told = [];
    private readonly List<NewNotification> _notifications = [];
    private readonly Dictionary<(string Kind, string Subject), DateTimeOffset?> _timers = [];
    private readonly List<(Guid Incident, string Step, NewEvent Event)> _events = [];
    private readonly Dictionary<Guid, HashSet<string>> _joined = [];
    private readonly HashSet<Guid> _withdrawn = [];
    private readonly List<(string Alert, Person Person)> _acknowledged = [];
    private readonly List<(string[] Alerts, Person Person, string Judgement)> _judged = [];

    public IncidentWork(IncidentTools tools, NpgsqlConnection connection, int tenantId, DateTimeOffset now)
    {
        (Tools, Connection, TenantId, Now) = (tools, connection, tenantId, now);
        Notes = new(tools.Keyring, tools.Patients, connection, tenantId);
    }

    /// <summary>What other modules do.</summary>
    public IncidentTools Tools { get; }

    /// <summary>Within the transaction.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>The hospital.</summary>
    public int TenantId { get; }

    /// <summary>When all of it happens.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Seals notes.</summary>
    public IncidentNotes Notes { get; }

    /// <summary>The incidents that are loaded.</summary>
    public IEnumerable<Incident> Incidents => _incidents.Values;

    /// <summary>New incidents, which have no number yet.</summary>
    public IReadOnlyList<Incident> Opened => [.. _opened.Select(id => _incidents[id])];

    /// <summary>Everything that is different.</summary>
    public IReadOnlyList<Incident> Changed => [.. _changed.Select(id => _incidents[id])];

    /// <summary>Alerts that are different.</summary>
    public IReadOnlyCollection<IncidentAlert> ChangedAlerts => _alerts.Values;

    /// <summary>What is added to histories.</summary>
    public IReadOnlyList<HistoryEntry> History => _history;

    /// <summary>Who is told.</summary>
    public IReadOnlyList<Told> ToldPeople => _told;

    /// <summary>What they are told.</summary>
    public IReadOnlyList<NewNotification> Notifications => _notifications;

    /// <summary>Timers that are set, or taken away where there is no time.</summary>
    public IReadOnlyDictionary<(string Kind, string Subject), DateTimeOffset?> Timers => _timers;

    /// <summary>What happened, in order.</summary>
    public IReadOnlyList<NewEvent> Events => [.. _events.Select(added => added.Event)];

    /// <summary>Which alerts have come to which incident.</summary>
    public IReadOnlyDictionary<Guid, HashSet<string>> Joined => _joined;

    /// <summary>Of which incidents nobody need be told any more.</summary>
    public IReadOnlyCollection<Guid> Withdrawn => _withdrawn;

    /// <summary>Alerts that are acknowledged now, and by whom.</summary>
    public IReadOnlyList<(string Alert, Person Person)> Acknowledged => _acknowledged;

    /// <summary>What alerts turned out to be, and who says so.</summary>
    public IReadOnlyList<(string[] Alerts, Person Person, string Judgement)> Judged => _judged;

    /// <summary>Takes in an incident that was read and locked.</summary>
    public void Add(Incident incident) => _incidents[incident.IncidentId] = incident;

    /// <summary>Finds one that is loaded.</summary>
    public Incident? Find(Guid incident) => _incidents.GetValueOrDefault(incident);

    /// <summary>Opens one.</summary>
    public void Open(Incident incident)
    {
        Add(incident);
        _opened.Add(incident.IncidentId);
        Touch(incident);
    }

    /// <summary>An incident is different, and is written at the end.</summary>
    public void Touch(Incident incident)
    {
        if (_changed.Add(incident.IncidentId) && !_opened.Contains(incident.IncidentId))
        {
            incident.Version++;
        }
    }

    /// <summary>An alert of an incident is different, or new.</summary>
    public void Touch(IncidentAlert alert) => _alerts[alert.Alert] = alert;

    /// <summary>An alert has come to an incident.</summary>
    public void Join(Incident incident, IncidentAlert alert)
    {
        alert.IncidentId = incident.IncidentId;
        incident.Alerts[alert.Alert] = alert;
        Touch(alert);
        if (!_joined.TryGetValue(incident.IncidentId, out var alerts))
        {
            _joined.Add(incident.IncidentId, alerts = new(StringComparer.Ordinal));
        }

        alerts.Add(alert.Alert);
    }

    /// <summary>Adds a step to an incident's history.</summary>
    public void Note(Incident incident, string step, string? note = null, Person? actor = null, DateTimeOffset? at = null)
    {
        Touch(incident);
        _history.Add(new(Guid.CreateVersion7(Now), incident.IncidentId, incident.PatientNo, at ?? Now, step, actor?.Account, actor?.Name, actor is null ? null : "app", note));
    }

    /// <summary>Tells the world of a step. The same step of one incident again, in this transaction, is told once, as it is then.</summary>
    public void Tell(Incident incident, string step, Person? actor = null)
    {
        Touch(incident);
        _events.RemoveAll(added => added.Incident == incident.IncidentId && added.Step == step);
        var origin = new EventOrigin(TenantId, incident.PatientNo, Now, actor?.Account);
        var content = new IncidentChanged(
            incident.IncidentId, step, incident.State, incident.Type, incident.Priority.Word(), incident.PatientId, incident.WardId, incident.Assignee, Now, incident.OpenedAt, incident.OnsetAt,
            incident.DeliveredAt, incident.AcknowledgedAt, incident.ReviewedAt, incident.ResolvedAt, incident.RespondBy, incident.Outcome, incident.Canary);
        _events.Add((incident.IncidentId, step, NewEvent.Of(IncidentEvents.Changed, origin, content)));
    }

    /// <summary>Tells somebody, and notes that they were asked.</summary>
    public void Tell(Incident incident, OnDuty person, string kind, string text)
    {
        if (!incident.Canary)
        {
            // Whom a test is addressed to has no more to do for it, and is not asked about it.
            _told.Add(new(incident.IncidentId, person.AccountId, person.Name, person.Role, person.Tier, incident.Step, Now));
        }

        incident.Asked.Add(person.AccountId);
        incident.ToldAt = Now;
        Tell(incident, person.AccountId, kind, text);
    }

    /// <summary>Tells somebody.</summary>
    public void Tell(Incident incident, Guid account, string kind, string text)
    {
        _notifications.Add(new(TenantId, account, incident.Canary ? "canary" : kind, incident.Priority, IncidentText.Title(incident), text)
        {
            Incident = incident.IncidentId,
            PatientNumber = incident.PatientNo,
            Ward = incident.WardId,
        });
    }

    /// <summary>Nobody need be told of it any more; those who are told from here on are.</summary>
    public void Withdraw(Incident incident)
    {
        _withdrawn.Add(incident.IncidentId);
        _notifications.RemoveAll(queued => queued.Incident == incident.IncidentId);
    }

    /// <summary>Acknowledges the alerts of an incident that are not acknowledged yet.</summary>
    public void Acknowledge(Incident incident, Person person)
    {
        foreach (var alert in incident.Alerts.Values.Where(alert => !alert.Acknowledged))
        {
            alert.Acknowledged = true;
            Touch(alert);
            _acknowledged.Add((alert.Alert, person));
        }
    }

    /// <summary>Says what the alerts of an incident turned out to be.</summary>
    public void Judge(Incident incident, Person person, string judgement) => _judged.Add(([.. incident.Alerts.Keys.Order(StringComparer.Ordinal)], person, judgement));

    /// <summary>Sets a timer, or takes it away.</summary>
    public void Set(string kind, string subject, DateTimeOffset? dueAt) => _timers[(kind, subject)] = dueAt;

    /// <inheritdoc />
    public void Dispose() => Notes.Dispose();
}

/// <summary>A member of staff who does something.</summary>
internal sealed record Person(Guid Account, string Name, string Role);

/// <summary>A step of a history, before its note is sealed.</summary>
internal sealed record HistoryEntry(Guid Id, Guid Incident, int? Patient, DateTimeOffset At, string Step, Guid? Account, string? Name, string? Channel, string? Note);

/// <summary>Somebody who was told of an incident.</summary>
internal sealed record Told(Guid Incident, Guid Account, string Name, string Role, int Tier, int Step, DateTimeOffset At);
