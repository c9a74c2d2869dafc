using System.Text.Json.Serialization;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Incidents.Contracts;

/// <summary>An incident was opened, or something about it is different.</summary>
/// <param name="Incident">Its public id.</param>
/// <param name="Step">opened, joined, assigned, acknowledged, started, reviewed, resolved, reassigned, escalated, re-alerted, commented, overdue or archived.</param>
/// <param name="State">OPEN, ASSIGNED, ACKNOWLEDGED, IN_PROGRESS, RESOLVED or REASSIGNED.</param>
/// <param name="Type">The code of the alert type that leads.</param>
/// <param name="Priority">low, medium or high: the highest of its alerts.</param>
/// <param name="Patient">The patient's public id, or null.</param>
/// <param name="Ward">The ward, or null.</param>
/// <param name="Assignee">The account that is responsible, or null.</param>
/// <param name="At">When.</param>
/// <param name="OpenedAt">When it was opened.</param>
/// <param name="OnsetAt">When the first condition began.</param>
/// <param name="DeliveredAt">When the first notification was delivered to a screen, or null.</param>
/// <param name="AcknowledgedAt">When it was first acknowledged, or null.</param>
/// <param name="ReviewedAt">When somebody had been at the bedside, or null.</param>
/// <param name="ResolvedAt">When it was resolved, or null.</param>
/// <param name="RespondBy">When somebody must have been at the bedside, or null.</param>
/// <param name="Outcome">real, no-action or artefact; null while it is open.</param>
/// <param name="Canary">True for the synthetic patient that proves the alert path; left out of every statistic.</param>
public sealed record IncidentChanged(
    Guid Incident, string Step, string State, string Type, string Priority, string? Patient, string? Ward, Guid? Assignee, DateTimeOffset At, DateTimeOffset OpenedAt, DateTimeOffset OnsetAt,
    DateTimeOffset? DeliveredAt, DateTimeOffset? AcknowledgedAt, DateTimeOffset? ReviewedAt, DateTimeOffset? ResolvedAt, DateTimeOffset? RespondBy, string? Outcome, bool Canary = false);

/// <summary>What happens to incidents.</summary>
public static class IncidentEvents
{
    public static readonly EventKind<IncidentChanged> Changed = new(nameof(IncidentChanged), 1, IncidentEventsJson.Default.IncidentChanged);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IncidentChanged))]
internal sealed partial class IncidentEventsJson : JsonSerializerContext;
