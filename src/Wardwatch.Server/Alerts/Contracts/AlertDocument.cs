namespace Wardwatch.Server.Alerts.Contracts;

/// <summary>A value that stood when an alert was raised.</summary>
/// <param name="Value">As in the vitals of a patient.</param>
/// <param name="AgeSeconds">How old it was then.</param>
public sealed record CauseValue(object Value, double AgeSeconds);

/// <summary>Bounds of NEWS2.</summary>
public sealed record CauseBounds(int Min, int Max);

/// <summary>Why an alert was raised: frozen when it was, and never changed.</summary>
/// <param name="Text">In words: <c>SpO₂ 84 &lt; 88 for 15 s</c>.</param>
/// <param name="Vital">The vital concerned, or null.</param>
/// <param name="Value">Its value, or null.</param>
/// <param name="Limit">The limit that was in force, or null.</param>
/// <param name="Unit">The vital's unit, or null.</param>
/// <param name="DelaySeconds">The delay that was in force.</param>
/// <param name="Values">All vitals that were known, by wire key.</param>
/// <param name="News2">The score's bounds, or null.</param>
/// <param name="Anomaly">The anomaly score, or null.</param>
/// <param name="Rule">The version of the rule.</param>
/// <param name="Model">The anomaly model, or null.</param>
public sealed record AlertCause(
    string Text, string? Vital, double? Value, double? Limit, string? Unit, double DelaySeconds, IReadOnlyDictionary<string, CauseValue> Values, CauseBounds? News2, double? Anomaly, string Rule,
    string? Model);

/// <summary>An alert: a condition, its signal, its acknowledgement and its incident, which are four things.</summary>
/// <param name="Id">The public id.</param>
/// <param name="Type">The type's code, as in GET /api/alert-types.</param>
/// <param name="Name">The type in words.</param>
/// <param name="Category">The type's category.</param>
/// <param name="Priority">high, medium or low: the present one.</param>
/// <param name="Technical">About a device or the installation, not the patient.</param>
/// <param name="Patient">The patient's id, or null.</param>
/// <param name="Ward">The ward, or null.</param>
/// <param name="Bed">The bed at the time, or null.</param>
/// <param name="Condition">active or ended.</param>
/// <param name="Signal">on, paused (silenced), latched (ended and not acknowledged, of a type that latches) or off.</param>
/// <param name="Acknowledged">Whether somebody has acknowledged it. That does not end it.</param>
/// <param name="Cause">Why it was raised.</param>
/// <param name="OnsetAt">Since when the condition held: before its delay.</param>
/// <param name="RaisedAt">When it was raised.</param>
/// <param name="EndedAt">When the condition ended, or null.</param>
public sealed record AlertDocument(
    string Id, string Type, string Name, string Category, string Priority, bool Technical, string? Patient, string? Ward, string? Bed, string Condition, string Signal, bool Acknowledged,
    AlertCause Cause, DateTimeOffset OnsetAt, DateTimeOffset RaisedAt, DateTimeOffset? EndedAt)
{
    /// <summary>Until when it is silenced, or null.</summary>
    public DateTimeOffset? SilencedUntil { get; init; }

    /// <summary>Who silenced it.</summary>
    public string? SilencedBy { get; init; }

    /// <summary>Why.</summary>
    public string? SilenceReason { get; init; }

    /// <summary>The incident that it caused or joined, or null.</summary>
    public string? Incident { get; init; }

    /// <summary>What it turned out to be: real, no-action, artefact; null: not said yet.</summary>
    public string? Judgement { get; init; }
}
