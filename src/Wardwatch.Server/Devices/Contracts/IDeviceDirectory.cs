using Wardwatch.Devices.Ascon;

namespace Wardwatch.Server.Devices.Contracts;

/// <summary>One device as the gateway and the lanes know it: immutable, replaced as a whole when something changes.</summary>
public sealed class DeviceEntry
{
    /// <summary>The database key that stands for the device in hot tables; never shown.</summary>
    public required int Number { get; init; }

    /// <summary>The tenant the device belongs to.</summary>
    public required int TenantId { get; init; }

    /// <summary>The device's id (<c>[A-Za-z0-9._-]{1,64}</c>): MQTT client id, user name and certificate subject.</summary>
    public required string Id { get; init; }

    /// <summary>SHA-256 of the device's token. A token is drawn with 256 bits, so that a fast hash is enough.</summary>
    public required byte[] TokenHash { get; init; }

    /// <summary>The keys in force when this was loaded; revoked and ended ones are left out. One may have ended since.</summary>
    public required IReadOnlyList<DeviceKey> Keys { get; init; }

    /// <summary>Bindings of at least the last 8 days, oldest first; they do not overlap.</summary>
    public required IReadOnlyList<DeviceBinding> Bindings { get; init; }

    /// <summary>The key with this id, or null.</summary>
    public DeviceKey? FindKey(uint keyId)
    {
        // By index: an enumerator of the interface would be an allocation for each reading.
        for (var i = 0; i < Keys.Count; i++)
        {
            if (Keys[i].KeyId == keyId)
            {
                return Keys[i];
            }
        }

        return null;
    }

    /// <summary>The key with this id, if it was in force when something sealed under it was received; otherwise null.</summary>
    /// <param name="keyId">The number that the envelope names.</param>
    /// <param name="receivedAt">Microseconds since the Unix epoch. When it was measured does not matter: a device could say anything.</param>
    public DeviceKey? FindKey(uint keyId, long receivedAt) => FindKey(keyId) is { } key && key.IsInForceAt(receivedAt) ? key : null;

    /// <summary>Whether any key is in force at a time: without one, nothing that the device sends can be believed.</summary>
    public bool HasKeyAt(long atMicroseconds)
    {
        for (var i = 0; i < Keys.Count; i++)
        {
            if (Keys[i].IsInForceAt(atMicroseconds))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The binding in force at a time, or null: who wore the device when it measured.</summary>
    /// <param name="atMicroseconds">Microseconds since the Unix epoch.</param>
    public DeviceBinding? BindingAt(long atMicroseconds)
    {
        for (var i = Bindings.Count - 1; i >= 0; i--)
        {
            var binding = Bindings[i];
            if (binding.FromMicroseconds <= atMicroseconds && atMicroseconds < binding.UntilMicroseconds)
            {
                return binding;
            }
        }

        return null;
    }

    /// <summary>Since when whoever wears it at a time has worn it without a break; 0: nobody does. A transfer begins another binding and is no break.</summary>
    /// <param name="atMicroseconds">Microseconds since the Unix epoch.</param>
    public long WornSince(long atMicroseconds)
    {
        DeviceBinding? first = null;
        for (var i = Bindings.Count - 1; i >= 0; i--)
        {
            var binding = Bindings[i];
            if (first is null ? binding.FromMicroseconds <= atMicroseconds && atMicroseconds < binding.UntilMicroseconds
                : binding.PatientNumber == first.PatientNumber && binding.UntilMicroseconds == first.FromMicroseconds)
            {
                first = binding;
            }
            else if (first is not null)
            {
                break;
            }
        }

        return first?.FromMicroseconds ?? 0;
    }
}

/// <summary>One key of a device.</summary>
/// <param name="KeyId">The number that the envelope names.</param>
/// <param name="Algorithm">Which cipher the key is for; nothing is guessed from the bytes.</param>
/// <param name="Cipher">The cipher under this key.</param>
/// <param name="UntilMicroseconds">When it ends, since another has taken its place; <see cref="long.MaxValue"/>: it does not.</param>
public sealed record DeviceKey(uint KeyId, AeadAlgorithm Algorithm, IAeadCipher Cipher, long UntilMicroseconds = long.MaxValue)
{
    /// <summary>Whether it has not ended at a time.</summary>
    public bool IsInForceAt(long atMicroseconds) => atMicroseconds < UntilMicroseconds;
}

/// <summary>Device ↔ patient over an interval of time (microseconds since the Unix epoch; <see cref="long.MaxValue"/>: still in force).</summary>
/// <param name="PatientNumber">The database key of the patient.</param>
/// <param name="VitalsTopic">The one topic on which vitals are accepted under this binding, in UTF-8.</param>
/// <param name="FromMicroseconds">From when.</param>
/// <param name="UntilMicroseconds">Until when, exclusive.</param>
/// <param name="IsAwaited">Whether it is missed before it has sent anything; a spare is not.</param>
public sealed record DeviceBinding(int PatientNumber, byte[] VitalsTopic, long FromMicroseconds, long UntilMicroseconds, bool IsAwaited = false);

/// <summary>All devices in memory. Reads never block; a change becomes visible as a whole.</summary>
public interface IDeviceDirectory
{
    /// <summary>The device with this id, or null.</summary>
    DeviceEntry? Find(string id);

    /// <summary>The device with this database key, or null.</summary>
    DeviceEntry? Find(int number);

    /// <summary>Every device that is not revoked.</summary>
    IReadOnlyCollection<DeviceEntry> All { get; }

    /// <summary>Counts up with each change, the end of a key included, so that a holder of an entry can see cheaply that it may be out of date.</summary>
    int Version { get; }
}
