using System.Buffers.Binary;
using System.Net.Sockets;
using System.Numerics;
using System.Security.Cryptography;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Devices.Payloads;
using Wardwatch.Simulator.Devices;

namespace Wardwatch.Simulator.Load;

/// <summary>
/// One connection under load: keeps a window of messages under way and refills it as acknowledgements come, with one write for all that one read made room for.
/// The packet is laid out once; for each message only packet identifier and envelope change, and nothing is allocated. It does not send again: what the
/// connection's end leaves unanswered is counted as such.
/// <code>
///  | PUBLISH, length | topic | packet id | 5.0: 00 | envelope |
/// </code>
/// </summary>
internal sealed class LoadConnection : ILinkOwner
{
    private readonly DeviceCredentials _credentials;
    private readonly LoadCounters _counters;
    private readonly TimeProvider _time;
    private readonly MqttVersion _version;
    private readonly EnvelopeSupply _envelopes;
    private readonly byte[] _packet;
    private readonly int _packetIdOffset;
    private readonly int _window;
    private readonly long[] _sentAt; // by packet identifier, folded: twice the window is more than can be under way
    private readonly Lock _gate = new();
    private MqttLink? _link;
    private ushort _packetId;
    private int _underWay;
    private long _allowed;
    private bool _stopped;

    // Of the batch that is being read; the reading loop's alone.
    private int _answered;
    private int _acknowledged;
    private long _readAt;

    public LoadConnection(DeviceCredentials credentials, MqttVersion version, int window, bool unlimited, LoadCounters counters, TimeProvider time)
    {
        _credentials = credentials;
        _version = version;
        _window = window;
        _counters = counters;
        _time = time;
        _sentAt = new long[BitOperations.RoundUpToPowerOf2((uint)(2 * window) + 2)];
        _allowed = unlimited ? long.MaxValue : 0;
        _envelopes = new EnvelopeSupply(credentials, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));
        var publish = new PublishPacket { Topic = _envelopes.Topic, PacketId = 1, Qos = QualityOfService.AtLeastOnce, Payload = new byte[EnvelopeSupply.EnvelopeBytes] };
        _packet = new byte[MqttWriter.Length(publish, version)];
        MqttWriter.Write(_packet, publish, version);
        _packetIdOffset = _packet.Length - EnvelopeSupply.EnvelopeBytes - (version == MqttVersion.V500 ? 1 : 0) - sizeof(ushort);
    }

    /// <summary>Messages without an answer.</summary>
    public int UnderWay
    {
        get
        {
            lock (_gate) return _underWay;
        }
    }

    /// <summary>Seals messages before the start.</summary>
    public void SealAhead(int count) => _envelopes.SealAhead(count, MeasurementTimes.ToUnixMicroseconds(_time.GetUtcNow()));

    /// <summary>Connects. Throws what the link throws.</summary>
    public async Task ConnectAsync(Dial dial, CancellationToken cancellation) =>
        _link = await MqttLink.OpenAsync(dial, _credentials, new LinkOptions(_version, KeepAliveSeconds: 60, IsBusy: true), _time, cancellation);

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
        if (_answered++ == 0) _readAt = _time.GetTimestamp();
        if (reason.IsFailure()) _counters.CountRefused(reason);
        else _acknowledged++;
        _counters.CountLatency(_time.GetElapsedTime(_sentAt[packetId & (_sentAt.Length - 1)], _readAt));
    }

    void ILinkOwner.OnBatchEnd()
    {
        if (_answered == 0) return;
        _counters.CountAcknowledged(_acknowledged);
        lock (_gate)
        {
            _underWay -= _answered;
            Refill();
        }

        _answered = _acknowledged = 0;
    }

    void ILinkOwner.OnServerDisconnect(MqttReason reason) => _counters.CountRefused(reason);

    // Under the gate.
    private void Refill()
    {
        var room = (int)Math.Min(Math.Min(_window, _link!.ReceiveMaximum) - _underWay, _allowed);
        if (room <= 0 || _stopped) return;
        if (_allowed < long.MaxValue) _allowed -= room;
        _underWay += room;
        _counters.CountSent(room);
        var now = MeasurementTimes.ToUnixMicroseconds(_time.GetUtcNow());
        var timestamp = _time.GetTimestamp();
        for (var i = 0; i < room; i++)
            _link.Append(Next(now, timestamp));
        _link.Flush();
    }

    private ReadOnlySpan<byte> Next(long nowMicros, long timestamp)
    {
        _envelopes.Next(nowMicros, _packet.AsSpan(_packet.Length - EnvelopeSupply.EnvelopeBytes));
        if (++_packetId == 0) _packetId = 1;
        BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(_packetIdOffset), _packetId);
        _sentAt[_packetId & (_sentAt.Length - 1)] = timestamp;
        return _packet;
    }
}
