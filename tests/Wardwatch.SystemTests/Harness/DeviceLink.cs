using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Wardwatch.Devices.Mqtt;

namespace Wardwatch.SystemTests.Harness;

/// <summary>What the server sent: one packet.</summary>
public sealed record Arrival(MqttPacketType Type)
{
    /// <summary>The packet id of an acknowledgement.</summary>
    public ushort PacketId { get; init; }

    /// <summary>The reason; return codes of 3.1.1 are translated.</summary>
    public MqttReason Reason { get; init; }

    /// <summary>SUBACK's reasons.</summary>
    public MqttReason[] Reasons { get; init; } = [];

    /// <summary>Bytes after the fixed header.</summary>
    public int BodyLength { get; init; }

    /// <summary>What CONNACK announces, 5.0 only.</summary>
    public ushort? ReceiveMaximum { get; init; }

    /// <inheritdoc cref="ReceiveMaximum"/>
    public byte? MaximumQos { get; init; }

    /// <inheritdoc cref="ReceiveMaximum"/>
    public uint? MaximumPacketSize { get; init; }
}

/// <summary>
/// One MQTT connection of a test, packet by packet: it says exactly what it is told to, right or wrong, and hands over what the server answers.
/// For one task at a time on each side, sending and reading.
/// </summary>
public sealed class DeviceLink(Stream stream, MqttVersion version) : IAsyncDisposable
{
    private const int MaxPacketBytes = 64 * 1024;
    private static readonly TimeSpan AnswersWithin = Poll.Patience;

    private readonly PipeReader _input = PipeReader.Create(stream);
    private readonly ArrayBufferWriter<byte> _output = new();

    /// <summary>3.1.1 or 5.0.</summary>
    public MqttVersion Version { get; } = version;

    /// <summary>What CONNECT asks for.</summary>
    public ushort KeepAliveSeconds { get; init; } = 60;

    /// <summary>TCP and TLS to the server, whose certificate is checked against its authority.</summary>
    /// <param name="server">The server.</param>
    /// <param name="certificate">The device's certificate, if it shows one.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<Stream> DialAsync(ServerProcess server, X509Certificate2? certificate, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync("localhost", server.MqttPort, cancellation);
            return await SecureAsync(server, socket, certificate, cancellation);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>TLS on a connection that is open; the connection ends with the answered stream.</summary>
    public static Task<Stream> SecureAsync(ServerProcess server, Socket socket, X509Certificate2? certificate, CancellationToken cancellation) =>
        SecureAsync(Path.Combine(server.Data, "ca.pem"), socket, certificate, cancellation);

