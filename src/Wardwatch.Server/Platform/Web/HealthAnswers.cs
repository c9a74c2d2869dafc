using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Wardwatch.Server.Platform.Web;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: every check passes, so that work may be sent here. <c>/health</c>: both, in full. No
/// sign-in, hence no detail beyond each check's own sentence.
/// </summary>
internal static class HealthAnswers
{
    /// <summary>Adds the three routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", Options(_ => false)).AllowAnonymous();
        routes.MapHealthChecks("/health/ready", Options(_ => true)).AllowAnonymous();
        routes.MapHealthChecks("/health", Options(_ => true)).AllowAnonymous();
    }

    private static HealthCheckOptions Options(Func<HealthCheckRegistration, bool> which) => new()
    {
        Predicate = which,
        ResponseWriter = WriteAsync,
        ResultStatusCodes = { [HealthStatus.Degraded] = StatusCodes.Status200OK },
    };

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        var answer = new
        {
            status = Word(report.Status),
            checks = report.Entries.ToDictionary(
                entry => entry.Key,
                entry => new { status = Word(entry.Value.Status), description = entry.Value.Description, milliseconds = Math.Round(entry.Value.Duration.TotalMilliseconds, 1) },
                StringComparer.Ordinal),
        };
        return context.Response.WriteAsJsonAsync(answer, JsonSerializerOptions.Web, context.RequestAborted);
    }

    private static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };
}
