using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Wardwatch.Devices.Mqtt;

namespace Wardwatch.Simulator.Devices;

/// <summary>What a link tells its owner; called from the reading loop, one call at a time.</summary>
internal interface ILinkOwner
{
    /// <summary>The server has acknowledged, or in 5.0 refused, a message.</summary>
    void OnAcknowledged(ushort packetId, MqttReason reason);

    /// <summary>All that had arrived has been handed over: the moment to send what waits, in one go.</summary>
    void OnBatchEnd();

    /// <summary>The server says why it ends the connection (5.0).</summary>
    void OnServerDisconnect(MqttReason reason);

    /// <summary>The server has answered a PINGREQ.</summary>
    void OnPingAnswered()
    {
        // Only whoever measures it wants to know.
    }
}

/// <summary>The server answered CONNECT with a refusal.</summary>
public sealed class ConnectRefusedException : IOException
{
    /// <param name="reason">As CONNACK has it.</param>
    public ConnectRefusedException(MqttReason reason)
        : base($"The server refuses the connection: {reason}") => Reason = reason;

    /// <summary>As CONNACK has it; return codes of 3.1.1 are translated.</summary>
    public MqttReason Reason { get; }
}

/// <summary>How a link speaks.</summary>
/// <param name="Version">3.1.1 or 5.0.</param>
/// <param name="KeepAliveSeconds">Announced in CONNECT.</param>
/// <param name="IsBusy">True for a connection on which something arrives all the time; a quiet one, of which there may be thousands, holds no read buffer while it waits.</param>
internal sealed record LinkOptions(MqttVersion Version, ushort KeepAliveSeconds, bool IsBusy);

/// <summary>
/// One MQTT connection from CONNECT to its end: sends what it is given in order, hands over acknowledgements, and knows nothing of sending again.
/// Any thread may send; what is sent while a write is under way leaves together with the next one.
/// </summary>
internal sealed class MqttLink : IAsyncDisposable
{
    private const int MaxPacketBytes = 64 << 10;
    private const int MaxConnectPropertyBytes = 16;

    private readonly Stream _stream;
    private readonly PipeReader _input;
    private readonly LinkOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closed = new();
    private readonly Lock _gate = new();
    private byte[] _filling = new byte[512];
    private byte[] _leaving = new byte[512];
    private int _filled;
    private Task _flush = Task.CompletedTask;
    private bool _flushing;
    private long _lastSent;
    private long _pingSent;

