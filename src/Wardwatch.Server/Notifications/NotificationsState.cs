using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Wardwatch.Server.Notifications;

/// <summary>How sending goes, as this process sees it.</summary>
internal sealed class NotificationsState
{
    private double _oldestSeconds;
    private int _resting;

    /// <summary>For how long the oldest that is due has waited, in seconds.</summary>
    public double OldestSeconds
    {
        get => Volatile.Read(ref _oldestSeconds);
        set => Volatile.Write(ref _oldestSeconds, value);
    }

    /// <summary>Receivers that rest, since most of what was sent to them failed.</summary>
    public int Resting
    {
        get => Volatile.Read(ref _resting);
        set => Volatile.Write(ref _resting, value);
    }
}

/// <summary>Degraded while notifications wait: somebody may be sought who does not know.</summary>
internal sealed class NotificationsHealthCheck(NotificationsState state, IOptions<NotificationsOptions> options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        state.OldestSeconds > options.Value.LagSeconds
            ? HealthCheckResult.Degraded($"a notification has waited for {state.OldestSeconds:0} s; {state.Resting} receivers do not answer")
            : HealthCheckResult.Healthy("notifications go out"));
}
