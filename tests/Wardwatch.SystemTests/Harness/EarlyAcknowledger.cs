using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Wardwatch.Devices.Mqtt;

namespace Wardwatch.SystemTests.Harness;

/// <summary>
/// A planted bug: a proxy between device and server that acknowledges each PUBLISH as soon as it has read it, and keeps the server's own acknowledgements
/// to itself. It speaks 3.1.1 without TLS to the device and with TLS to the server.
/// </summary>
public sealed class EarlyAcknowledger : IAsyncDisposable
{
    private const int MaxPacketBytes = 64 * 1024;

    private readonly ServerProcess _server;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <param name="server">The server behind it.</param>
    public EarlyAcknowledger(ServerProcess server)
    {
        _server = server;
        _listener.Start();
        _running = RunAsync();
    }

    /// <summary>Connects a device to it.</summary>
    public async Task<Stream> DialAsync(CancellationToken cancellation)
    {
        var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)_listener.LocalEndpoint, cancellation);
        return client.GetStream();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var device = client;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        try
        {
            await using var server = await DeviceLink.DialAsync(_server, certificate: null, ended.Token);
            await using var stream = device.GetStream();
            using var writing = new SemaphoreSlim(1);
            var ways = new[] { RelayAsync(stream, server, stream, writing, ended.Token), RelayAsync(server, stream, early: null, writing, ended.Token) };
            await Task.WhenAny(ways);
            await ended.CancelAsync();
            await Task.WhenAll(ways);
        }
        catch (Exception lost) when (lost is IOException or SocketException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            // One side went; so does the other.
        }
    }

    /// <summary>Carries packets one way; from the device, each PUBLISH is answered to <paramref name="early"/>, from the server, PUBACKs are kept back.</summary>
    private static async Task RelayAsync(Stream from, Stream to, Stream? early, SemaphoreSlim writing, CancellationToken cancellation)
    {
        var reader = PipeReader.Create(from, new StreamPipeReaderOptions(leaveOpen: true));
        while (true)
        {
            var result = await reader.ReadAsync(cancellation);
            var buffer = result.Buffer;
            while (MqttFrames.TryRead(in buffer, MqttVersion.V311, MaxPacketBytes, out MqttFrame frame) == FrameStatus.Ok)
            {
                var packet = buffer.Slice(0, frame.Header.TotalLength).ToArray();
                buffer = buffer.Slice(frame.Body.End);
                if (early is not null && frame.Header.Type == MqttPacketType.Publish)
                {
                    await WriteAsync(early, Acknowledgement(frame), writing, cancellation);
                }

                if (early is not null || frame.Header.Type != MqttPacketType.PubAck)
                {
                    await WriteAsync(to, packet, writing, cancellation);
                }
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    private static byte[] Acknowledgement(MqttFrame frame)
    {
        PublishPacket.TryRead(frame.Header, frame.Contiguous(new byte[frame.Header.BodyLength]), new MqttPeer(MqttVersion.V311, MqttSender.Client), out var publish, out _);
        var bytes = new ArrayBufferWriter<byte>();
        MqttWriter.Write(bytes, new PubAckPacket { Type = MqttPacketType.PubAck, PacketId = publish.PacketId }, MqttVersion.V311);
        return bytes.WrittenSpan.ToArray();
    }

    private static async Task WriteAsync(Stream to, byte[] bytes, SemaphoreSlim writing, CancellationToken cancellation)
    {
        await writing.WaitAsync(cancellation);
        try
        {
            await to.WriteAsync(bytes, cancellation);
        }
        finally
        {
            writing.Release();
        }
    }
}
