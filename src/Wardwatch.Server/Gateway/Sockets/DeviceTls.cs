using System.ComponentModel;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Wardwatch.Server.Gateway.Sockets;

/// <summary>TLS on a device's socket, within its deadline; then the connection has a transport, and the next step can read.</summary>
/// <param name="options">Certificate, versions, and what is asked of the client's certificate.</param>
/// <param name="handshakeWithin">Who takes longer is cut off.</param>
internal sealed class DeviceTls(SslServerAuthenticationOptions options, TimeSpan handshakeWithin)
{
    // Good-byes are a few bytes. Who does not take them now will not.
    private static readonly TimeSpan GoodbyeWithin = TimeSpan.FromSeconds(1);
    private static readonly StreamPipeReaderOptions Reading = new(bufferSize: 4096, minimumReadSize: 1024, leaveOpen: true);
    private static readonly StreamPipeWriterOptions Writing = new(leaveOpen: true);

    /// <summary>A step of the connection's way.</summary>
    public ConnectionDelegate Secure(ConnectionDelegate next) => connection => SecureAsync(connection, next);

    private async Task SecureAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var socket = connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
        await using var raw = TryOpen(connection, socket);
        if (raw is null)
        {
            connection.Abort();
            return;
        }

        await using var tls = new SslStream(raw, leaveInnerStreamOpen: true);
        if (!await TryShakeHandsAsync(connection, tls))
        {
            connection.Abort();
            return;
        }

        connection.Features.Set<ITlsConnectionFeature>(new Secured(tls.RemoteCertificate as X509Certificate2));
        connection.Features.Set(tls); // writes of a few bytes each need no pipe
        connection.Transport = new Pipes(PipeReader.Create(tls, Reading), PipeWriter.Create(tls, Writing));
        try
        {
            await next(connection);
        }
        finally
        {
            await SayGoodbyeAsync(connection, tls);
        }
    }

    /// <summary>Null if the connection had to give way already, or the kernel has no memory to watch it.</summary>
    private static Stream? TryOpen(ConnectionContext connection, Socket socket)
    {
        try
        {
            if ((connection as DeviceConnection)?.Poll is not { } poll)
            {
                return new NetworkStream(socket, ownsSocket: false);
            }

            var stream = new DeviceSocketStream(socket, poll);
            connection.Features.Set(stream);
            return stream;
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException or Win32Exception or IOException)
        {
            return null;
        }
    }

    private async Task<bool> TryShakeHandsAsync(ConnectionContext connection, SslStream tls)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        deadline.CancelAfter(handshakeWithin);
        try
        {
            await tls.AuthenticateAsServerAsync(options, deadline.Token);
            return true;
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException or InvalidOperationException)
        {
            return false; // a wrong protocol, certificate or version, too late, or it has gone
        }
    }

    private static async Task SayGoodbyeAsync(ConnectionContext connection, SslStream tls)
    {
        try
        {
            await tls.ShutdownAsync().WaitAsync(GoodbyeWithin, connection.ConnectionClosed);
        }
        catch (TimeoutException)
        {
            connection.Abort();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or OperationCanceledException)
        {
            // It has gone already.
        }
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Secured(X509Certificate2? certificate) : ITlsConnectionFeature
    {
        public X509Certificate2? ClientCertificate { get; set; } = certificate;

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
    }
}
