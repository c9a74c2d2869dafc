using Wardwatch.Server.Devices.Contracts;

namespace Wardwatch.Server.Gateway;

/// <summary>Where a device may publish, and what it may hear. The patient of a reading comes from the binding all the same, never from the topic.</summary>
internal static class TopicPermissions
{
    private static ReadOnlySpan<byte> EcgSuffix => "/ecg"u8;

    /// <summary>
    /// The topics of the patients it is or lately was bound to (a device that was out of reach sends late, sealed for the topic of then), and its own status.
    /// </summary>
    public static bool MayPublish(DeviceEntry device, ReadOnlySpan<byte> topic)
    {
        var bindings = device.Bindings;
        for (var i = bindings.Count - 1; i >= 0; i--)
        {
            var vitals = bindings[i].VitalsTopic.AsSpan();
            if (topic.StartsWith(vitals) && (topic.Length == vitals.Length || topic[vitals.Length..].SequenceEqual(EcgSuffix)))
            {
                return true;
            }
        }

        return IsOwn(device.Id, topic, "/status"u8);
    }

    /// <summary>The commands to the device itself, and nothing else.</summary>
    public static bool MaySubscribe(DeviceEntry device, ReadOnlySpan<byte> filter) => IsOwn(device.Id, filter, "/commands"u8);

    private static bool IsOwn(string id, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> suffix)
    {
        var prefix = "devices/"u8;
        return topic.Length == prefix.Length + id.Length + suffix.Length
            && topic.StartsWith(prefix)
            && topic.EndsWith(suffix)
            && System.Text.Ascii.Equals(topic.Slice(prefix.Length, id.Length), id);
    }
}
