using Microsoft.Extensions.Diagnostics.HealthChecks;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Certificates;

/// <summary>Speaks up before the server's certificate or its authority ends, since devices then no longer connect.</summary>
internal sealed class CertificateHealthCheck(IServerCertificates certificates, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan WarnBefore = TimeSpan.FromDays(21);

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var end = new[] { certificates.Server, certificates.Authority }.Min(certificate => certificate.NotAfter.ToUniversalTime());
        var left = end - time.GetUtcNow().UtcDateTime;
        return Task.FromResult(left <= TimeSpan.Zero ? HealthCheckResult.Unhealthy($"A certificate for devices ended on {end:yyyy-MM-dd}.")
            : left < WarnBefore ? HealthCheckResult.Degraded($"A certificate for devices ends on {end:yyyy-MM-dd}: replace the given one; the server's own renews itself.")
            : HealthCheckResult.Healthy($"The certificates for devices are good until {end:yyyy-MM-dd}."));
    }
}
