using System.Text;
using Wardwatch.Devices.Ascon;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Devices.Payloads;
using Wardwatch.Simulator.Devices;

namespace Wardwatch.Simulator.Load;

/// <summary>
/// The envelopes of one load connection. Some are sealed before the start, so that the generator's work does not take the processor from the server that is
/// measured; beyond these, each is sealed as it is sent. Only time, heart rate and counter differ between two readings. Belongs to one connection.
/// </summary>
internal sealed class EnvelopeSupply
{
    private static readonly byte[] Template = "{\"t\":\"2026-01-01T00:00:00.000000Z\",\"hr\": 75,\"spo2\":97,\"rr\":16,\"sbp\":121,\"dbp\":78,\"temp\":36.8,\"acvpu\":\"A\",\"o2\":false}"u8.ToArray();
    private static readonly int TimeOffset = Template.AsSpan().IndexOf("2026"u8);
    private static readonly int LastHeartRateDigit = Template.AsSpan().IndexOf("75,"u8) + 1;

    private readonly IAeadCipher _cipher;
    private readonly uint _keyId;
    private readonly ulong _bootId;
    private readonly byte[] _payload = [.. Template];
    private byte[] _ahead = [];
    private int _taken;
    private ulong _counter;

    public EnvelopeSupply(DeviceCredentials credentials, ulong bootId)
    {
        _cipher = AeadCipher.Create(AeadAlgorithm.AsconAead128, credentials.Key);
        _keyId = credentials.KeyId;
        _bootId = bootId;
        Topic = Encoding.UTF8.GetBytes(credentials.Topic);
    }

    /// <summary>Every envelope has this many bytes.</summary>
    public static int EnvelopeBytes => Template.Length + Envelope.Overhead;

    public byte[] Topic { get; }

    /// <summary>Seals envelopes for later, measured now and a microsecond apart.</summary>
    public void SealAhead(int count, long nowMicros)
    {
        _ahead = GC.AllocateUninitializedArray<byte>(count * EnvelopeBytes);
        for (var i = 0; i < count; i++)
            Seal(nowMicros + i, _ahead.AsSpan(i * EnvelopeBytes, EnvelopeBytes));
    }

    /// <summary>Writes the next envelope; <paramref name="nowMicros"/> is its time unless it was sealed before.</summary>
    public void Next(long nowMicros, Span<byte> destination)
    {
        if (_taken < _ahead.Length)
        {
            _ahead.AsSpan(_taken, EnvelopeBytes).CopyTo(destination);
            _taken += EnvelopeBytes;
        }
        else
        {
            Seal(nowMicros, destination);
        }
    }

    private void Seal(long micros, Span<byte> destination)
    {
        // Six digits of fraction keep the text's length; a whole millisecond would be written with three.
        Timestamp.TryWrite(micros % 1000 == 0 ? micros + 1 : micros, _payload.AsSpan(TimeOffset), out _);
        _counter++;
        _payload[LastHeartRateDigit] = (byte)('0' + (int)(_counter % 10));
        Envelope.Seal(_cipher, new EnvelopeHeader(EnvelopeKind.Vitals, _keyId, _bootId, _counter), Topic, _payload, destination);
    }
}
