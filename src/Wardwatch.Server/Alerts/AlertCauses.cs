using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Alerts;

/// <summary>The words in which alerts are written.</summary>
internal static class AlertWords
{
    public const string Active = "active", Ended = "ended";

    /// <summary>What an alert may turn out to have been.</summary>
    public static readonly string[] Judgements = ["real", "no-action", "artefact"];

    /// <summary>How its signal stands: four axes, of which this is computed from three.</summary>
    public static string SignalOf(AlertType type, bool isActive, bool isAcknowledged, bool isSilenced) => (isActive, isAcknowledged) switch
    {
        (true, _) when isSilenced => "paused",
        (true, false) => "on",
        (false, false) when type.Latches => "latched",
        _ => "off",
    };
}

/// <summary>Why alerts were raised: made from what was known, and sealed for the alert that it belongs to.</summary>
internal static class AlertCauses
{
    // Counts up with each change of what a rule of the catalogue means.
    private const string RuleVersion = "1";

    /// <summary>What a patient's alerts are about.</summary>
    public static string SubjectOf(PatientEntry patient) => $"patient {patient.Number}";

    /// <summary>What happened to a condition, as it stands in the history and in events.</summary>
    public static string WordOf(AlertPhase phase) => phase switch
    {
        AlertPhase.Raised => "raised",
        AlertPhase.Escalated => "escalated",
        AlertPhase.Deescalated => "de-escalated",
        _ => "ended",
    };

    /// <summary>The cause of what the engine raised.</summary>
    public static AlertCause Of(AlertType type, in AlertTransition transition, in AlertScene scene, string text)
    {
        var values = new Dictionary<string, CauseValue>(scene.Vitals.Count, StringComparer.Ordinal);
        foreach (var definition in VitalCatalogue.All)
        {
            if (scene.Vitals.TryGet(definition.Vital, out var value, out var at))
            {
                values.Add(definition.WireKey, new(ReadingDocuments.Value(definition.Vital, value), Math.Round(Math.Max(0, (scene.At - at) / 1e6), 1)));
            }
        }

        var vital = transition.VitalOrNull is { } number ? VitalCatalogue.Of(number) : null;
        return new(
            text, vital?.WireKey, Known(transition.Value), Known(transition.Limit), type.Unit.Length == 0 ? null : type.Unit, transition.DelaySeconds, values,
            scene.News2.KnownInputs == 0 ? null : new(scene.News2.Min, scene.News2.Max), Known(scene.Anomaly), RuleVersion, double.IsFinite(scene.Anomaly) ? scene.Model : null);
    }

    /// <summary>The cause of something that no reading shows.</summary>
    public static AlertCause Of(string text) => new(text, null, null, null, null, 0, new Dictionary<string, CauseValue>(StringComparer.Ordinal), null, null, RuleVersion, null);

    public static byte[] Seal(DataKey key, Guid alert, AlertCause cause)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(cause, AlertCauseJson.Default.AlertCause);
        var result = new byte[plain.Length + DataKey.Overhead];
        key.Seal(Place(alert), plain, result);
        return result;
    }

    /// <summary>Opens a cause; null if it was changed, or the patient was erased.</summary>
    public static AlertCause? Open(DataKey key, Guid alert, byte[] content)
    {
        var plain = new byte[content.Length];
        return key.TryOpen(Place(alert), content, plain, out var length) ? JsonSerializer.Deserialize(plain.AsSpan(0, length), AlertCauseJson.Default.AlertCause) : null;
    }

    private static byte[] Place(Guid alert) => Encoding.UTF8.GetBytes($"wardwatch/alert/{alert}");

    private static double? Known(double value) => double.IsFinite(value) ? Math.Round(value, 2) : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AlertCause))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class AlertCauseJson : JsonSerializerContext;
