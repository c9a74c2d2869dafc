using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Wardwatch.Server.Timers;

/// <summary>Timers act in time. If not, they are late but kept: degraded, never unhealthy, since nothing would be won by taking this server away.</summary>
internal sealed class TimersHealthCheck(TimersState state, IOptions<TimersOptions> options) : IHealthCheck
{
    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        state.LateSeconds <= options.Value.LateSeconds ? HealthCheckResult.Healthy("Timers act in time.")
        : HealthCheckResult.Degraded($"The oldest timer has been due for {state.LateSeconds:0} s: escalations are late ({state.Failing} of {state.Pending} have failed and are tried again)."));
}
