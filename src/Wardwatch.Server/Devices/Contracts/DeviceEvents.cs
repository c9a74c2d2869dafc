using System.Text.Json.Serialization;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Devices.Contracts;

/// <summary>A patient wears a device.</summary>
public sealed record DeviceBound(string Patient, string Device, DateTimeOffset From, DateTimeOffset? Until);

/// <summary>A patient no longer wears a device.</summary>
public sealed record DeviceUnbound(string Patient, string Device, DateTimeOffset At);

/// <summary>What happens to devices.</summary>
public static class DeviceEvents
{
    public static readonly EventKind<DeviceBound> Bound = new(nameof(DeviceBound), 1, DeviceEventsJson.Default.DeviceBound);
    public static readonly EventKind<DeviceUnbound> Unbound = new(nameof(DeviceUnbound), 1, DeviceEventsJson.Default.DeviceUnbound);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DeviceBound))]
[JsonSerializable(typeof(DeviceUnbound))]
internal sealed partial class DeviceEventsJson : JsonSerializerContext;
