using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>Events are published in time. If not, they are late but kept: degraded, never unhealthy, since nothing would be won by taking this server away.</summary>
internal sealed class EventsHealthCheck(EventsState state, IOptions<EventsOptions> options, IBrokerLink? broker = null) : IHealthCheck
{
    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        broker?.Away is { } away ? HealthCheckResult.Degraded($"The broker cannot be reached; events stay in the outbox ({away.Reason}).")
        : state.LagSeconds > options.Value.LagSeconds ? HealthCheckResult.Degraded($"The oldest event has waited {state.LagSeconds:0} s to be published.")
        : HealthCheckResult.Healthy("Events are published in time."));
}
