using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Wardwatch.Server.History;

/// <summary>Unhealthy while readings are not being stored by this process, degraded while that takes too long. What others do is theirs to say.</summary>
internal sealed class StorageHealthCheck(StorageState storage) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = storage.Current;
        return Task.FromResult(status.Stored
            ? HealthCheckResult.Healthy("readings are being stored")
            : status.Delayed
            ? HealthCheckResult.Degraded($"readings are being stored late since {status.Since:O}")
            : HealthCheckResult.Unhealthy($"readings have not been stored since {status.Since:O}"));
    }
}
