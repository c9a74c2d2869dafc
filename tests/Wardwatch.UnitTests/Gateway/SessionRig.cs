using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Gateway;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.UnitTests.Monitoring;
using Wardwatch.UnitTests.Platform;
using Xunit;

namespace Wardwatch.UnitTests.Gateway;

/// <summary>A session over pipes in memory: the test is the device on one side and the lanes on the other.</summary>
internal sealed class SessionRig
{
    private static readonly TimeSpan Patience = UnitTests.Waiting.Patience;
    private readonly Pipe _toServer = new();
    private readonly Pipe _toDevice = new();

    public SessionRig(MqttVersion version = MqttVersion.V500, int keepAliveSeconds = 60, GatewayOptions? options = null, FakeDevices? directory = null, WaitingBytes? waiting = null)
    {
        Version = version;
        Waiting = waiting ?? new WaitingBytes(long.MaxValue);
        Directory = directory ?? new FakeDevices(TestWard.Device());
        var metrics = new GatewayMetrics(new UnreadMeters(), Clock);
        var warnings = new GatewayWarnings(metrics, NullLogger<GatewayWarnings>.Instance, Clock);
        var services = new GatewayServices(new DevicePolicy(Queue, Directory, new NobodyWatches(), Clock), metrics, warnings, Waiting, options ?? new GatewayOptions(), Clock);
        Session = new DeviceSession(TestWard.Device(), version, keepAliveSeconds, _toServer.Reader, new MqttOutput(_toDevice.Writer.AsStream(), () => Overflowed = true), services);
    }

    public MqttVersion Version { get; }

    public FakeDevices Directory { get; }

    public FakeQueue Queue { get; } = new();

    public WaitingBytes Waiting { get; }

    public FixedClock Clock { get; } = new(DateTimeOffset.UnixEpoch.AddMicroseconds(TestWard.Start));

    public DeviceSession Session { get; }

    public bool Overflowed { get; private set; }

    public Task Running { get; private set; } = Task.CompletedTask;

    public static byte[] Topic => TestWard.TopicOf(1);

    public SessionRig Start()
    {
        Running = Session.RunAsync(TestContext.Current.CancellationToken);
        return this;
    }

    public async Task SendAsync(params byte[][] packets) => await _toServer.Writer.WriteAsync(packets.SelectMany(bytes => bytes).ToArray(), TestContext.Current.CancellationToken);

    /// <summary>The device closes its side.</summary>
    public async Task HangUpAsync() => await _toServer.Writer.CompleteAsync();

    /// <summary>The next packet that the device receives, in hexadecimal; empty when the server has said all it will.</summary>
    public async Task<string> ReceiveAsync()
    {
        using var deadline = Deadline();
        while (true)
        {
            var result = await _toDevice.Reader.ReadAsync(deadline.Token);
            if (MqttFrames.TryRead(result.Buffer, Version, int.MaxValue, out MqttFrame frame) == FrameStatus.Ok)
            {
                var packet = Convert.ToHexString(result.Buffer.Slice(0, frame.Header.TotalLength).ToArray());
                _toDevice.Reader.AdvanceTo(result.Buffer.GetPosition(frame.Header.TotalLength));
                return packet;
            }

            if (result.IsCompleted)
            {
                return "";
            }

            _toDevice.Reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    /// <summary>Waits for the session's end; answers everything that was sent until then, packet by packet.</summary>
    public async Task<List<string>> EndAsync()
    {
        await Running.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await _toDevice.Writer.CompleteAsync();
        var packets = new List<string>();
        while (await ReceiveAsync() is { Length: > 0 } packet)
        {
            packets.Add(packet);
        }

        return packets;
    }

    /// <summary>Sends PINGREQ and receives PINGRESP: everything before has then been read, and nothing was answered to it.</summary>
    public async Task PingAsync()
    {
        await SendAsync(Packets.Ping);
        (await ReceiveAsync()).ShouldBe("D000");
    }

    /// <summary>Waits until something of the session counts as waiting; a ping is answered a little before that.</summary>
    public async Task WaitingAsync()
    {
        using var deadline = Deadline();
        while (Waiting.Count == 0)
        {
            await Task.Delay(1, deadline.Token);
        }
    }

    public static CancellationTokenSource Deadline()
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Patience);
        return deadline;
    }
}

