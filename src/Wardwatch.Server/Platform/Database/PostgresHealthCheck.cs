using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Wardwatch.Server.Platform.Database;

/// <summary>The database answers, and keeps what it commits.</summary>
internal sealed class PostgresHealthCheck(NpgsqlDataSource database) : IHealthCheck
{
    /// <inheritdoc />
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // A database that hangs holds up even the cancellation of a question to it; the prober is answered in time all the same.
            return await Durability.FindFaultAsync(database, cancellationToken).WaitAsync(cancellationToken) is { } fault
                ? HealthCheckResult.Unhealthy(fault)
                : HealthCheckResult.Healthy("PostgreSQL answers; commits are durable.");
        }
        catch (NpgsqlException error)
        {
            return HealthCheckResult.Unhealthy("PostgreSQL does not answer.", error);
        }
    }
}
