using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Simulator.Devices;

namespace Wardwatch.Benchmarks.Relay;

/// <summary>
/// Subscribes to everything with QoS 1 and acknowledges each message: what stands behind a broker in place of a server. It does as little as it can, with one
/// write for all that one read brought.
/// </summary>
internal sealed class RelayReceiver : IAsyncDisposable
{
    private const int PubAckBytes = 4;
    private static readonly MqttVersion Version = MqttVersion.V500;

    private readonly Stream _stream;
    private readonly CancellationTokenSource _end = new();
    private readonly byte[] _input = new byte[256 << 10];
    private readonly byte[] _output = new byte[64 << 10];
    private Task _reading = Task.CompletedTask;
    private int _filled;
    private long _received;

    private RelayReceiver(Stream stream) => _stream = stream;

    /// <summary>How many messages have come.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Connects and subscribes.</summary>
    /// <exception cref="BenchmarkException">The broker refuses.</exception>
    public static async Task<RelayReceiver> StartAsync(MosquittoBroker broker, bool plain, CancellationToken cancellation)
    {
        var receiver = new RelayReceiver(await DialAsync(broker, plain, cancellation));
        await receiver.OpenAsync(cancellation);
        receiver._reading = receiver.ReadAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stream.DisposeAsync();
        _end.Dispose();
    }

    private static async Task<Stream> DialAsync(MosquittoBroker broker, bool plain, CancellationToken cancellation)
    {
        if (!plain) return await new ServerAddress("127.0.0.1", broker.Port, ServerAddress.ReadAuthorities(Path.Combine(broker.Data, "ca.pem"))).DialAsync(cancellation);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", broker.Port, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task OpenAsync(CancellationToken cancellation)
    {
        var output = new ArrayBufferWriter<byte>(256);
        MqttWriter.Write(output, new ConnectPacket { CleanStart = true, KeepAlive = 0, ClientId = "receiver"u8 }, Version);
        WriteSubscribe(output);
        await _stream.WriteAsync(output.WrittenMemory, cancellation);
        await ExpectAsync(MqttPacketType.ConnAck, cancellation);
        await ExpectAsync(MqttPacketType.SubAck, cancellation);
    }

    private static void WriteSubscribe(ArrayBufferWriter<byte> output)
    {
        Span<byte> space = stackalloc byte[64];
        var filters = new FilterListWriter(space);
        filters.AddSubscription("hospital/#"u8, new SubscriptionOptions(QualityOfService.AtLeastOnce));
        MqttWriter.Write(output, new SubscribePacket { PacketId = 1, Subscriptions = filters.Subscriptions }, Version);
    }

    private async Task ExpectAsync(MqttPacketType type, CancellationToken cancellation)
    {
        MqttFrameHeader header;
        while (MqttFrames.TryRead(_input.AsSpan(0, _filled), Version, _input.Length, out header) == FrameStatus.NeedMore)
            _filled += await FillAsync(cancellation);
        if (header.Type != type) throw new BenchmarkException($"Mosquitto answered {header.Type} where {type} was expected.");
        Drop(header.TotalLength);
    }

    private async Task ReadAsync()
    {
        while (true)
        {
            _filled += await FillAsync(_end.Token);
            int answer;
            do
            {
                answer = Consume();
                if (answer > 0) await _stream.WriteAsync(_output.AsMemory(0, answer), _end.Token);
            }
            while (answer == _output.Length);
        }
    }

    private async ValueTask<int> FillAsync(CancellationToken cancellation)
    {
        var read = await _stream.ReadAsync(_input.AsMemory(_filled), cancellation);
        return read > 0 ? read : throw new IOException("Mosquitto closed the receiver's connection.");
    }

    // Takes whole packets while there is room for their answers; answers how many bytes are to be sent.
    private int Consume()
    {
        var (at, answer) = (0, 0);
        while (answer < _output.Length && MqttFrames.TryRead(_input.AsSpan(at, _filled - at), Version, _input.Length, out var header) == FrameStatus.Ok)
        {
            if (header.Type == MqttPacketType.Publish)
            {
                // | topic length: u16 | topic | packet id: u16 | …
                var body = _input.AsSpan(at + header.HeaderLength, header.BodyLength);
                var packetId = body[(2 + BinaryPrimitives.ReadUInt16BigEndian(body))..];
                _output[answer] = (byte)MqttPacketType.PubAck << 4;
                _output[answer + 1] = 2;
                packetId[..2].CopyTo(_output.AsSpan(answer + 2));
                answer += PubAckBytes;
            }

            at += header.TotalLength;
        }

        Drop(at);
        Interlocked.Add(ref _received, answer / PubAckBytes);
        return answer;
    }

    private void Drop(int count)
    {
        _input.AsSpan(count, _filled - count).CopyTo(_input);
        _filled -= count;
    }
}
