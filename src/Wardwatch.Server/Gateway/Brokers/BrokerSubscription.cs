using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Gateway.Brokers;

/// <summary>
/// Subscribes to a broker that stands in front: connects, and connects again whenever the connection or a commit fails. The broker keeps what was not acknowledged in the
/// session of this client id, and sends it again; it is acknowledged when it is committed, as with a device's own connection.
/// </summary>
internal sealed partial class BrokerSubscription : BackgroundService
{
    private const double FirstRetrySeconds = 0.25;

    private readonly MqttBrokerOptions _options;
    private readonly BrokerConnections _connections;
    private readonly TimeProvider _time;
    private readonly ILogger<BrokerSubscription> _logger;
    private volatile BrokerState? _state;

    public BrokerSubscription(
        IOptions<MqttBrokerOptions> options, IEnvelopeQueue queue, TopicDevices devices, GatewayMetrics metrics, GatewayWarnings warnings, GatewayOptions gateway, TimeProvider time,
        ILogger<BrokerSubscription> logger)
    {
        (_options, _time, _logger) = (options.Value, time, logger);
        _connections = new BrokerConnections(_options, gateway, queue, devices, metrics, warnings, time);
        if (_options.Url is not null)
        {
            _state = new BrokerState(IsConnected: false, time.GetUtcNow());
            metrics.ObserveBroker(() => _state is { IsConnected: true } ? 1 : 0);
        }
    }

    /// <summary>Whether the broker is there; null: none is configured.</summary>
    public BrokerState? State => _state;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_options.Url is null)
        {
            return;
        }

        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var session = await _connections.OpenAsync(stoppingToken);
                failures = 0;
                Tell(connected: true);
                LogConnected(_options.Url.Host, session.IsResumed);
                await session.RunAsync(stoppingToken);
                LogEnded(_options.Url.Host, session.EndReason);
            }
            catch (Exception e) when (e is IOException or SocketException or AuthenticationException or CryptographicException or OperationCanceledException or UnauthorizedAccessException)
            {
                if (!stoppingToken.IsCancellationRequested)
                {
                    LogAway(_options.Url.Host, e.Message);
                }
            }

            Tell(connected: false);
            await Task.Delay(RetryDelay(failures++), _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Tell(bool connected)
    {
        if (_state?.IsConnected != connected)
        {
            _state = new BrokerState(connected, _time.GetUtcNow());
        }
    }

    // Half of it by chance: after a fault of the broker not all come back at once.
    private TimeSpan RetryDelay(int failures)
    {
        var longest = Math.Min(_options.MaxRetrySeconds, FirstRetrySeconds * Math.Pow(2, Math.Min(failures, 12)));
        return TimeSpan.FromSeconds(longest * (0.5 + (RandomNumberGenerator.GetInt32(1000) / 2000.0)));
    }

    [LoggerMessage(1540, LogLevel.Information, "Subscribed to the broker {Host}; its session was kept: {Resumed}")]
    private partial void LogConnected(string host, bool resumed);

    [LoggerMessage(1541, LogLevel.Warning, "The connection to the broker {Host} ended: {Reason} What was not acknowledged comes again.")]
    private partial void LogEnded(string host, string reason);

    [LoggerMessage(1542, LogLevel.Warning, "The broker {Host} cannot be used: {Reason}")]
    private partial void LogAway(string host, string reason);
}
