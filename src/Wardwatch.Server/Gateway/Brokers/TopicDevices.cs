using System.Diagnostics.CodeAnalysis;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Gateway.Brokers;

/// <summary>
/// Whose message this is. A broker does not tell who published; the topic says for which patient, and of the devices that the patient wears or lately wore it is the one
/// under whose key the message opens. Used by one loop at a time.
/// </summary>
internal sealed class TopicDevices(IDeviceDirectory devices, IPatientDirectory patients)
{
    private static ReadOnlySpan<byte> EcgSuffix => "/ecg"u8;

    private static ReadOnlySpan<byte> HospitalPrefix => "hospital/"u8;

    /// <summary>Stands for whoever sent a message that no hospital of ours has to do with.</summary>
    public static DeviceEntry Nobody { get; } = NobodyIn(0);

    private readonly byte[] _plain = new byte[64 * 1024];
    private Dictionary<byte[], List<DeviceEntry>> _byTopic = new(TopicComparer.Instance);
    private int _version;
    private bool _known;

    /// <summary>
    /// The device that sent this. Where none of the patient's can be told, one of them, so that the message is set aside in its name; where the topic is nobody's, a device
    /// that does not exist, of the hospital that the topic names. False: it names no hospital of ours.
    /// </summary>
    public bool TryFind(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> envelope, long receivedAt, [NotNullWhen(true)] out DeviceEntry? device)
    {
        Refresh();
        var vitals = topic.EndsWith(EcgSuffix) ? topic[..^EcgSuffix.Length] : topic;
        if (!_byTopic.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(vitals, out var worn))
        {
            device = NobodyOf(topic);
            return device is not null;
        }

        device = worn[0];
        if (worn.Count > 1 && envelope.Length <= _plain.Length && EnvelopeHeader.TryRead(envelope, out var header, out _))
        {
            foreach (var candidate in worn)
            {
                if (candidate.FindKey(header.KeyId, receivedAt) is { } key && Envelope.TryOpen(key.Cipher, envelope, topic, _plain, out _, out _))
                {
                    device = candidate;
                    break;
                }
            }
        }

        return true;
    }

    private void Refresh()
    {
        var version = devices.Version;
        if (_known && version == _version)
        {
            return;
        }

        var byTopic = new Dictionary<byte[], List<DeviceEntry>>(TopicComparer.Instance);
        foreach (var device in devices.All)
        {
            // Those worn now first: nearly everything is theirs.
            foreach (var binding in device.Bindings.Reverse())
            {
                if (!byTopic.TryGetValue(binding.VitalsTopic, out var worn))
                {
                    byTopic.Add(binding.VitalsTopic, worn = []);
                }

                if (!worn.Contains(device))
                {
                    worn.Insert(binding.UntilMicroseconds == long.MaxValue ? 0 : worn.Count, device);
                }
            }
        }

        (_byTopic, _version, _known) = (byTopic, version, true);
    }

    private DeviceEntry? NobodyOf(ReadOnlySpan<byte> topic)
    {
        if (!topic.StartsWith(HospitalPrefix))
        {
            return null;
        }

        var rest = topic[HospitalPrefix.Length..];
        var slash = rest.IndexOf((byte)'/');
        var id = slash < 0 ? rest : rest[..slash];
        foreach (var hospital in patients.Hospitals)
        {
            if (System.Text.Ascii.Equals(id, hospital.Id))
            {
                return NobodyIn(hospital.TenantId);
            }
        }

        return null;
    }

    private static DeviceEntry NobodyIn(int tenantId) => new() { Number = 0, TenantId = tenantId, Id = "", TokenHash = [], Keys = [], Bindings = [] };

    private sealed class TopicComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static TopicComparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
