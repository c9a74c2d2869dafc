using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Wardwatch.Server.Cluster.Nodes;

/// <summary>Degraded while another process goes by this one's name: people see one of them where there are two.</summary>
internal sealed class NodeHealthCheck(NodeRegistry registry) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(registry.IsNameTaken
        ? HealthCheckResult.Degraded($"another process goes by the name {registry.Name}: give each its own")
        : HealthCheckResult.Healthy($"this is node {registry.Name}"));
}
