using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Gateway.Brokers;

/// <summary>Opens connections to the broker: TCP, TLS, CONNECT.</summary>
internal sealed class BrokerConnections(
    MqttBrokerOptions options, GatewayOptions gateway, IEnvelopeQueue queue, TopicDevices devices, GatewayMetrics metrics, GatewayWarnings warnings, TimeProvider time)
{
    private const int PropertyBytes = 64;

    /// <summary>A session that is subscribed, within <see cref="GatewayOptions.ConnectSeconds"/>.</summary>
    /// <exception cref="IOException">The broker refuses, or answers what it should not. Sockets and TLS throw their own.</exception>
    /// <exception cref="OperationCanceledException">It took too long, or the server stops.</exception>
    public async Task<BrokerSession> OpenAsync(CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(gateway.ConnectSeconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            var stream = await DialAsync(either.Token);
            var session = new BrokerSession(stream, options, gateway, queue, devices, metrics, warnings, time);
            try
            {
                await session.BeginAsync(await ConnectBytesAsync(either.Token), either.Token);
                return session;
            }
            catch
            {
                await session.DisposeAsync();
                throw;
            }
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"It did not answer within {gateway.ConnectSeconds} s.", e);
        }
    }

    private async Task<Stream> DialAsync(CancellationToken cancellation)
    {
        var url = options.Url!;
        var isSecure = url.Scheme == "mqtts";
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(url.Host, url.Port > 0 ? url.Port : isSecure ? 8883 : 1883, cancellation);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return isSecure ? await SecureAsync(stream, url.Host, cancellation) : stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<Stream> SecureAsync(Stream stream, string host, CancellationToken cancellation)
    {
        var tls = new SslClientAuthenticationOptions { TargetHost = host, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
        if (options.AuthorityFile is { } authority)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
            policy.CustomTrustStore.ImportFromPemFile(authority);
            tls.CertificateChainPolicy = policy;
        }

        if (options.CertificateFile is { } certificate)
        {
            using var pem = X509Certificate2.CreateFromPemFile(certificate, options.CertificateKeyFile);
            tls.ClientCertificateContext = SslStreamCertificateContext.Create(pem, additionalCertificates: null, offline: true);
        }

        var secure = new SslStream(stream);
        try
        {
            await secure.AuthenticateAsClientAsync(tls, cancellation);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    private async Task<byte[]> ConnectBytesAsync(CancellationToken cancellation)
    {
        var password = options.PasswordFile is { } file ? (await File.ReadAllTextAsync(file, cancellation)).TrimEnd('\r', '\n') : null;
        return ConnectBytes(password);
    }

    private byte[] ConnectBytes(string? password)
    {
        Span<byte> properties = stackalloc byte[PropertyBytes];
        var writer = new MqttPropertyWriter(properties);
        writer.Add(MqttProperty.SessionExpiryInterval, options.SessionSeconds);
        writer.Add(MqttProperty.ReceiveMaximum, (uint)options.MaxInFlight);
        writer.Add(MqttProperty.MaximumPacketSize, (uint)gateway.MaxPacketBytes);
        var version = (MqttVersion)options.Protocol;
        var output = new ArrayBufferWriter<byte>(256);
        MqttWriter.Write(
            output,
            new ConnectPacket
            {
                CleanStart = false, // what was not acknowledged waits in the session
                KeepAlive = (ushort)options.KeepAliveSeconds,
                ClientId = Encoding.UTF8.GetBytes(options.ClientId),
                HasUserName = options.User is not null,
                UserName = Encoding.UTF8.GetBytes(options.User ?? ""),
                HasPassword = password is not null,
                Password = Encoding.UTF8.GetBytes(password ?? ""),
                Properties = version == MqttVersion.V500 ? writer.Properties : default,
            },
            version);
        return output.WrittenSpan.ToArray();
    }
}
