using System.Net.Sockets;
using System.Security.Authentication;
using Wardwatch.Devices.Mqtt;

namespace Wardwatch.Simulator.Devices;

/// <summary>How a device behaves on the wire.</summary>
internal sealed record ConnectionOptions
{
    /// <summary>3.1.1 or 5.0.</summary>
    public MqttVersion Version { get; init; } = MqttVersion.V500;

    /// <summary>Seconds, announced in CONNECT.</summary>
    public ushort KeepAliveSeconds { get; init; } = 30;

    /// <summary>The most messages that are under way at once; the server's Receive Maximum may lower it.</summary>
    public int Window { get; init; } = 20;

    /// <summary>The most messages that are kept while they cannot be sent; then the oldest is dropped and counted.</summary>
    public int OfflineLimit { get; init; } = 600;

    /// <summary>The wait after the first failure; it doubles with each, and half of it is drawn at random.</summary>
    public TimeSpan BackOff { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait.</summary>
    public TimeSpan MaxBackOff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long dialling and CONNACK may take together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(20);
}

/// <summary>
/// A device's side of the promise that acknowledged means stored: it keeps every envelope until its PUBACK, has at most a window of them under way, and after a lost
/// connection sends again, in order and byte for byte, what was not acknowledged. Memory is bounded: past the limit the oldest waiting message is given up and counted.
/// </summary>
internal sealed class DeviceConnection : ILinkOwner
{
    private readonly DeviceCredentials _credentials;
    private readonly Dial _dial;
    private readonly ConnectionOptions _options;
    private readonly SemaphoreSlim _handshakes;
    private readonly DeviceStatistics _statistics;
    private readonly TimeProvider _time;
    private readonly Random _jitter;
    private readonly Action<OutgoingMessage, MqttReason>? _answered;
    private readonly Lock _gate = new();
    private readonly Queue<OutgoingMessage> _waiting = [];
    private readonly LinkedList<OutgoingMessage> _underWay = [];
    private MqttLink? _link;
    private int _window;
    private ushort _lastPacketId;

    /// <param name="credentials">Who the device is.</param>
    /// <param name="dial">Opens a byte stream.</param>
    /// <param name="options">How it behaves.</param>
    /// <param name="handshakes">Shared by all devices: how many may connect at once, so that thousands do not storm the server together.</param>
    /// <param name="statistics">Shared by all devices.</param>
    /// <param name="time">The clock.</param>
    /// <param name="seed">For the jitter.</param>
    /// <param name="answered">Told of every PUBACK, or null.</param>
    public DeviceConnection(DeviceCredentials credentials, Dial dial, ConnectionOptions options, SemaphoreSlim handshakes, DeviceStatistics statistics, TimeProvider time, int seed, Action<OutgoingMessage, MqttReason>? answered)
    {
        _credentials = credentials;
        _dial = dial;
        _options = options;
        _handshakes = handshakes;
        _statistics = statistics;
        _time = time;
        _jitter = new Random(seed);
        _answered = answered;
    }

    /// <summary>Whether the server has accepted this device at least once.</summary>
    public bool HasBeenConnected { get; private set; }

    /// <summary>How many messages are neither acknowledged nor refused.</summary>
    public int UnacknowledgedCount
    {
        get
        {
            lock (_gate) return _waiting.Count + _underWay.Count;
        }
    }

    /// <summary>Takes a message: sends it at once if it may, else keeps it.</summary>
    public void Publish(OutgoingMessage message)
    {
        lock (_gate)
        {
            if (_waiting.Count + _underWay.Count >= _options.OfflineLimit && _waiting.TryDequeue(out _))
                _statistics.CountDropped();
            _waiting.Enqueue(message);
            SendWaiting();
            _link?.Flush();
        }
    }

    /// <summary>Looks after the keep-alive; called every second or so.</summary>
    public void Tick()
    {
        lock (_gate) _link?.Tick();
    }

    /// <summary>Pulls the cable: the connection ends without DISCONNECT, and is opened again after the usual wait.</summary>
    public void PullCable()
    {
        lock (_gate) _link?.Abort();
    }

    /// <summary>Connects, and connects again, until cancelled. The end is orderly: what is under way gets a moment to be acknowledged, then DISCONNECT is sent.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var failures = 0;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await using var link = await OpenAsync(cancellation);
                failures = 0;
                await RunLinkAsync(link, cancellation);
            }
            catch (ConnectRefusedException refusal)
            {
                _statistics.CountConnectRefused(refusal.Reason);
                // Wrong credentials do not become right by asking often.
                failures = Math.Max(failures, 4);
            }
            catch (Exception problem) when (problem is IOException or SocketException or AuthenticationException or OperationCanceledException)
            {
                if (!cancellation.IsCancellationRequested) _statistics.CountConnectFailure();
            }

