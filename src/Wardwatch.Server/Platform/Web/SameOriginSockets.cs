using Microsoft.Net.Http.Headers;

namespace Wardwatch.Server.Platform.Web;

/// <summary>
/// Refuses sockets and streams that a foreign page opens. Browsers send <c>Origin</c> with every WebSocket, and neither their same-origin rule nor CORS covers it
/// (RFC 6455, 10.2); with a request for a stream they send it where another page asks. A client that is no browser sends none.
/// </summary>
internal static class SameOriginSockets
{
    private static readonly PathString[] Streams = ["/ws", "/sse", "/hubs"];

    /// <summary>Adds the check; it must stand behind the WebSockets themselves.</summary>
    public static void UseSameOriginSockets(this IApplicationBuilder app) => app.Use((context, next) =>
        IsStream(context) && !IsAllowed(context.Request)
            ? TypedResults.Problem(statusCode: StatusCodes.Status403Forbidden, type: "urn:wardwatch:foreign-origin", title: "A page of another address may not listen here")
                .ExecuteAsync(context)
            : next(context));

    private static bool IsStream(HttpContext context) =>
        context.WebSockets.IsWebSocketRequest || Array.Exists(Streams, stream => context.Request.Path.StartsWithSegments(stream, StringComparison.OrdinalIgnoreCase));

    // Host and port decide: a proxy in front ends TLS, so that the scheme which arrives here may not be the page's. "null" is a page without an address: a foreign one.
    private static bool IsAllowed(HttpRequest request)
    {
        var origin = request.Headers[HeaderNames.Origin].ToString();
        return origin.Length == 0
            || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && string.Equals(page.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
