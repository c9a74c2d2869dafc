using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Gateway.Brokers;

/// <summary>
/// One connection to the broker from CONNECT to its end. One loop reads and hands on what it read; PUBACKs leave after the commit, in the order of arrival, as on a device's
/// own connection. If a commit fails the connection ends, and the broker sends again on the next one.
/// </summary>
internal sealed class BrokerSession : IAsyncDisposable
{
    // Length and options of a filter in SUBSCRIBE.
    private const int FilterOverhead = 3;

    private readonly Stream _stream;
    private readonly PipeReader _input;
    private readonly MqttOutput _output;
    private readonly Acknowledgements _acknowledgements;
    private readonly UnsentBatches _unsent;
    private readonly IEnvelopeQueue _queue;
    private readonly TopicDevices _devices;
    private readonly MqttBrokerOptions _options;
    private readonly GatewayOptions _gateway;
    private readonly GatewayMetrics _metrics;
    private readonly GatewayWarnings _warnings;
    private readonly TimeProvider _time;
    private readonly MqttPeer _peer;
    private readonly CancellationTokenSource _end = new();
    private byte[] _scratch = new byte[4096];
    private bool _isConnected;
    private bool _isSubscribed;
    private bool _isReading;
    private int _keepAliveSeconds;
    private long _lastHeard;

