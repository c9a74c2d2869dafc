using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Wardwatch.Server.Gateway.Brokers;

/// <summary>Whether the broker is there.</summary>
/// <param name="IsConnected">Subscribed, and reading.</param>
/// <param name="Since">Since when.</param>
internal sealed record BrokerState(bool IsConnected, DateTimeOffset Since);

/// <summary>Degraded while a broker that is configured is not there: what devices publish to it waits with it.</summary>
internal sealed class BrokerHealthCheck(BrokerSubscription subscription) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(subscription.State switch
    {
        null => HealthCheckResult.Healthy("there is no other broker"),
        { IsConnected: true } => HealthCheckResult.Healthy("subscribed to the broker"),
        var away => HealthCheckResult.Degraded($"the broker has not been there since {away.Since:O}; what devices publish to it waits with it"),
    });
}