    private MqttLink(Stream stream, LinkOptions options, TimeProvider time)
    {
        _stream = stream;
        _options = options;
        _time = time;
        _input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: options.IsBusy ? 16 << 10 : 2 << 10, leaveOpen: true, useZeroByteReads: !options.IsBusy));
        _lastSent = time.GetTimestamp();
    }

    /// <summary>How many messages the server takes unacknowledged; 65,535 where it does not say.</summary>
    public int ReceiveMaximum { get; private set; } = ushort.MaxValue;

    private int KeepAliveSeconds { get; set; }

    /// <summary>Dials, sends CONNECT and waits for CONNACK.</summary>
    /// <exception cref="ConnectRefusedException">The server refuses.</exception>
    /// <exception cref="IOException">The connection ended, or what came was not CONNACK. Sockets and TLS throw their own.</exception>
    public static async Task<MqttLink> OpenAsync(Dial dial, DeviceCredentials credentials, LinkOptions options, TimeProvider time, CancellationToken cancellation)
    {
        var link = new MqttLink(await dial(cancellation), options, time);
        try
        {
            link.Append(ConnectBytes(credentials, options));
            link.Flush();
            await link.ReceiveConnAckAsync(cancellation);
            return link;
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    /// <summary>Puts bytes behind what waits to be sent, and does not send yet.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            var needed = _filled + bytes.Length;
            if (needed > _filling.Length) Array.Resize(ref _filling, Math.Max(needed, 2 * _filling.Length));
            bytes.CopyTo(_filling.AsSpan(_filled));
            _filled = needed;
        }
    }

    /// <summary>Sends what waits. Returns as soon as the bytes are with the operating system, or at once if a write is under way, which then takes them along.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_flushing || _filled == 0) return;
            _flushing = true;
            _flush = FlushAsync();
        }
    }

    /// <summary>Reads until the connection ends.</summary>
    public async Task RunAsync(ILinkOwner owner)
    {
        while (true)
        {
            var result = await _input.ReadAsync(_closed.Token);
            var buffer = result.Buffer;
            while (NextFrame(ref buffer, out var frame))
                Handle(frame, owner);
            _input.AdvanceTo(buffer.Start, buffer.End);
            owner.OnBatchEnd();
            if (result.IsCompleted) return;
        }
    }

    /// <summary>Sends the same bytes over and over and reads nothing, until the server has had enough: how no device should be.</summary>
    public async Task SendUntilClosedAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            while (true) await _stream.WriteAsync(bytes, cancellation);
        }
        catch (IOException)
        {
            // It has.
        }
    }

    /// <summary>Keeps the connection alive: pings where nothing was sent for half the keep-alive, ends it where a ping stays without an answer.</summary>
    public void Tick()
    {
        var pinged = Volatile.Read(ref _pingSent);
        if (pinged != 0 && _time.GetElapsedTime(pinged) > TimeSpan.FromSeconds(Math.Max(5, KeepAliveSeconds / 2)))
        {
            Abort();
        }
        else if (pinged == 0 && KeepAliveSeconds > 0 && _time.GetElapsedTime(Volatile.Read(ref _lastSent)) > TimeSpan.FromSeconds(KeepAliveSeconds / 2.0))
        {
            Ping();
        }
    }

    /// <summary>Sends PINGREQ.</summary>
    public void Ping()
    {
        Volatile.Write(ref _pingSent, _time.GetTimestamp());
        Append([(byte)MqttPacketType.PingReq << 4, 0]);
        Flush();
    }

    /// <summary>Ends the connection at once, without DISCONNECT, as a pulled cable does.</summary>
    public void Abort() => _closed.Cancel();

    /// <summary>Sends what waits and DISCONNECT.</summary>
    public async Task DisconnectAsync()
    {
        Append([(byte)MqttPacketType.Disconnect << 4, 0]);
        Flush();
        Task flush;
        lock (_gate) flush = _flush;
        await flush;
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        Task flush;
        lock (_gate) flush = _flush;
        await flush;
        await _input.CompleteAsync();
        await _stream.DisposeAsync(); // the cancellation source has no timer and stays: others may still call Abort
    }

    private async Task FlushAsync()
    {
        try
        {
            while (true)
            {
                int length;
                lock (_gate)
                {
                    if (_filled == 0)
                    {
                        _flushing = false;
                        return;
                    }

                    (_leaving, _filling) = (_filling, _leaving);
                    (length, _filled) = (_filled, 0);
                }

                await _stream.WriteAsync(_leaving.AsMemory(0, length), _closed.Token);
                Volatile.Write(ref _lastSent, _time.GetTimestamp());
            }
        }
        catch (Exception problem) when (problem is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The reading side sees the end as well and is where it is reported. `_flushing` stays set: nothing can be sent any more.
            Abort();
        }
    }

    private static byte[] ConnectBytes(DeviceCredentials credentials, LinkOptions options)
    {
        var id = Encoding.UTF8.GetBytes(credentials.Device);
        Span<byte> properties = stackalloc byte[MaxConnectPropertyBytes];
        var writer = new MqttPropertyWriter(properties);
        writer.Add(MqttProperty.SessionExpiryInterval, 300);
        var output = new ArrayBufferWriter<byte>(256);
        MqttWriter.Write(
            output,
            new ConnectPacket
            {
                CleanStart = false, // what was not acknowledged is sent again in the same session, marked as a duplicate
                KeepAlive = options.KeepAliveSeconds,
                ClientId = id,
                HasUserName = true,
                UserName = id,
                HasPassword = true,
                Password = Encoding.UTF8.GetBytes(credentials.Token),
                Properties = options.Version == MqttVersion.V500 ? writer.Properties : default,
            },
            options.Version);
        return output.WrittenSpan.ToArray();
    }

    private async Task ReceiveConnAckAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var result = await _input.ReadAsync(cancellation);
            var buffer = result.Buffer;
            if (NextFrame(ref buffer, out var frame))
            {
                var reason = ReadConnAck(frame);
                _input.AdvanceTo(buffer.Start);
                if (reason != MqttReason.Success) throw new ConnectRefusedException(reason);
                return;
            }

            _input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted) throw new IOException("The server closed the connection instead of answering CONNECT.");
        }
    }

    private MqttReason ReadConnAck(MqttFrame frame)
    {
        Span<byte> scratch = stackalloc byte[512];
        if (frame.Header.Type != MqttPacketType.ConnAck || frame.Header.BodyLength > scratch.Length) throw new IOException("The server answered CONNECT with something else.");
        if (!ConnAckPacket.TryRead(frame.Header, frame.Contiguous(scratch), Server, out var packet, out var fault)) throw new IOException($"CONNACK cannot be read: {fault.Detail}");
        if (packet.Properties.ReceiveMaximum is { } maximum) ReceiveMaximum = maximum;
        KeepAliveSeconds = packet.Properties.ServerKeepAlive ?? _options.KeepAliveSeconds;
        return packet.Reason;
    }

    private MqttPeer Server => new(_options.Version, MqttSender.Server);

    private bool NextFrame(ref ReadOnlySequence<byte> buffer, out MqttFrame frame)
    {
        switch (MqttFrames.TryRead(buffer, _options.Version, MaxPacketBytes, out frame))
        {
            case FrameStatus.Ok:
                buffer = buffer.Slice(frame.Header.TotalLength);
                return true;
            case FrameStatus.NeedMore:
                return false;
            default:
                throw new IOException("The server sent bytes that are not MQTT.");
        }
    }

    private void Handle(MqttFrame frame, ILinkOwner owner)
    {
        Span<byte> scratch = stackalloc byte[512];
        switch (frame.Header.Type)
        {
            case MqttPacketType.PubAck when frame.Header.BodyLength <= scratch.Length:
                if (!PubAckPacket.TryRead(frame.Header, frame.Contiguous(scratch), Server, out var ack, out var fault)) throw new IOException($"PUBACK cannot be read: {fault.Detail}");
                owner.OnAcknowledged(ack.PacketId, ack.Reason);
                break;
            case MqttPacketType.PingResp:
                Volatile.Write(ref _pingSent, 0);
                owner.OnPingAnswered();
                break;
            case MqttPacketType.Disconnect when frame.Header.BodyLength <= scratch.Length:
                var read = DisconnectPacket.TryRead(frame.Header, frame.Contiguous(scratch), Server, out var disconnect, out _);
                owner.OnServerDisconnect(read ? disconnect.Reason : MqttReason.UnspecifiedError);
                break;
            default:
                break; // nothing else is expected, as nothing was subscribed to
        }
    }
}
