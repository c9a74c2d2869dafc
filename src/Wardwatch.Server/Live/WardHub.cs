using System.Collections.Concurrent;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Live;

/// <summary>The SignalR hub <c>/hubs/ward</c>. Clients listen; there is nothing to call.</summary>
[Authorize(Policies.FollowLive)]
internal sealed class WardHub(HubPumps pumps, LiveFilters filters) : Hub
{
    public override async Task OnConnectedAsync()
    {
        var context = Context.GetHttpContext()!;
        var (filter, _) = await filters.ReadAsync(context, LiveKinds.All, Context.ConnectionAborted);
        pumps.Start(context, Context, filter ?? throw new HubException("There is no such patient, ward or part."));
    }

    public override Task OnDisconnectedAsync(Exception? exception) => pumps.StopAsync(Context.ConnectionId);
}

/// <summary>
/// The hub's connections. SignalR's own way to send serialises each message for each connection; it offers frames that were made before on the connection
/// itself, which only whoever manages connections gets to see.
/// </summary>
internal sealed class WardConnections(ILogger<DefaultHubLifetimeManager<WardHub>> logger) : DefaultHubLifetimeManager<WardHub>(logger)
{
    private readonly ConcurrentDictionary<string, HubConnectionContext> _connections = new(StringComparer.Ordinal);

    /// <summary>The connection with this id.</summary>
    public HubConnectionContext this[string connectionId] => _connections[connectionId];

    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        _connections[connection.ConnectionId] = connection;
        return base.OnConnectedAsync(connection);
    }

    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        _connections.TryRemove(connection.ConnectionId, out _);
        return base.OnDisconnectedAsync(connection);
    }
}

/// <summary>Carries messages from mailboxes to hub connections, one task a connection. Owns these tasks.</summary>
internal sealed partial class HubPumps(
    Audience audience, Heart heart, LivePump pump, WardConnections connections, ISessionWatch sessions, NodeDrain drain, IOptions<LiveOptions> options,
    ILogger<HubPumps> logger)
{
    private readonly ConcurrentDictionary<string, (Task Task, CancellationTokenSource Stop)> _pumps = new(StringComparer.Ordinal);
    private readonly ILogger<HubPumps> _logger = logger;

    /// <summary>Begins to send to a connection.</summary>
    public void Start(HttpContext context, HubCallerContext caller, LiveFilter filter)
    {
        var subscription = audience.Subscribe(filter, LiveFilters.KindsFor(context, filter, LiveKinds.All)) ?? throw new HubException("There are too many live connections.");

        // The handshake was answered before anybody subscribed: this first word tells from when on nothing is missed.
        subscription.Mailbox.Offer(heart.Beat());
        LiveSocket.Limit(context, options.Value.SocketBufferBytes);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(caller.ConnectionAborted);

        // Whoever may no longer be served connects again, and is asked for a token.
        var watch = sessions.Watch(context.User.Caller(), caller.Abort);
        _pumps[caller.ConnectionId] = (PumpAsync(subscription, watch, connections[caller.ConnectionId], stop.Token), stop);
    }

    /// <summary>Ends sending, and waits for it.</summary>
    public async Task StopAsync(string connectionId)
    {
        if (_pumps.TryRemove(connectionId, out var running))
        {
            await running.Stop.CancelAsync();
            await running.Task;
            running.Stop.Dispose();
        }
    }

    private async Task PumpAsync(Subscription subscription, IDisposable watch, HubConnectionContext connection, CancellationToken stop)
    {
        using var _ = subscription;
        using var __ = watch;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop, drain.Begun);
        try
        {
            await pump.RunAsync(subscription, new HubChannel(connection), static _ => true, ended.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // The client closes when it gets this, and comes again by itself: to another node, since this one is not ready any more.
            await connection.WriteAsync(new CloseMessage(error: null, allowReconnect: true), stop);
        }
        catch (OperationCanceledException)
        {
            // The connection ended.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogPumpEnded(e);
        }
    }

    [LoggerMessage(4010, LogLevel.Warning, "Sending to a live connection ended.")]
    private partial void LogPumpEnded(Exception e);
}