    /// <summary>The same to whoever has a certificate of an authority.</summary>
    public static async Task<Stream> SecureAsync(string authorityFile, Socket socket, X509Certificate2? certificate, CancellationToken cancellation)
    {
        using var authority = X509CertificateLoader.LoadCertificateFromFile(authorityFile);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.Add(authority);
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "localhost",
                    CertificateChainPolicy = policy,
                    ClientCertificates = certificate is null ? null : [certificate],
                },
                cancellation);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    /// <summary>A connection whose CONNECT was accepted.</summary>
    public static async Task<DeviceLink> OpenAsync(ServerProcess server, BedsideDevice device, MqttVersion version, CancellationToken cancellation)
    {
        var link = new DeviceLink(await DialAsync(server, certificate: null, cancellation), version);
        var welcome = await link.ConnectAsync(device.Id, device.Token, cancellation);
        return welcome is { Type: MqttPacketType.ConnAck, Reason: MqttReason.Success }
            ? link
            : throw new IOException($"The server refused {device.Id}: {welcome}");
    }

    /// <summary>Sends CONNECT and reads the answer; null if the server just closed.</summary>
    /// <param name="id">Client id and user name.</param>
    /// <param name="password">The token; null sends neither user name nor password.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Arrival?> ConnectAsync(string id, string? password, CancellationToken cancellation)
    {
        QueueConnect(Encoding.UTF8.GetBytes(id), password is null ? null : Encoding.UTF8.GetBytes(password));
        await FlushAsync(cancellation);
        return await ReadAsync(cancellation);
    }

    /// <summary>Puts a PUBLISH behind what waits to be sent.</summary>
    public void Queue(SealedMessage message, ushort packetId, QualityOfService qos = QualityOfService.AtLeastOnce, bool duplicate = false, bool retain = false) =>
        Queue(message.Topic, message.Envelope, packetId, qos, duplicate, retain);

    /// <summary>Puts any PUBLISH behind what waits to be sent.</summary>
    public void Queue(string topic, ReadOnlySpan<byte> payload, ushort packetId, QualityOfService qos = QualityOfService.AtLeastOnce, bool duplicate = false, bool retain = false) =>
        MqttWriter.Write(
            _output,
            new PublishPacket
            {
                Topic = Encoding.UTF8.GetBytes(topic),
                PacketId = qos == QualityOfService.AtMostOnce ? (ushort)0 : packetId,
                Qos = qos,
                Duplicate = duplicate,
                Retain = retain,
                Payload = payload,
            },
            Version);

    /// <summary>Sends what waits.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        await stream.WriteAsync(_output.WrittenMemory, cancellation);
        _output.ResetWrittenCount();
        await stream.FlushAsync(cancellation);
    }

    /// <summary>Sends bytes as they are.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => await stream.WriteAsync(bytes, cancellation);

    /// <summary>Publishes one message at QoS 1 and reads the answer.</summary>
    public async Task<Arrival?> PublishAsync(SealedMessage message, ushort packetId, CancellationToken cancellation)
    {
        Queue(message, packetId);
        await FlushAsync(cancellation);
        return await ReadAsync(cancellation);
    }

    /// <summary>Subscribes to one filter and reads the answer.</summary>
    public async Task<Arrival?> SubscribeAsync(string filter, CancellationToken cancellation)
    {
        QueueSubscribe(Encoding.UTF8.GetBytes(filter));
        await FlushAsync(cancellation);
        return await ReadAsync(cancellation);
    }

    /// <summary>The next packet; null once the server has closed the connection.</summary>
    /// <exception cref="TimeoutException">Neither came.</exception>
    public async Task<Arrival?> ReadAsync(CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(AnswersWithin);
        try
        {
            while (true)
            {
                var result = await _input.ReadAsync(deadline.Token);
                var buffer = result.Buffer;
                var status = MqttFrames.TryRead(in buffer, Version, MaxPacketBytes, out MqttFrame frame);
                if (status == FrameStatus.Ok)
                {
                    var arrival = Read(frame);
                    _input.AdvanceTo(frame.Body.End);
                    return arrival;
                }

                if (status != FrameStatus.NeedMore)
                {
                    throw new InvalidDataException("The server sent bytes that are not MQTT.");
                }

                _input.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                {
                    return null;
                }
            }
        }
        catch (IOException)
        {
            return null; // a connection may also end with a reset
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"The server neither answered nor closed within {AnswersWithin.TotalSeconds:0} s.", late);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _input.CompleteAsync();
        await stream.DisposeAsync();
    }

    private void QueueConnect(ReadOnlySpan<byte> id, byte[]? password) =>
        MqttWriter.Write(
            _output,
            new ConnectPacket
            {
                ProtocolLevel = (byte)Version,
                CleanStart = true,
                KeepAlive = KeepAliveSeconds,
                ClientId = id,
                HasUserName = password is not null,
                UserName = id,
                HasPassword = password is not null,
                Password = password,
            },
            Version);

    private void QueueSubscribe(ReadOnlySpan<byte> filter)
    {
        Span<byte> space = stackalloc byte[256];
        var filters = new FilterListWriter(space);
        filters.AddSubscription(filter, new SubscriptionOptions(QualityOfService.AtLeastOnce));
        MqttWriter.Write(_output, new SubscribePacket { PacketId = 1, Subscriptions = filters.Subscriptions }, Version);
    }

    private Arrival Read(MqttFrame frame)
    {
        var body = frame.Contiguous(new byte[frame.Header.BodyLength]);
        var peer = new MqttPeer(Version, MqttSender.Server);
        var arrival = new Arrival(frame.Header.Type) { BodyLength = frame.Header.BodyLength };
        switch (frame.Header.Type)
        {
            case MqttPacketType.ConnAck when ConnAckPacket.TryRead(frame.Header, body, peer, out var packet, out _):
                return arrival with
                {
                    Reason = packet.Reason,
                    ReceiveMaximum = packet.Properties.ReceiveMaximum,
                    MaximumQos = packet.Properties.MaximumQos,
                    MaximumPacketSize = packet.Properties.MaximumPacketSize,
                };
            case MqttPacketType.PubAck when PubAckPacket.TryRead(frame.Header, body, peer, out var packet, out _):
                return arrival with { PacketId = packet.PacketId, Reason = packet.Reason };
            case MqttPacketType.SubAck when SubAckPacket.TryRead(frame.Header, body, peer, out var packet, out _):
                return arrival with { PacketId = packet.PacketId, Reasons = packet.Reasons.ToArray() };
            case MqttPacketType.Disconnect when DisconnectPacket.TryRead(frame.Header, body, peer, out var packet, out _):
                return arrival with { Reason = packet.Reason };
            case MqttPacketType.PingResp:
                return arrival;
            default:
                throw new InvalidDataException($"The server sent a {frame.Header.Type} that cannot be read.");
        }
    }
}
