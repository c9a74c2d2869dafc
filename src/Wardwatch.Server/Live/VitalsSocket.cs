using System.Net.WebSockets;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Live;

/// <summary><c>/ws/vitals</c>: a JSON text frame per change, for plain clients.</summary>
internal sealed class VitalsSocket(
    Audience audience, LivePump pump, ISessionWatch sessions, IOptions<LiveOptions> options, NodeDrain drain, TimeProvider time)
{
    /// <summary>What it carries.</summary>
    public const LiveKinds Kinds = LiveKinds.Readings;

    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(2);

    /// <summary>Serves one connection until it ends.</summary>
    public async Task ServeAsync(HttpContext context, LiveFilter filter)
    {
        using var subscription = audience.Subscribe(filter, Kinds);
        if (subscription is null)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        LiveSocket.Limit(context, options.Value.SocketBufferBytes);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            KeepAliveInterval = TimeSpan.FromSeconds(15),
            KeepAliveTimeout = TimeSpan.FromSeconds(options.Value.SendTimeoutSeconds),
        });
        var channel = new WebSocketChannel(socket, context);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, drain.Begun);
        using var watch = sessions.Watch(context.User.Caller(), ended.Cancel);
        var listening = ListenAsync(socket, ended);
        try
        {
            await pump.RunAsync(subscription, channel, static _ => true, ended.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException)
        {
            // The client went, or the server stops: in each case the connection just ends.
        }

        await CloseAsync(socket, drain.IsDraining);
        try
        {
            await listening;
        }
        catch (WebSocketException e) when (e.InnerException is TimeoutException)
        {
            pump.Cut(channel, LivePump.NoAnswer);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException)
        {
            // As above.
        }
    }

    /// <summary>The client has nothing to say but good-bye; whatever else it sends is ignored.</summary>
    private static async Task ListenAsync(WebSocket socket, CancellationTokenSource ended)
    {
        var buffer = new byte[512];
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), ended.Token)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    private async Task CloseAsync(WebSocket socket, bool stopping)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        using var timeout = new CancellationTokenSource(CloseWithin, time);
        try
        {
            await socket.CloseOutputAsync(stopping ? WebSocketCloseStatus.EndpointUnavailable : WebSocketCloseStatus.NormalClosure, null, timeout.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // It is gone already.
        }
    }
}
