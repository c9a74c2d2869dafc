using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Web;

/// <summary>The ports for HTTP and HTTPS, and what the web server takes on them.</summary>
internal static class HttpListeners
{
    private static readonly TimeSpan BodyGrace = TimeSpan.FromSeconds(5);

    /// <summary>Opens the ports.</summary>
    public static void Listen(KestrelServerOptions kestrel, PlatformOptions options, LimitsOptions limits, HttpConnections connections, IServerCertificates certificates)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = limits.MaxBodyBytes;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(limits.MinBodyBytesPerSecond, BodyGrace);
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(limits.HeaderSeconds);
        kestrel.Limits.MaxRequestLineSize = limits.MaxRequestLineBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = limits.MaxHeaderBytes;
        Bind(kestrel, options, options.HttpPort, listen => listen.Use(connections.Guard));
        if (options.HttpsPort != 0)
        {
            Bind(kestrel, options, options.HttpsPort, listen =>
            {
                listen.Use(connections.Guard);
                listen.UseHttps(TlsOf(certificates, limits));
            });
        }
    }

    // Asked at each handshake, so that a renewed certificate is shown from the next connection on.
    private static TlsHandshakeCallbackOptions TlsOf(IServerCertificates certificates, LimitsOptions limits) => new()
    {
        HandshakeTimeout = TimeSpan.FromSeconds(limits.HeaderSeconds),
        OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificates.Context,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            AllowRenegotiation = false,
        }),
    };

    private static void Bind(KestrelServerOptions kestrel, PlatformOptions options, int port, Action<ListenOptions> configure)
    {
        if (options.HttpAddress == "*")
        {
            kestrel.ListenAnyIP(port, configure);
        }
        else if (IPAddress.TryParse(options.HttpAddress.Trim('[', ']'), out var address))
        {
            kestrel.Listen(address, port, configure);
        }
        else if (options.HttpAddress == "localhost" && port != 0)
        {
            kestrel.ListenLocalhost(port, configure);
        }
        else
        {
            kestrel.Listen(IPAddress.Loopback, port, configure);
        }
    }
}