/// <summary>Packets as a device sends them.</summary>
internal static class Packets
{
    public static readonly byte[] Ping = [0xC0, 0];
    public static readonly byte[] Disconnect = [0xE0, 0];

    public static byte[] Publish(MqttVersion version, ushort id, string payload = "payload", byte[]? topic = null, QualityOfService qos = QualityOfService.AtLeastOnce)
    {
        var packet = new PublishPacket { Topic = topic ?? SessionRig.Topic, PacketId = id, Qos = qos, Payload = Encoding.UTF8.GetBytes(payload) };
        var bytes = new byte[MqttWriter.Length(packet, version)];
        MqttWriter.Write(bytes, packet, version);
        return bytes;
    }

    /// <summary>SUBSCRIBE with QoS 1 for each filter.</summary>
    public static byte[] Subscribe(MqttVersion version, ushort id, params string[] filters) => Filters(0x82, version, id, filters, options: [1]);

    public static byte[] Unsubscribe(MqttVersion version, ushort id, params string[] filters) => Filters(0xA2, version, id, filters, options: []);

    private static byte[] Filters(byte type, MqttVersion version, ushort id, string[] filters, byte[] options)
    {
        List<byte> body = [(byte)(id >> 8), (byte)id];
        if (version == MqttVersion.V500)
        {
            body.Add(0);
        }

        foreach (var filter in filters.Select(Encoding.UTF8.GetBytes))
        {
            body.AddRange([(byte)(filter.Length >> 8), (byte)filter.Length, .. filter, .. options]);
        }

        return body.Count < 128 ? [type, (byte)body.Count, .. body] : [type, (byte)(body.Count % 128 | 128), (byte)(body.Count / 128), .. body];
    }
}

/// <summary>Lanes that a test fills, empties and completes.</summary>
internal sealed class FakeQueue : IEnvelopeQueue
{
    private readonly Lock _gate = new();
    private readonly List<EnvelopeBatch> _published = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private TaskCompletionSource<bool> _room = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _full;

    /// <summary>What was handed over, in order. Batches that were completed belong to a pool and must not be looked at any more.</summary>
    public IReadOnlyList<EnvelopeBatch> Published
    {
        get
        {
            lock (_gate)
            {
                return [.. _published];
            }
        }
    }

    public bool IsFull
    {
        get
        {
            lock (_gate)
            {
                return _full;
            }
        }

        set
        {
            lock (_gate)
            {
                _full = value;
            }
        }
    }

    public bool TryPublish(EnvelopeBatch batch)
    {
        lock (_gate)
        {
            if (_full)
            {
                return false;
            }

            _published.Add(batch);
        }

        _arrived.Release();
        return true;
    }

    public async ValueTask<bool> WaitForRoomAsync(EnvelopeBatch batch, CancellationToken cancellation)
    {
        Task<bool> room;
        lock (_gate)
        {
            if (!_full)
            {
                return true;
            }

            room = _room.Task;
        }

        return await room.WaitAsync(cancellation);
    }

    /// <summary>There is room again; false: the lanes have closed.</summary>
    public void MakeRoom(bool open = true)
    {
        TaskCompletionSource<bool> waiting;
        lock (_gate)
        {
            _full = !open;
            waiting = _room;
            if (open)
            {
                _room = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            // Closed is for good, also for whoever begins to wait only now.
        }

        waiting.SetResult(open);
    }

    /// <summary>Waits until one more batch was handed over than was asked for before.</summary>
    public async Task<EnvelopeBatch> NextAsync(int number)
    {
        using var deadline = SessionRig.Deadline();
        while (Published.Count <= number)
        {
            await _arrived.WaitAsync(deadline.Token);
        }

        return Published[number];
    }
}
