using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.AlertPath;

/// <summary>
/// One MQTT connection of a virtual device, from TLS to DISCONNECT, over the port that every device uses. It has one message under way at a time, and trusts the server's own
/// certificate and no other, as long as that is valid: a certificate that devices would refuse breaks the path.
/// </summary>
internal sealed class ProbeLink : IAsyncDisposable
{
    private const int MaxPacketBytes = 1024;
    private const MqttVersion Version = MqttVersion.V500;

    private readonly SslStream _stream;
    private readonly byte[] _received = new byte[MaxPacketBytes];
    private int _length;
    private ushort _packetId;

    private ProbeLink(SslStream stream) => _stream = stream;

    /// <summary>Connects.</summary>
    /// <param name="address">Where devices connect.</param>
    /// <param name="certificates">Whose certificate must be shown.</param>
    /// <param name="device">Its id.</param>
    /// <param name="token">Its token.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">The server refuses, or answers something else. Sockets and TLS throw their own.</exception>
    public static async Task<ProbeLink> OpenAsync(IPEndPoint address, IServerCertificates certificates, string device, string token, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? tls = null;
        try
        {
            await socket.ConnectAsync(address, cancellation);
            tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsClientAsync(OwnServer.Tls(certificates), cancellation);
            var link = new ProbeLink(tls);
            await link.ConnectAsync(device, token, cancellation);
            return link;
        }
        catch
        {
            if (tls is not null)
            {
                await tls.DisposeAsync();
            }

            socket.Dispose();
            throw;
        }
    }

    /// <summary>Publishes an envelope and waits until it is acknowledged: it is on disk then.</summary>
    /// <exception cref="IOException">It is refused, or the connection ended.</exception>
    public async Task PublishAsync(byte[] topic, byte[] envelope, CancellationToken cancellation)
    {
        _packetId = (ushort)(_packetId % ushort.MaxValue + 1);
        await _stream.WriteAsync(PublishBytes(topic, envelope, _packetId), cancellation);
        while (true)
        {
            var frame = await ReadAsync(cancellation);
            if (frame.Type == MqttPacketType.PubAck)
            {
                Require(ReadPubAck(frame), "The reading");
                return;
            }

            if (frame.Type == MqttPacketType.Disconnect)
            {
                throw new IOException("The server ended the connection of the virtual device.");
            }
        }
    }

    /// <summary>Ends the connection in order.</summary>
    public async Task CloseAsync(CancellationToken cancellation) => await _stream.WriteAsync(new byte[] { (byte)MqttPacketType.Disconnect << 4, 0 }, cancellation);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task ConnectAsync(string device, string token, CancellationToken cancellation)
    {
        await _stream.WriteAsync(ConnectBytes(Encoding.UTF8.GetBytes(device), Encoding.UTF8.GetBytes(token)), cancellation);
        var frame = await ReadAsync(cancellation);
        if (frame.Type != MqttPacketType.ConnAck)
        {
            throw new IOException("The server answered the virtual device's CONNECT with something else.");
        }

        Require(ReadConnAck(frame), "The connection");
    }

    private static byte[] ConnectBytes(byte[] id, byte[] token)
    {
        var output = new ArrayBufferWriter<byte>(256);
        MqttWriter.Write(output, new ConnectPacket { CleanStart = true, KeepAlive = 60, ClientId = id, HasUserName = true, UserName = id, HasPassword = true, Password = token }, Version);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] PublishBytes(byte[] topic, byte[] envelope, ushort packetId)
    {
        var output = new ArrayBufferWriter<byte>(512);
        MqttWriter.Write(output, new PublishPacket { Topic = topic, PacketId = packetId, Qos = QualityOfService.AtLeastOnce, Payload = envelope }, Version);
        return output.WrittenSpan.ToArray();
    }

    private static MqttReason ReadConnAck(Frame frame) =>
        ConnAckPacket.TryRead(frame.Header, frame.Body, Server, out var packet, out var fault) ? packet.Reason : throw new IOException($"CONNACK cannot be read: {fault.Detail}");

    private static MqttReason ReadPubAck(Frame frame) =>
        PubAckPacket.TryRead(frame.Header, frame.Body, Server, out var packet, out var fault) ? packet.Reason : throw new IOException($"PUBACK cannot be read: {fault.Detail}");

    private static MqttPeer Server => new(Version, MqttSender.Server);

    private static void Require(MqttReason reason, string what)
    {
        if ((byte)reason >= 0x80)
        {
            throw new IOException($"{what} of the virtual device is refused: {reason}.");
        }
    }

    private async Task<Frame> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            switch (MqttFrames.TryRead(_received.AsSpan(0, _length), Version, MaxPacketBytes, out var header))
            {
                case FrameStatus.Ok:
                    var frame = new Frame(header, _received[header.HeaderLength..header.TotalLength]);
                    _length -= header.TotalLength;
                    _received.AsSpan(header.TotalLength, _length).CopyTo(_received);
                    return frame;
                case FrameStatus.NeedMore:
                    var read = await _stream.ReadAsync(_received.AsMemory(_length), cancellation);
                    _length += read > 0 ? read : throw new IOException("The server closed the connection of the virtual device.");
                    break;
                default:
                    throw new IOException("The server sent the virtual device bytes that are not MQTT.");
            }
        }
    }

    private sealed record Frame(MqttFrameHeader Header, byte[] Body)
    {
        public MqttPacketType Type => Header.Type;
    }
}
