using System.Text.Json.Serialization;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Alerts.Contracts;

/// <summary>An alert condition has begun, in the transaction of the reading that raised it.</summary>
/// <param name="Alert">The alert's public id.</param>
/// <param name="Type">Its type's code, as in GET /api/alert-types.</param>
/// <param name="Priority">low, medium or high.</param>
/// <param name="Technical">True for an alert about a device or the installation, not the patient.</param>
/// <param name="Patient">The patient's public id; null: the installation's own.</param>
/// <param name="Ward">Where the patient lies, or the ward concerned; null: the whole hospital.</param>
/// <param name="Bed">In which bed.</param>
/// <param name="OnsetAt">Since when the condition holds: before its delay.</param>
/// <param name="RaisedAt">When it was raised.</param>
/// <param name="Text">The cause in words: <c>SpO₂ 84 &lt; 88 for 15 s</c>.</param>
/// <param name="Canary">True for the synthetic patient that proves the alert path; left out of every statistic.</param>
public sealed record AlertRaised(
    string Alert, string Type, string Priority, bool Technical, string? Patient, string? Ward, string? Bed, DateTimeOffset OnsetAt, DateTimeOffset RaisedAt, string Text, bool Canary = false);

/// <summary>Something about an alert is different.</summary>
/// <param name="Alert">The alert's public id.</param>
/// <param name="Type">Its type's code.</param>
/// <param name="Phase">escalated, de-escalated, ended, acknowledged, silenced, silence-ended or judged.</param>
/// <param name="Priority">The priority that it has now.</param>
/// <param name="Condition">active or ended.</param>
/// <param name="Patient">The patient's public id; null: the installation's own.</param>
/// <param name="Ward">Where the patient lies, or null.</param>
/// <param name="At">When.</param>
/// <param name="Canary">True for the synthetic patient that proves the alert path.</param>
/// <param name="Judgement">real, no-action or artefact, if the phase is judged.</param>
public sealed record AlertChanged(
    string Alert, string Type, string Phase, string Priority, string Condition, string? Patient, string? Ward, DateTimeOffset At, bool Canary = false, string? Judgement = null);

/// <summary>What happens to alerts.</summary>
public static class AlertEvents
{
    public static readonly EventKind<AlertRaised> Raised = new(nameof(AlertRaised), 1, AlertEventsJson.Default.AlertRaised);
    public static readonly EventKind<AlertChanged> Changed = new(nameof(AlertChanged), 1, AlertEventsJson.Default.AlertChanged);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AlertRaised))]
[JsonSerializable(typeof(AlertChanged))]
internal sealed partial class AlertEventsJson : JsonSerializerContext;
