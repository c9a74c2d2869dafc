using System.Buffers.Binary;
using System.Net.Sockets;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Wardwatch.Devices.Ascon;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Devices.Payloads;
using Wardwatch.Simulator.Devices;

namespace Wardwatch.Simulator.Load;

/// <summary>
/// One connection under load: keeps a window of messages under way and refills it as acknowledgements come. The packet is laid out once; for each message only time,
/// heart rate, counter and packet identifier change before it is sealed in place, and nothing is allocated. It does not send again: what the connection's end leaves
/// unanswered is counted as such.
/// <code>
///  | PUBLISH, length | topic | packet id | 5.0: 00 | header: 22 | ciphertext | tag: 16 |
/// </code>
/// </summary>
internal sealed class LoadConnection : ILinkOwner
{
    private static readonly byte[] Template = "{\"t\":\"2026-01-01T00:00:00.000000Z\",\"hr\": 75,\"spo2\":97,\"rr\":16,\"sbp\":121,\"dbp\":78,\"temp\":36.8,\"acvpu\":\"A\",\"o2\":false}"u8.ToArray();
    private static readonly int TimeOffset = Template.AsSpan().IndexOf("2026"u8);
    private static readonly int LastHeartRateDigit = Template.AsSpan().IndexOf("75,"u8) + 1;

    private readonly DeviceCredentials _credentials;
    private readonly LoadCounters _counters;
    private readonly TimeProvider _time;
    private readonly IAeadCipher _cipher;
    private readonly byte[] _packet;
    private readonly byte[] _payload = [.. Template];
    private readonly byte[] _topic;
    private readonly int _packetIdOffset;
    private readonly int _window;
    private readonly long[] _sentAt; // by packet identifier, folded: twice the window is more than can be under way
    private readonly Lock _gate = new();
    private readonly ulong _bootId;
    private MqttLink? _link;
    private ulong _counter;
    private ushort _packetId;
    private int _underWay;
    private long _allowed;
    private bool _stopped;

    public LoadConnection(DeviceCredentials credentials, MqttVersion version, int window, bool unlimited, LoadCounters counters, TimeProvider time)
    {
        _credentials = credentials;
        _window = window;
        _counters = counters;
        _time = time;
        _sentAt = new long[BitOperations.RoundUpToPowerOf2((uint)(2 * window) + 2)];
        _allowed = unlimited ? long.MaxValue : 0;
        _cipher = AeadCipher.Create(AeadAlgorithm.AsconAead128, credentials.Key);
        _topic = Encoding.UTF8.GetBytes(credentials.Topic);
        _bootId = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        var envelopeBytes = Template.Length + Envelope.Overhead;
        var publish = new PublishPacket { Topic = _topic, PacketId = 1, Qos = QualityOfService.AtLeastOnce, Payload = new byte[envelopeBytes] };
        _packet = new byte[MqttWriter.Length(publish, version)];
        MqttWriter.Write(_packet, publish, version);
        _packetIdOffset = _packet.Length - envelopeBytes - (version == MqttVersion.V500 ? 1 : 0) - sizeof(ushort);
        Version = version;
    }

    private MqttVersion Version { get; }

    /// <summary>Messages without an answer.</summary>
    public int UnderWay
    {
        get
        {
            lock (_gate) return _underWay;
        }
    }

    /// <summary>Connects. Throws what the link throws.</summary>
    public async Task ConnectAsync(Dial dial, CancellationToken cancellation) =>
        _link = await MqttLink.OpenAsync(dial, _credentials, new LinkOptions(Version, KeepAliveSeconds: 60, IsBusy: true), _time, cancellation);

    /// <summary>Reads until the connection ends; counts it as lost unless the end was asked for.</summary>
    public async Task RunAsync()
    {
        try
        {
            await _link!.RunAsync(this);
            if (!_stopped) _counters.CountLost();
        }
        catch (Exception problem) when (problem is IOException or SocketException or OperationCanceledException or InvalidOperationException)
        {
            if (!_stopped) _counters.CountLost();
        }
    }

    /// <summary>Allows some more messages, and sends what the window has room for.</summary>
    public void Allow(long count)
    {
        lock (_gate)
        {
            if (_allowed < long.MaxValue) _allowed += count;
            Refill();
        }
    }

    /// <summary>Sends nothing any more.</summary>
    public void Stop()
    {
        lock (_gate) _stopped = true;
    }

    /// <summary>Ends the connection in order.</summary>
    public async Task CloseAsync()
    {
        if (_link is null) return;
        await _link.DisconnectAsync();
        await _link.DisposeAsync();
    }

    void ILinkOwner.OnAcknowledged(ushort packetId, MqttReason reason)
    {
        lock (_gate) _underWay--;
        _counters.CountAnswer(reason, _time.GetElapsedTime(_sentAt[packetId & (_sentAt.Length - 1)]));
    }

    void ILinkOwner.OnBatchEnd()
    {
        lock (_gate) Refill();
    }

    void ILinkOwner.OnServerDisconnect(MqttReason reason) => _counters.CountServerDisconnect(reason);

    // Under the gate.
    private void Refill()
    {
        var room = Math.Min(Math.Min(_window, _link!.ReceiveMaximum) - _underWay, _allowed);
        if (room <= 0 || _stopped) return;
        if (_allowed < long.MaxValue) _allowed -= room;
        var now = MeasurementTimes.ToUnixMicroseconds(_time.GetUtcNow());
        for (var i = 0; i < room; i++)
            _link.Append(Next(now));
        _underWay += (int)room;
        _counters.CountSent(room);
        _link.Flush();
    }

    private ReadOnlySpan<byte> Next(long nowMicros)
    {
        // Six digits of fraction keep the text's length; a whole millisecond would be written with three.
        var micros = nowMicros % 1000 == 0 ? nowMicros + 1 : nowMicros;
        Timestamp.TryWrite(micros, _payload.AsSpan(TimeOffset), out _);
        _counter++;
        _payload[LastHeartRateDigit] = (byte)('0' + (int)(_counter % 10));
        var envelope = _packet.AsSpan(_packet.Length - _payload.Length - Envelope.Overhead);
        Envelope.Seal(_cipher, new EnvelopeHeader(EnvelopeKind.Vitals, _credentials.KeyId, _bootId, _counter), _topic, _payload, envelope);
        if (++_packetId == 0) _packetId = 1;
        BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(_packetIdOffset), _packetId);
        _sentAt[_packetId & (_sentAt.Length - 1)] = _time.GetTimestamp();
        return _packet;
    }
}
