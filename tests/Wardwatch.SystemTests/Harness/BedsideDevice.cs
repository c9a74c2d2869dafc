using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Wardwatch.Devices.Ascon;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Devices.Payloads;
using Wardwatch.Simulator.Devices;

namespace Wardwatch.SystemTests.Harness;

/// <summary>A message as it goes on the wire.</summary>
/// <param name="Boot">The device's start.</param>
/// <param name="Counter">The number since then.</param>
/// <param name="Topic">For which topic it is sealed.</param>
/// <param name="Envelope">The bytes.</param>
public sealed record SealedMessage(ulong Boot, ulong Counter, string Topic, byte[] Envelope);

/// <summary>A device with its secrets, as whoever builds one would hold them: seals readings, counts, and draws a new boot id when it starts again.</summary>
public sealed class BedsideDevice(string id, string token, uint keyId, byte[] key, string topic)
{
    private readonly IAeadCipher _cipher = AeadCipher.Create(AeadAlgorithm.AsconAead128, key);

    /// <summary>Client id and user name.</summary>
    public string Id { get; } = id;

    /// <summary>The password.</summary>
    public string Token { get; } = token;

    /// <summary>The number of its key.</summary>
    public uint KeyId { get; } = keyId;

    /// <summary>The key, 16 bytes.</summary>
    public byte[] Key { get; } = key;

    /// <summary>Where its vitals go.</summary>
    public string Topic { get; } = topic;

    /// <summary>The same device, as the simulator's code knows it.</summary>
    public DeviceCredentials Credentials => new(Id, KeyId, Key, Token, Topic, Simulated: false);

    /// <summary>The patient that the topic names.</summary>
    public string Patient => Topic[(Topic.LastIndexOf('/') + 1)..];

    /// <summary>Drawn at each start.</summary>
    public ulong Boot { get; private set; } = DrawBoot();

    /// <summary>The last number used.</summary>
    public ulong Counter { get; set; }

    /// <summary>The devices in a demo's file, spare ones last.</summary>
    public static List<BedsideDevice> ReadAll(string data)
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(data, "device-keys.json")));
        return [.. file.RootElement.EnumerateArray().Select(entry => new BedsideDevice(
            entry.GetProperty("device").GetString()!, entry.GetProperty("token").GetString()!, entry.GetProperty("keyId").GetUInt32(),
            Convert.FromHexString(entry.GetProperty("key").GetString()!), entry.GetProperty("topic").GetString()!))];
    }

    /// <summary>Switches the device off and on: it remembers nothing.</summary>
    public void Restart() => (Boot, Counter) = (DrawBoot(), 0);

    /// <summary>Seals the next reading.</summary>
    /// <param name="at">When it was measured.</param>
    /// <param name="members">The payload's further members, as <c>"hr":75,"spo2":96</c>.</param>
    public SealedMessage Seal(DateTimeOffset at, string members) => SealBytes(Payload(at, members));

    /// <summary>A payload.</summary>
    public static byte[] Payload(DateTimeOffset at, string members)
    {
        Span<byte> time = stackalloc byte[Timestamp.MaxWrittenBytes];
        Timestamp.TryWrite(MeasurementTimes.ToUnixMicroseconds(at), time, out var written);
        return Encoding.UTF8.GetBytes($$"""{"t":"{{Encoding.UTF8.GetString(time[..written])}}",{{members}}}""");
    }

    /// <summary>Seals any bytes as the next message.</summary>
    /// <param name="plaintext">What is inside.</param>
    /// <param name="kind">What it says it is.</param>
    /// <param name="underKey">The key id that it names; null for its own.</param>
    /// <param name="forTopic">The topic that it is bound to; null for its own.</param>
    /// <param name="counter">A number instead of the next one.</param>
    public SealedMessage SealBytes(ReadOnlySpan<byte> plaintext, EnvelopeKind kind = EnvelopeKind.Vitals, uint? underKey = null, string? forTopic = null, ulong? counter = null)
    {
        var number = counter ?? ++Counter;
        var boundTo = forTopic ?? Topic;
        var envelope = new byte[plaintext.Length + Envelope.Overhead];
        Envelope.Seal(_cipher, new EnvelopeHeader(kind, underKey ?? KeyId, Boot, number), Encoding.UTF8.GetBytes(boundTo), plaintext, envelope);
        return new SealedMessage(Boot, number, boundTo, envelope);
    }

    private static ulong DrawBoot() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
}
