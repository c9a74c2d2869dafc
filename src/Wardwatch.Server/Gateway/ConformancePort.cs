using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Gateway;

/// <summary>
/// The port for third-party conformance suites, there only where one was asked for: plain TCP, on this machine only, with sessions and counters of its own, so that
/// no client of it can take a device's session over or look like a device in the metrics.
/// </summary>
internal sealed partial class ConformancePort : IHostedService, IDisposable
{
    // Not one of the meters that are exported: what a suite sends, no device has sent.
    private const string MeterName = "Conformance";

    // A suite connects under one client id as often as it has sequences.
    private const int Unlimited = 1_000_000;

    private readonly int _port;
    private readonly Sessions _sessions;
    private readonly ConnectionGate _gate;
    private readonly MqttConnectionHandler _handler;
    private readonly ILogger<ConformancePort> _logger;

    public ConformancePort(IOptions<GatewayOptions> options, IMeterFactory meters, NodeDrain drain, TimeProvider time, ILoggerFactory loggers)
    {
        _port = options.Value.ConformancePort ?? throw new InvalidOperationException("No port for conformance suites was asked for.");
        _logger = loggers.CreateLogger<ConformancePort>();
        var metrics = new GatewayMetrics(meters, time, MeterName);
        var (policy, settings) = (new ConformancePolicy(), Loosen(options.Value));
        var warnings = new GatewayWarnings(metrics, loggers.CreateLogger<GatewayWarnings>(), time);
        _sessions = new Sessions(policy.Devices, metrics, drain, time);
        _gate = new ConnectionGate(settings, warnings, metrics, time, loggers.CreateLogger<ConnectionGate>());
        _handler = new MqttConnectionHandler(policy, _sessions, _gate, metrics, warnings, settings, time, loggers.CreateLogger<MqttConnectionHandler>());
    }

    /// <summary>Adds the port to those that are listened on.</summary>
    public void Listen(KestrelServerOptions kestrel) => kestrel.ListenLocalhost(_port, listen => listen.Use(_gate.Guard).Run(_handler.OnConnectedAsync));

    public Task StartAsync(CancellationToken cancellationToken)
    {
        LogOpen(_port);
        return _sessions.StartAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _sessions.StopAsync(cancellationToken);

    public void Dispose() => _sessions.Dispose();

    /// <summary>The limits of the port for devices, but for those that are meant against strangers: here everybody is one.</summary>
    private static GatewayOptions Loosen(GatewayOptions options) => new()
    {
        MaxPacketBytes = options.MaxPacketBytes,
        MaxConnectBytes = Math.Max(options.MaxConnectBytes, options.MaxPacketBytes),
        MaxInFlight = options.MaxInFlight,
        MaxWaitingBytes = options.MaxWaitingBytes,
        ConnectSeconds = options.ConnectSeconds,
        MaxKeepAliveSeconds = ushort.MaxValue,
        DrainSeconds = options.DrainSeconds,
        PacketSeconds = options.PacketSeconds,
        SendSeconds = options.SendSeconds,
        MaxConnections = options.MaxConnections,
        MaxConnectionsPerAddress = options.MaxConnections,
        MaxUnauthenticated = options.MaxConnections,
        MaxUnauthenticatedPerAddress = options.MaxConnections,
        ConnectsPerMinute = Unlimited,
        TakeOversPerMinute = Unlimited,
        MessagesPerSecond = options.MessagesPerSecond,
        BytesPerSecond = options.BytesPerSecond,
        BurstSeconds = options.BurstSeconds,
        MaxWaitingBytesInAll = options.MaxWaitingBytesInAll,
    };

    [LoggerMessage(1510, LogLevel.Warning, "The port for conformance suites is open: {Port}. Any program on this machine may connect there without credentials. Nothing that it sends is stored or shown.")]
    private partial void LogOpen(int port);
}
