using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Wardwatch.Server.Platform.Telemetry;

/// <summary><c>/metrics</c> for Prometheus: open to this machine, and with the configured token to others. It names no patient.</summary>
internal static class MetricsPage
{
    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/metrics", Answer).AllowAnonymous().ExcludeFromDescription();

    private static Results<ContentHttpResult, ProblemHttpResult> Answer(HttpContext context, PrometheusExporter exporter, IOptions<PlatformOptions> options) =>
        MayRead(context, options.Value.MetricsToken)
            ? TypedResults.Text(exporter.Write(), PrometheusExporter.ContentType)
            : TypedResults.Problem(statusCode: 401, type: "urn:wardwatch:metrics-token-required", title: "Metrics are read from this machine, or with the metrics token");

    // What a proxy hands on comes from elsewhere, though the connection is local.
    private static bool MayRead(HttpContext context, string? token)
    {
        var headers = context.Request.Headers;
        if (context.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote) && !headers.ContainsKey("X-Forwarded-For") && !headers.ContainsKey("Forwarded"))
        {
            return true;
        }

        return !string.IsNullOrEmpty(token)
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(headers.Authorization.ToString()), Encoding.UTF8.GetBytes("Bearer " + token));
    }
}
