using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.SignalR;

namespace Wardwatch.Server.Live;

/// <summary>How messages leave over one kind of connection. Each write ends when the connection has room again, so that a client that does not read is noticed.</summary>
internal interface ILiveChannel
{
    /// <summary>The name in metrics and logs.</summary>
    string Name { get; }

    /// <summary>Sends one message.</summary>
    ValueTask WriteAsync(LiveMessage message, CancellationToken cancellation);

    /// <summary>Ends the connection at once, without waiting for the client.</summary>
    void Abort();
}

/// <summary>A text frame for each message.</summary>
internal sealed class WebSocketChannel(WebSocket socket, HttpContext context) : ILiveChannel
{
    public string Name => "websocket";

    public ValueTask WriteAsync(LiveMessage message, CancellationToken cancellation) =>
        socket.SendAsync(message.Json.AsMemory(), WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, cancellation);

    public void Abort()
    {
        socket.Abort();
        context.Abort();
    }
}

/// <summary>A block of the stream for each message.</summary>
internal sealed class ServerSentEventsChannel(HttpContext context) : ILiveChannel
{
    public string Name => "events";

    public async ValueTask WriteAsync(LiveMessage message, CancellationToken cancellation) =>
        await context.Response.BodyWriter.WriteAsync(message.ServerSentEvent, cancellation);

    public void Abort() => context.Abort();
}

/// <summary>A record of the hub's protocol for each message; SignalR copies the bytes and serialises nothing.</summary>
internal sealed class HubChannel(HubConnectionContext connection) : ILiveChannel
{
    public string Name => "hub";

    public ValueTask WriteAsync(LiveMessage message, CancellationToken cancellation) => connection.WriteAsync(message.HubMessage, cancellation);

    public void Abort()
    {
        connection.Abort();

        // SignalR says good-bye first, and to somebody who does not read that takes long.
        connection.GetHttpContext()?.Abort();
    }
}

/// <summary>What waits for a screen inside the kernel.</summary>
internal static class LiveSocket
{
    /// <summary>
    /// Bounds the send buffer of a live connection. Left to itself the kernel lets it grow to megabytes for a client that does not read: memory, and numbers that
    /// are old when they arrive, since what is in there can no longer give way to something newer.
    /// </summary>
    public static void Limit(HttpContext context, int bytes)
    {
        if (context.Features.Get<IConnectionSocketFeature>() is { } connection)
        {
            connection.Socket.SendBufferSize = bytes;
        }
    }
}
