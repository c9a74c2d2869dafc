using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Wardwatch.Devices.Mqtt;

namespace Wardwatch.UnitTests.Simulator;

/// <summary>What a broker was sent: one PUBLISH.</summary>
internal sealed record Received(int Connection, ushort PacketId, bool Duplicate, string Topic, byte[] Payload);

/// <summary>A broker over plain TCP on the loopback address that does as it is told: refuses, holds acknowledgements back, drops connections.</summary>
internal sealed class FakeBroker : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<Received> _received = [];
    private readonly List<TcpClient> _clients = [];
    private readonly MqttVersion _version;
    private readonly Task _accepting;

    public FakeBroker(MqttVersion version)
    {
        _version = version;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The answer to CONNECT.</summary>
    public MqttReason ConnectAnswer { get; set; } = MqttReason.Success;

    /// <summary>The answer to a PUBLISH, or null for none.</summary>
    public Func<Received, MqttReason?> Answer { get; set; } = _ => MqttReason.Success;

    public ushort? ReceiveMaximum { get; set; }

    public int ConnectionCount { get; private set; }

    public int DisconnectCount { get; private set; }

    public IReadOnlyList<Received> All
    {
        get
        {
            lock (_gate) return [.. _received];
        }
    }

    public async Task<Stream> DialAsync(CancellationToken cancellation)
    {
        var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)_listener.LocalEndpoint, cancellation);
        return client.GetStream();
    }

    /// <summary>Cuts every connection.</summary>
    public void DropAll()
    {
        lock (_gate)
        {
            foreach (var client in _clients) client.Dispose();
            _clients.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        DropAll();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                lock (_gate) _clients.Add(client);
                serving.Add(ServeAsync(client, ++ConnectionCount));
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client, int number)
    {
        try
        {
            await using var stream = client.GetStream();
            var reader = PipeReader.Create(stream);
            while (true)
            {
                var result = await reader.ReadAsync(_stop.Token);
                var buffer = result.Buffer;
                var answer = new ArrayBufferWriter<byte>();
                while (MqttFrames.TryRead(buffer, _version, 1 << 16, out var frame) == FrameStatus.Ok)
                {
                    buffer = buffer.Slice(frame.Header.TotalLength);
                    Handle(frame, number, answer);
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
                await stream.WriteAsync(answer.WrittenMemory, _stop.Token);
                if (result.IsCompleted) return;
            }
        }
        catch (Exception problem) when (problem is IOException or OperationCanceledException or ObjectDisposedException or SocketException or InvalidOperationException)
        {
            // The connection has ended, as told.
        }
    }

    private void Handle(MqttFrame frame, int number, ArrayBufferWriter<byte> answer)
    {
        var client = new MqttPeer(_version, MqttSender.Client);
        var body = frame.Body.ToArray();
        switch (frame.Header.Type)
        {
            case MqttPacketType.Connect:
                var properties = new MqttPropertyWriter(new byte[16]);
                if (ReceiveMaximum is { } maximum) properties.Add(MqttProperty.ReceiveMaximum, maximum);
                MqttWriter.Write(answer, new ConnAckPacket { Reason = ConnectAnswer, Properties = _version == MqttVersion.V500 ? properties.Properties : default }, _version);
                break;
            case MqttPacketType.Publish when PublishPacket.TryRead(frame.Header, body, client, out var publish, out _):
                var received = new Received(number, publish.PacketId, publish.Duplicate, Encoding.UTF8.GetString(publish.Topic), publish.Payload.ToArray());
                lock (_gate) _received.Add(received);
                if (Answer(received) is { } reason) MqttWriter.Write(answer, new PubAckPacket { PacketId = publish.PacketId, Reason = reason }, _version);
                break;
            case MqttPacketType.PingReq:
                MqttWriter.Write(answer, new PingPacket { IsResponse = true }, _version);
                break;
            case MqttPacketType.Disconnect:
                DisconnectCount++;
                break;
            default:
                throw new InvalidOperationException($"Unexpected {frame.Header.Type}");
        }
    }
}
