using Npgsql;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Alerts.Contracts;

/// <summary>An alert as other modules know it.</summary>
/// <param name="Id">The public id.</param>
/// <param name="Type">The type's code.</param>
/// <param name="Priority">The present priority.</param>
/// <param name="PatientNumber">The patient's database key; null: the installation's own.</param>
/// <param name="Ward">The ward, or null.</param>
/// <param name="Bed">The bed, or null.</param>
/// <param name="IsActive">Whether the condition still holds.</param>
/// <param name="OnsetAt">Since when it holds or held.</param>
public sealed record AlertSummary(string Id, string Type, AlertPriority Priority, int? PatientNumber, string? Ward, string? Bed, bool IsActive, DateTimeOffset OnsetAt);

/// <summary>Something that no reading shows, and that somebody must know: raised by the part of the server that notices it.</summary>
/// <param name="TenantId">The hospital.</param>
/// <param name="Type">A code of the catalogue.</param>
/// <param name="Subject">What it is about, so that it is raised once and found again for its end: <c>ward-1</c>, <c>storage</c>. At most 100 characters.</param>
/// <param name="Text">The cause in words.</param>
public sealed record OwnCondition(int TenantId, string Type, string Subject, string Text)
{
    /// <summary>The ward concerned; null: the whole hospital.</summary>
    public string? Ward { get; init; }

    /// <summary>The patient concerned, or null.</summary>
    public int? PatientNumber { get; init; }

    /// <summary>Null: the type's own.</summary>
    public AlertPriority? Priority { get; init; }
}

/// <summary>What is out of the ordinary on a ward.</summary>
/// <param name="ChangedLimits">Limits of the ward and of its patients that differ from the catalogue's.</param>
/// <param name="Silences">Alerts that are silenced, and the ward's sound if it is paused.</param>
public sealed record WardStand(int ChangedLimits, int Silences);

/// <summary>
/// Alerts, for the modules that act on them. Every change takes part in the caller's transaction. Where a method takes a collection of events, it puts what it tells behind those that
/// are there, and the caller adds all of them to the outbox in one call: two calls could lock patients' order crosswise with another transaction.
/// </summary>
public interface IAlerts
{
    /// <summary>Raises an alert unless one of this type and subject is active; answers its id either way.</summary>
    Task<string> RaiseAsync(NpgsqlConnection connection, OwnCondition condition, DateTimeOffset at, CancellationToken cancellation);

    /// <summary>Ends the active alert of this type and subject, if there is one.</summary>
    Task<bool> EndAsync(NpgsqlConnection connection, int tenantId, string type, string subject, DateTimeOffset at, CancellationToken cancellation);

    /// <summary>Notes that somebody has acknowledged alerts: a latch clears, a condition does not end. Those acknowledged before stay as they are.</summary>
    Task AcknowledgeAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<string> alerts, Guid account, string name, DateTimeOffset at, ICollection<NewEvent> events, CancellationToken cancellation);

    /// <summary>Says to which incident each alert belongs, any number in one statement.</summary>
    Task JoinAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<(string Alert, Guid Incident)> joined, CancellationToken cancellation);

    /// <summary>Notes what alerts turned out to be: real, no-action or artefact.</summary>
    Task JudgeAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<string> alerts, string judgement, Guid account, DateTimeOffset at, ICollection<NewEvent> events, CancellationToken cancellation);

    /// <summary>What is wrong with the devices of patients at this moment: their active technical alerts.</summary>
    Task<IReadOnlyList<AlertSummary>> TechnicalOfAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<int> patients, CancellationToken cancellation);

    /// <summary>The documents of the alerts of incidents, as GET /api/alerts gives them, by incident.</summary>
    Task<ILookup<Guid, AlertDocument>> DocumentsAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<Guid> incidents, CancellationToken cancellation);

    /// <summary>What is out of the ordinary on a ward.</summary>
    Task<WardStand> StandOfWardAsync(NpgsqlConnection connection, int tenantId, string ward, DateTimeOffset at, CancellationToken cancellation);
}
