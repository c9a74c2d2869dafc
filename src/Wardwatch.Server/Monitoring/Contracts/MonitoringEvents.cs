using System.Text.Json.Serialization;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Monitoring.Contracts;

/// <summary>What the devices of a ward sent within about a minute: counts, no values. Of several processes each tells of its own share; readings of devices that were sent again count once.</summary>
/// <param name="Ward">The ward of the patients.</param>
/// <param name="Readings">Readings that were believed.</param>
/// <param name="Late">Of these, the ones that came late.</param>
public sealed record VitalSigns(string Ward, long Readings, long Late);

/// <summary>What monitoring tells other modules.</summary>
public static class MonitoringEvents
{
    public static readonly EventKind<VitalSigns> VitalSigns = new(nameof(Contracts.VitalSigns), 1, MonitoringEventsJson.Default.VitalSigns);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(VitalSigns))]
internal sealed partial class MonitoringEventsJson : JsonSerializerContext;
