using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Wardwatch.Server.Gateway;

/// <summary>Stands before TLS: lets connections in as far as the limits go, closes the others at once, and sees to it that each gives its place back.</summary>
internal sealed partial class ConnectionGate
{
    // The kernel would otherwise let both grow to megabytes for each connection.
    private const int KernelBufferBytes = 64 * 1024;

    // Timers may fire a little before our clock says so.
    private static readonly TimeSpan TimerTolerance = TimeSpan.FromMilliseconds(100);

    private readonly ConnectionLimits _limits;
    private readonly GatewayWarnings _warnings;
    private readonly GatewayMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly TimeSpan _connectWithin;
    private readonly ILogger<ConnectionGate> _logger;

    public ConnectionGate(GatewayOptions options, GatewayWarnings warnings, GatewayMetrics metrics, TimeProvider time, ILogger<ConnectionGate> logger)
    {
        (_warnings, _metrics, _time, _logger) = (warnings, metrics, time, logger);
        var (wanted, room) = (options.MaxConnections, OpenFiles.RoomForConnections());
        if (room < wanted)
        {
            LogFewFiles(room, wanted);
        }

        Waiting = new WaitingBytes(options.MaxWaitingBytesInAll);
        _connectWithin = TimeSpan.FromSeconds(options.ConnectSeconds);
        _limits = new ConnectionLimits(options, Math.Min(wanted, room), time);
        metrics.ObserveConnections(_limits, Waiting);
    }

    /// <summary>What waits for full lanes, over all connections.</summary>
    public WaitingBytes Waiting { get; }

    /// <summary>The connection's place; null where it did not come through the gate.</summary>
    public static ConnectionLimits.Connection? PlaceOf(ConnectionContext connection) => connection.Features.Get<ConnectionLimits.Connection>();

    /// <summary>The gate as a step of the connection's way, before TLS.</summary>
    public ConnectionDelegate Guard(ConnectionDelegate next) => connection => GuardAsync(connection, next);

    private async Task GuardAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = SourceAddress.Of(connection.RemoteEndPoint);
        var refusal = _limits.TryAdmit(address, connection.Abort, out var place, out var lingerer);
        if (lingerer is not null)
        {
            _warnings.Refused(lingerer.Address, Refusal.GaveWay);
        }

        if (place is null)
        {
            _warnings.Refused(address, refusal);
            connection.Abort();
            return;
        }

        using (place)
        {
            connection.Features.Set(place);
            LimitKernelBuffers(connection);
            await next(connection);
            if (!place.IsSecured && _time.GetElapsedTime(place.AcceptedAt) >= _connectWithin - TimerTolerance)
            {
                _metrics.TookTooLong(Deadline.Tls);
            }
        }
    }

    private static void LimitKernelBuffers(ConnectionContext connection)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket)
        {
            return;
        }

        try
        {
            socket.ReceiveBufferSize = socket.SendBufferSize = KernelBufferBytes;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has gone already, and whoever reads it will notice.
        }
    }

    [LoggerMessage(1524, LogLevel.Warning, "The operating system lets this process have so few files open that there is room for {Room} connections of devices, not for {Wanted}. Raise the limit (ulimit -n, or LimitNOFILE= of the service), or lower MaxConnections.")]
    private partial void LogFewFiles(int room, int wanted);
}
