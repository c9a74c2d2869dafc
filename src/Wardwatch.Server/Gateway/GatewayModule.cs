using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Gateway.Brokers;
using Wardwatch.Server.Gateway.Http;
using Wardwatch.Server.Gateway.Sockets;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Gateway;

/// <summary>The ways in, each ending in envelopes of a known device: the MQTT endpoint for devices, on Kestrel's connections; HTTP; and a subscription to another broker.</summary>
public static class GatewayModule
{
    // Whoever calls: an account with its token or, where an endpoint allows it, a device with its own.
    private const string EitherScheme = "AccountOrDevice";

    private static readonly List<SslApplicationProtocol> Protocols = [new("mqtt")];
    private static readonly OidCollection ClientAuthentication = [new Oid("1.3.6.1.5.5.7.3.2")];

    /// <summary>Adds the endpoint. Monitoring must have been added before, so that the lanes stop after the connections.</summary>
    public static void AddGateway(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<GatewayOptions>().BindConfiguration(GatewayOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<GatewayMetrics>();
        services.AddSingleton<GatewayWarnings>();
        services.AddSingleton<ConnectionGate>();
        services.AddSingleton<Sessions>();
        services.AddHostedService(provider => provider.GetRequiredService<Sessions>());
        services.AddSingleton<INodeFigures>(provider => provider.GetRequiredService<Sessions>());
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<GatewayOptions>>().Value);
        services.AddSingleton<IGatewayPolicy, DevicePolicy>();
        services.AddSingleton<ReadingTraces>();
        services.AddSingleton<MqttConnectionHandler>();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<GatewayOptions>, IServerCertificates, ConnectionGate>(Listen);
        services.AddSingleton<IConnectionListenerFactory, DeviceListenerFactory>();
        if (builder.Configuration[$"{GatewayOptions.Section}:{nameof(GatewayOptions.ConformancePort)}"] is { Length: > 0 })
        {
            services.AddSingleton<ConformancePort>();
            services.AddHostedService(provider => provider.GetRequiredService<ConformancePort>());
            services.AddOptions<KestrelServerOptions>().Configure<ConformancePort>((kestrel, port) => port.Listen(kestrel));
        }

        AddHttp(services);
        AddBroker(services);
    }

    /// <summary>Maps <c>POST /api/devices/{id}/readings</c>.</summary>
    public static void MapGateway(IEndpointRouteBuilder routes) => ReadingEndpoint.Map(routes);

    private static void AddHttp(IServiceCollection services)
    {
        services.AddOptions<HttpIngestOptions>().BindConfiguration(HttpIngestOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddAuthentication()
            .AddScheme<AuthenticationSchemeOptions, DeviceAuthentication>(DeviceAuthentication.SchemeName, configureOptions: null)
            .AddPolicyScheme(EitherScheme, displayName: null, options =>
                options.ForwardDefaultSelector = static context => DeviceAuthentication.IsMeant(context) ? DeviceAuthentication.SchemeName : AccountTokens.Scheme);
        services.PostConfigure<AuthenticationOptions>(static options => options.DefaultScheme = EitherScheme);
    }

    private static void AddBroker(IServiceCollection services)
    {
        services.AddOptions<MqttBrokerOptions>().BindConfiguration(MqttBrokerOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<TopicDevices>();
        services.AddSingleton<BrokerSubscription>();
        services.AddHostedService(provider => provider.GetRequiredService<BrokerSubscription>());
        services.AddHealthChecks().AddCheck<BrokerHealthCheck>("mqtt-broker");
    }

    private static void Listen(KestrelServerOptions kestrel, IOptions<GatewayOptions> options, IServerCertificates certificates, ConnectionGate gate)
    {
        var settings = options.Value;
        var tlsOptions = CreateTlsOptions(certificates);
        certificates.Renewed += () => tlsOptions.ServerCertificateContext = certificates.Context;
        var tls = new DeviceTls(tlsOptions, TimeSpan.FromSeconds(settings.ConnectSeconds));
        void Configure(ListenOptions listen)
        {
            listen.Use(gate.Guard);
            listen.Use(tls.Secure);
            listen.UseConnectionHandler<MqttConnectionHandler>();
        }

        var address = settings.Address == "*" ? IPAddress.IPv6Any : IPAddress.Parse(settings.Address);
        kestrel.Listen(new DeviceEndPoint(address, settings.Port), Configure);
    }

    /// <summary>TLS 1.2 and 1.3. A client certificate is asked for, not demanded; one that is shown must be from our authority.</summary>
    private static SslServerAuthenticationOptions CreateTlsOptions(IServerCertificates certificates) => new()
    {
        ServerCertificateContext = certificates.Context,
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