            if (cancellation.IsCancellationRequested) return;
            await WaitAsync(failures++, cancellation);
        }
    }

    void ILinkOwner.OnAcknowledged(ushort packetId, MqttReason reason)
    {
        OutgoingMessage message;
        lock (_gate)
        {
            // PUBACKs come in the order of the messages, so the first is nearly always the one.
            var node = _underWay.First;
            while (node is not null && node.Value.PacketId != packetId) node = node.Next;
            if (node is null) return; // the answer to a copy that was acknowledged before
            message = node.Value;
            _underWay.Remove(node);
        }

        _statistics.CountAnswer(reason);
        _statistics.Latency.Record(_time.GetElapsedTime(message.SentAt));
        _answered?.Invoke(message, reason);
    }

    void ILinkOwner.OnBatchEnd()
    {
        lock (_gate)
        {
            SendWaiting();
            _link?.Flush();
        }
    }

    void ILinkOwner.OnServerDisconnect(MqttReason reason)
    {
        // The end of the stream follows; that is where the connection is given up.
    }

    private async Task<MqttLink> OpenAsync(CancellationToken cancellation)
    {
        await _handshakes.WaitAsync(cancellation);
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            timeout.CancelAfter(_options.ConnectTimeout);
            return await MqttLink.OpenAsync(_dial, _credentials, new LinkOptions(_options.Version, _options.KeepAliveSeconds, IsBusy: false), _time, timeout.Token);
        }
        finally
        {
            _handshakes.Release();
        }
    }

    private async Task RunLinkAsync(MqttLink link, CancellationToken cancellation)
    {
        _statistics.CountConnected();
        var orderly = false;
        try
        {
            lock (_gate)
            {
                _link = link;
                HasBeenConnected = true;
                _window = Math.Min(_options.Window, link.ReceiveMaximum);
                SendAgain();
                SendWaiting();
                link.Flush();
            }

            var leave = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = cancellation.Register(leave.SetResult);
            var reading = link.RunAsync(this);
            if (await Task.WhenAny(reading, leave.Task) != reading)
            {
                orderly = true;
                await LeaveAsync(link, reading);
            }
            else
            {
                await reading;
            }
        }
        catch (Exception problem) when (problem is IOException or SocketException or OperationCanceledException or InvalidOperationException)
        {
            // However it ended, the loop above opens the next one.
        }
        finally
        {
            lock (_gate) _link = null;
            _statistics.CountEnded(lost: !orderly);
        }
    }

    // At the end of the process: a moment for the PUBACKs that are due, then DISCONNECT, and the server's side closes.
    private async Task LeaveAsync(MqttLink link, Task reading)
    {
        var patience = TimeSpan.FromMilliseconds(600);
        var begin = _time.GetTimestamp();
        while (UnacknowledgedCount > 0 && !reading.IsCompleted && _time.GetElapsedTime(begin) < patience)
            await Task.Delay(TimeSpan.FromMilliseconds(20), _time, CancellationToken.None);
        await link.DisconnectAsync();
        await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(200), _time, CancellationToken.None));
        link.Abort();
        await reading;
    }

    // Under the gate: what was under way when the last connection ended goes first, marked as a duplicate, in its old order.
    private void SendAgain()
    {
        foreach (var message in _underWay)
        {
            message.MarkAsDuplicate();
            message.PacketId = NextPacketId();
            Send(message, again: true);
        }
    }

    // Under the gate.
    private void SendWaiting()
    {
        while (_link is not null && _underWay.Count < _window && _waiting.TryDequeue(out var message))
        {
            message.PacketId = NextPacketId();
            _underWay.AddLast(message);
            Send(message, again: false);
        }
    }

    private void Send(OutgoingMessage message, bool again)
    {
        message.SentAt = _time.GetTimestamp();
        _link!.Append(message.Packet);
        _statistics.CountSent(again);
    }

    // The window is far below 65,535, so an identifier that comes round again has long been acknowledged.
    private ushort NextPacketId()
    {
        if (++_lastPacketId == 0) _lastPacketId = 1;
        return _lastPacketId;
    }

    private async Task WaitAsync(int failures, CancellationToken cancellation)
    {
        var full = Math.Min(_options.MaxBackOff.TotalMilliseconds, _options.BackOff.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 16)));
        var wait = TimeSpan.FromMilliseconds(full * (0.5 + (0.5 * _jitter.NextDouble())));
        await Task.Delay(wait, _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
