using System.Net.WebSockets;
using Microsoft.Extensions.Options;

namespace Wardwatch.Server.Live;

/// <summary><c>/ws/vitals</c>: a JSON text frame per change, for plain clients.</summary>
internal sealed class VitalsSocket(Broadcaster broadcaster, IOptions<LiveOptions> options, IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <summary>Serves one connection until it ends.</summary>
    public async Task ServeAsync(HttpContext context, LiveFilter filter)
    {
        using var subscription = broadcaster.Subscribe(filter);
        if (subscription is null)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            KeepAliveInterval = TimeSpan.FromSeconds(15),
            KeepAliveTimeout = TimeSpan.FromSeconds(options.Value.SendTimeoutSeconds),
        });
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var listening = ListenAsync(socket, ended);
        try
        {
            await SendAsync(socket, subscription.Mailbox, ended.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException)
        {
            // The client went, was too slow, or the server stops: in each case the connection just ends.
        }

        await CloseAsync(socket, lifetime.ApplicationStopping.IsCancellationRequested);
        await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task SendAsync(WebSocket socket, Mailbox mailbox, CancellationToken ended)
    {
        var messages = new List<LiveMessage>();
        while (true)
        {
            await mailbox.WaitAsync(ended);
            messages = mailbox.Take(messages);
            foreach (var message in messages)
            {
                if (message.Kind == LiveKind.VitalsUpdated)
                {
                    using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ended);
                    var sending = socket.SendAsync(message.Json.AsMemory(), WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, timeout.Token);
                    if (!sending.IsCompletedSuccessfully)
                    {
                        timeout.CancelAfter(TimeSpan.FromSeconds(options.Value.SendTimeoutSeconds));
                        await sending;
                    }
                }
            }
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

        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);
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
