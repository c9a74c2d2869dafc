using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Gateway;

/// <summary>Connection → authenticated device → envelope: the MQTT endpoint for devices, on Kestrel's connections.</summary>
public static class GatewayModule
{
    private const int UnreadBytes = 64 * 1024;

    // After a power cut a whole hospital connects at once; the kernel caps this by net.core.somaxconn.
    private const int WaitingToBeAccepted = 4096;

    private static readonly List<SslApplicationProtocol> Protocols = [new("mqtt")];
    private static readonly OidCollection ClientAuthentication = [new Oid("1.3.6.1.5.5.7.3.2")];

    /// <summary>Adds the endpoint. Monitoring must have been added before, so that the lanes stop after the connections.</summary>
    public static void AddGateway(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<GatewayOptions>().BindConfiguration("Wardwatch:Gateway").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<GatewayMetrics>();
        services.AddSingleton<GatewayWarnings>();
        services.AddSingleton<ConnectionGate>();
        services.AddSingleton<Sessions>();
        services.AddHostedService(provider => provider.GetRequiredService<Sessions>());
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<GatewayOptions>>().Value);
        services.AddSingleton<IGatewayPolicy, DevicePolicy>();
        services.AddSingleton<MqttConnectionHandler>();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<GatewayOptions>, IServerCertificates, ConnectionGate>(Listen);
        services.Configure<SocketTransportOptions>(static transport =>
        {
            // What a client may have lying here unread: by default it would be a megabyte, before it has said who it is.
            transport.MaxReadBufferSize = UnreadBytes;
            transport.Backlog = WaitingToBeAccepted;
        });
        services.AddSingleton<ConformancePort>();
        services.AddHostedService(provider => provider.GetRequiredService<ConformancePort>());
        services.AddOptions<KestrelServerOptions>().Configure<ConformancePort>((kestrel, port) => port.Listen(kestrel));
    }

    private static void Listen(KestrelServerOptions kestrel, IOptions<GatewayOptions> options, IServerCertificates certificates, ConnectionGate gate)
    {
        var settings = options.Value;
        var tls = CreateTlsOptions(certificates);
        void Configure(ListenOptions listen)
        {
            listen.Use(gate.Guard);
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = TimeSpan.FromSeconds(settings.ConnectSeconds),
                OnConnection = _ => ValueTask.FromResult(tls),
            });
            listen.UseConnectionHandler<MqttConnectionHandler>();
        }

        if (settings.Address == "*")
        {
            kestrel.ListenAnyIP(settings.Port, Configure);
        }
        else
        {
            kestrel.Listen(IPAddress.Parse(settings.Address), settings.Port, Configure);
        }
    }

    /// <summary>TLS 1.2 and 1.3. A client certificate is asked for, not demanded; one that is shown must be from our authority.</summary>
    private static SslServerAuthenticationOptions CreateTlsOptions(IServerCertificates certificates) => new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(certificates.Server, certificates.Chain, offline: true),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = Protocols,
        ClientCertificateRequired = true,
        AllowRenegotiation = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is null || IsOurs(certificate, certificates.Authority),
    };

    private static bool IsOurs(X509Certificate certificate, X509Certificate2 authority)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        foreach (var usage in ClientAuthentication)
        {
            chain.ChainPolicy.ApplicationPolicy.Add(usage);
        }

        return certificate is X509Certificate2 presented && chain.Build(presented);
    }
}
