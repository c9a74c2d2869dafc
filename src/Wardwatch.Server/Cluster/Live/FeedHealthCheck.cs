using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Wardwatch.Server.Cluster.Live;

/// <summary>Degraded while screens of this process do not hear of every patient. Never unhealthy: screens of another process would most likely hear no more, and here they are told.</summary>
internal sealed class FeedHealthCheck(FeedState feed) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(feed.Lost is { } why
        ? HealthCheckResult.Degraded($"screens do not hear of every patient: {why}")
        : HealthCheckResult.Healthy("screens hear of every patient"));
}
