using System.Text.Json.Serialization;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Server.Monitoring.Contracts;

/// <summary>The latest value of one vital sign.</summary>
/// <param name="Value">A number in the vital's unit; for <c>acvpu</c> a letter A, C, V, P or U; for <c>o2</c> true or false.</param>
/// <param name="At">When it was measured.</param>
/// <param name="AgeSeconds">How long ago that was, when this was written.</param>
/// <param name="State">live, delayed, stale or offline. From stale on, a screen shows <c>--</c> instead of the number.</param>
public sealed record VitalValue(object Value, DateTimeOffset At, double AgeSeconds, string State);

/// <summary>An anomaly score.</summary>
/// <param name="Score">0..1.</param>
/// <param name="At">For which moment it holds.</param>
/// <param name="Completeness">Share of the model's inputs that were present, 0..1.</param>
/// <param name="Drivers">The strongest contributions, strongest first.</param>
/// <param name="Model">The model that made it.</param>
public sealed record AnomalyDocument(double Score, DateTimeOffset At, double Completeness, IReadOnlyList<AnomalyDriver> Drivers, string? Model);

/// <summary>NEWS2 (Royal College of Physicians, 2017) as bounds: equal when nothing is missing.</summary>
/// <param name="Min">The least total that the missing inputs allow.</param>
/// <param name="Max">The greatest.</param>
/// <param name="Complete">True if all seven inputs were present and fresh: only then it is a score.</param>
/// <param name="At">For which moment it holds.</param>
/// <param name="Scale">The SpO2 scale, 1 or 2.</param>
/// <param name="Parameters">Points by parameter.</param>
public sealed record News2Document(int Min, int Max, bool Complete, DateTimeOffset At, int Scale, IReadOnlyDictionary<string, PointsDocument> Parameters);

/// <summary>The most urgent thing to attend to.</summary>
/// <param name="Priority">high, medium or technical.</param>
/// <param name="Text">In words.</param>
/// <param name="Vital">The vital concerned, if it is one.</param>
/// <param name="Since">Since when.</param>
public sealed record AttentionDocument(string Priority, string Text, string? Vital, DateTimeOffset Since);

/// <summary>A device.</summary>
/// <param name="Id">Its id.</param>
/// <param name="State">online, silent or offline.</param>
/// <param name="Since">Since when; if it has never sent, since when it is worn; null where that is not known.</param>
/// <param name="LastReadingAt">When its last reading came.</param>
/// <param name="ClockOffsetSeconds">How far its clock ran ahead (or, negative, behind, transport included) at the last reading.</param>
/// <param name="Battery">What is left in its battery, in percent; null: it has not said.</param>
/// <param name="SensorsOff">The vitals whose sensor or electrodes are off the patient; null: it has not said.</param>
/// <param name="StatusAt">When it last said something of itself; null: never.</param>
public sealed record DeviceDocument(
    string Id, string State, DateTimeOffset? Since, DateTimeOffset? LastReadingAt, double? ClockOffsetSeconds, double? Battery, IReadOnlyList<string>? SensorsOff, DateTimeOffset? StatusAt);

/// <summary>A patient with everything that is known live.</summary>
public sealed record PatientDocument(
    string Id, string Name, string ShortName, string RecordNumber, DateOnly DateOfBirth, string Sex, string? Bed, string? Ward, string Status,
    [property: JsonPropertyName("spo2Scale")] int SpO2Scale,
    DeviceDocument? Device, IReadOnlyDictionary<string, VitalValue> Vitals, AnomalyDocument? Anomaly, News2Document? News2, AttentionDocument? Attention,
    IReadOnlyList<AlertDocument> Alerts, bool LimitsChanged, long Seq)
{
    /// <summary>The latest readings, oldest first; only where one patient is asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ReadingDocument>? Recent { get; init; }
}