    public BrokerSession(
        Stream stream, MqttBrokerOptions options, GatewayOptions gateway, IEnvelopeQueue queue, TopicDevices devices, GatewayMetrics metrics, GatewayWarnings warnings, TimeProvider time)
    {
        (_stream, _options, _gateway, _queue, _devices, _metrics, _warnings, _time) = (stream, options, gateway, queue, devices, metrics, warnings, time);
        var version = (MqttVersion)options.Protocol;
        _peer = new MqttPeer(version, MqttSender.Server);
        _input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 32 << 10, leaveOpen: true));
        _output = new MqttOutput(stream, () => End("It does not take what it is sent."));
        _acknowledgements = new Acknowledgements(_output, version, metrics, () => End("Readings could not be stored."));
        _unsent = new UnsentBatches(_acknowledgements, queue);
        _keepAliveSeconds = options.KeepAliveSeconds;
    }

    /// <summary>Whether the broker had kept the session.</summary>
    public bool IsResumed { get; private set; }

    /// <summary>Why it ended, in words.</summary>
    public string EndReason { get; private set; } = "It was closed by the broker.";

    /// <summary>Sends CONNECT and SUBSCRIBE, and waits for the answers. Messages of a session that was kept may come, and be acknowledged, between.</summary>
    public async Task BeginAsync(ReadOnlyMemory<byte> connect, CancellationToken cancellation)
    {
        await _stream.WriteAsync(connect, cancellation);
        await ReadUntilAsync(() => _isConnected, cancellation);
        Subscribe();
        await ReadUntilAsync(() => _isSubscribed, cancellation);
    }

    /// <summary>Reads until the connection ends or the server stops; what was read is then acknowledged as far as it is committed.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, stopping);
        var watching = WatchAsync(ending.Token);
        try
        {
            await ReadUntilAsync(static () => false, ending.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            if (e is IOException)
            {
                End(e.Message);
            }
        }

        await _end.CancelAsync();
        await watching;
        _unsent.Fail();
        if (stopping.IsCancellationRequested)
        {
            await LeaveAsync();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _unsent.Fail();
        await _output.CompleteAsync(TimeSpan.FromSeconds(_gateway.SendSeconds));
        await _input.CompleteAsync();
        await _stream.DisposeAsync(); // the source has no timer and stays: a late commit may still ask for the end
    }

    private void Subscribe()
    {
        var filter = Encoding.UTF8.GetBytes(_options.SharedGroup is { } group ? $"$share/{group}/{_options.Filter}" : _options.Filter);
        var writer = new FilterListWriter(new byte[filter.Length + FilterOverhead]);
        writer.AddSubscription(filter, new SubscriptionOptions(QualityOfService.AtLeastOnce));
        _output.Write(new SubscribePacket { PacketId = 1, Subscriptions = writer.Subscriptions }, _peer.Version);
        _output.Flush();
    }

    private void End(string reason)
    {
        if (!_end.IsCancellationRequested)
        {
            EndReason = reason;
            _end.Cancel();
        }
    }

    /// <summary>The orderly end: a while for what is under way, then DISCONNECT. The broker keeps the session all the same.</summary>
    private async Task LeaveAsync()
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(_gateway.DrainSeconds), _time);
        try
        {
            while (_acknowledgements.Outstanding > 0)
            {
                await _acknowledgements.WaitForProgressAsync(late.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The rest comes again.
        }

        _output.Write(new DisconnectPacket { Reason = MqttReason.Success }, _peer.Version);
        _output.Flush();
    }

    private async Task ReadUntilAsync(Func<bool> done, CancellationToken cancellation)
    {
        while (!done())
        {
            Volatile.Write(ref _isReading, true);
            var result = await _input.ReadAsync(cancellation);
            Volatile.Write(ref _isReading, false);
            Volatile.Write(ref _lastHeard, Environment.TickCount64);
            Take(result.Buffer);
            await HandOverAsync(cancellation);
            _output.Flush();
            if (result.IsCompleted && !done())
            {
                throw new IOException("It closed the connection.");
            }
        }
    }

    private void Take(ReadOnlySequence<byte> buffer)
    {
        var receivedAt = _time.Microseconds();
        while (true)
        {
            switch (MqttFrames.TryRead(buffer, _peer.Version, _gateway.MaxPacketBytes, out var frame))
            {
                case FrameStatus.Ok:
                    Handle(in frame, receivedAt);
                    buffer = buffer.Slice(frame.Header.TotalLength);
                    continue;
                case FrameStatus.NeedMore:
                    _input.AdvanceTo(buffer.Start, buffer.End);
                    return;
                default:
                    throw new IOException("It sent what is not MQTT, or a packet that is too large.");
            }
        }
    }

    private void Handle(in MqttFrame frame, long receivedAt)
    {
        var header = frame.Header;
        if (!frame.Body.IsSingleSegment && _scratch.Length < header.BodyLength)
        {
            _scratch = new byte[header.BodyLength];
        }

        var body = frame.Contiguous(_scratch);
        var fault = default(MqttFault);
        var sound = header.Type switch
        {
            MqttPacketType.Publish => PublishPacket.TryRead(header, body, _peer, out var publish, out fault) && Take(in publish, receivedAt),
            MqttPacketType.ConnAck => ConnAckPacket.TryRead(header, body, _peer, out var connAck, out fault) && Take(in connAck),
            MqttPacketType.SubAck => SubAckPacket.TryRead(header, body, _peer, out var subAck, out fault) && Take(in subAck),
            MqttPacketType.PingResp => true,
            MqttPacketType.Disconnect => throw new IOException(
                DisconnectPacket.TryRead(header, body, _peer, out var disconnect, out _) ? $"It ended the session: {disconnect.Reason}." : "It ended the session."),
            _ => false,
        };
        if (!sound)
        {
            throw new IOException($"It sent a packet that does not belong there or cannot be read ({header.Type}, {fault.Reason}).");
        }
    }

    private bool Take(in ConnAckPacket packet)
    {
        if (packet.Reason != MqttReason.Success)
        {
            throw new IOException($"It refuses the connection: {packet.Reason}.");
        }

        (_isConnected, IsResumed) = (true, packet.SessionPresent);
        _keepAliveSeconds = packet.Properties.ServerKeepAlive ?? _options.KeepAliveSeconds;
        return true;
    }

    private bool Take(in SubAckPacket packet)
    {
        if (packet.Reasons.IsEmpty || packet.Reasons[0].IsFailure())
        {
            throw new IOException($"It refuses the subscription to {_options.Filter}.");
        }

        return _isSubscribed = true;
    }

    private bool Take(in PublishPacket publish, long receivedAt)
    {
        if (publish.Qos == QualityOfService.ExactlyOnce || publish.Topic.IsEmpty)
        {
            return false; // neither was asked for
        }

        _metrics.ReceivedFromBroker(publish.Topic.Length + publish.Payload.Length, receivedAt / 1000);
        if (!_devices.TryFind(publish.Topic, publish.Payload, receivedAt, out var device))
        {
            // Of no hospital of ours: nobody here could be shown it. It is answered in its turn behind what came before.
            _warnings.NobodysMessage();
            return Refuse(in publish, receivedAt);
        }

        _unsent.For(device, receivedAt);
        _unsent.Add(publish.Topic, publish.Payload, DeliveryTag.Make(publish.PacketId, publish.Qos));
        _acknowledgements.Expect(publish.Qos);
        return true;
    }

    private bool Refuse(in PublishPacket publish, long receivedAt)
    {
        var batch = _unsent.For(TopicDevices.Nobody, receivedAt);
        _unsent.Add(default, default, DeliveryTag.Make(publish.PacketId, publish.Qos));
        batch.Refuse(batch.Count - 1, History.Contracts.RefusalReason.NotPermitted);
        _acknowledgements.Expect(publish.Qos);
        return true;
    }

    private async ValueTask HandOverAsync(CancellationToken cancellation)
    {
        while (!_unsent.TryHandOver())
        {
            if (!await _queue.WaitForRoomAsync(_unsent.First, cancellation))
            {
                throw new IOException("The server stops.");
            }
        }
    }

    /// <summary>Says that we are there, whether or not a lane has room, and notices when the broker is not.</summary>
    private async Task WatchAsync(CancellationToken ended)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(Math.Max(1, _keepAliveSeconds / 2.0)), _time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                if (Volatile.Read(ref _isReading) && Environment.TickCount64 - Volatile.Read(ref _lastHeard) > _keepAliveSeconds * 1500L)
                {
                    End("It has fallen silent.");
                    return;
                }

                _output.Write(default(PingPacket), _peer.Version);
                _output.Flush();
            }
        }
        catch (OperationCanceledException)
        {
            // The session has ended.
        }
    }
}
