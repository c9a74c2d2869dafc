using System.Text.Json.Serialization;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Incidents.Lifecycle;

namespace Wardwatch.Server.Incidents;

/// <summary>An incident as its row holds it; the names of its properties are those of the columns. Locked while it is changed, and written back as a whole.</summary>
internal sealed class Incident
{
    public required int TenantId { get; init; }

    public required Guid IncidentId { get; init; }

    public long Number { get; set; }

    public required string Type { get; set; }

    public int Categories { get; set; }

    public required AlertPriority Priority { get; set; }

    public required bool Technical { get; init; }

    public string? Subject { get; init; }

    public required string Role { get; set; }

    public string State { get; set; } = IncidentState.Open.Word();

    public int? PatientNo { get; init; }

    public string? PatientId { get; init; }

    public string? WardId { get; set; }

    public string? Bed { get; set; }

    public Guid? Assignee { get; set; }

    public string? AssigneeName { get; set; }

    public string? AssigneeRole { get; set; }

    public int Step { get; set; }

    public required DateTimeOffset ArmedAt { get; set; }

    public int ReAlerts { get; set; }

    public DateTimeOffset? NextAt { get; set; }

    public string? NextWhat { get; set; }

    public DateTimeOffset? ToldAt { get; set; }

    public required DateTimeOffset OnsetAt { get; set; }

    public required DateTimeOffset OpenedAt { get; init; }

    public DateTimeOffset? AssignedAt { get; set; }

    public DateTimeOffset? DeliveredAt { get; set; }

    public DateTimeOffset? AcknowledgedAt { get; set; }

    public Guid? AcknowledgedBy { get; set; }

    public string? AcknowledgedName { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? ReviewedAt { get; set; }

    public DateTimeOffset? ResolvedAt { get; set; }

    public string? ResolvedName { get; set; }

    public DateTimeOffset? ArchivedAt { get; set; }

    public DateTimeOffset? RespondBy { get; set; }

    public string RespondState { get; set; } = ResponseClock.None;

    public string? Outcome { get; set; }

    public int Version { get; set; } = 1;

    public bool Canary { get; init; }

    /// <summary>Where it stands.</summary>
    [JsonIgnore]
    public IncidentState Stands
    {
        get => IncidentWords.StateOf(State);
        set => State = value.Word();
    }

    /// <summary>Whether nobody has said that they see to it.</summary>
    [JsonIgnore]
    public bool IsUnacknowledged => Stands is IncidentState.Open or IncidentState.Assigned;

    /// <summary>Whether it is done.</summary>
    [JsonIgnore]
    public bool IsResolved => Stands == IncidentState.Resolved;

    /// <summary>Its alerts, by alert; loaded with it.</summary>
    [JsonIgnore]
    public Dictionary<string, IncidentAlert> Alerts { get; } = new(StringComparer.Ordinal);

    /// <summary>Who was told of it, by account; loaded where it is carried on.</summary>
    [JsonIgnore]
    public HashSet<Guid> Asked { get; } = [];

    /// <summary>The type that leads; null: a later release's.</summary>
    [JsonIgnore]
    public AlertType? Leading => AlertCatalogue.Find(Type);

    /// <summary>Its id as in addresses and timers.</summary>
    [JsonIgnore]
    public string Id => IncidentId.ToString("D");
}

/// <summary>An alert of an incident.</summary>
internal sealed class IncidentAlert
{
    public required int TenantId { get; init; }

    public required string Alert { get; init; }

    public required Guid IncidentId { get; set; }

    public required string Type { get; init; }

    public required AlertPriority Priority { get; set; }

    public bool Active { get; set; } = true;

    public bool Acknowledged { get; set; }

    /// <summary>Whether it still wants to be acknowledged though its condition has ended.</summary>
    public bool IsLatched => !Active && !Acknowledged && AlertCatalogue.Find(Type) is { Latches: true };
}

/// <summary>The words of <see cref="Incident.RespondState"/>.</summary>
internal static class ResponseClock
{
    /// <summary>Nobody need come.</summary>
    public const string None = "none";

    /// <summary>Somebody must be there by <see cref="Incident.RespondBy"/>.</summary>
    public const string Running = "running";

    /// <summary>Somebody was there in time.</summary>
    public const string Met = "met";

    /// <summary>Nobody was.</summary>
    public const string Overdue = "overdue";
}

/// <summary>The words of <see cref="Incident.NextWhat"/>.</summary>
internal static class NextStep
{
    public const string Escalate = "escalate";
    public const string ReAlert = "re-alert";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Incident))]
[JsonSerializable(typeof(List<Incident>))]
internal sealed partial class IncidentRows : JsonSerializerContext;
