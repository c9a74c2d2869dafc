using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Wardwatch.Server.Platform.Contracts;

/// <summary>
/// Whether this process is being emptied: it takes nothing new, what it holds goes elsewhere, and then it ends. Begun by whoever drains the node, and by every orderly stop.
/// </summary>
public sealed class NodeDrain : IDisposable
{
    private readonly CancellationTokenSource _begun = new();

    /// <summary>Cancelled when draining begins. What is registered must be quick and must not throw.</summary>
    public CancellationToken Begun => _begun.Token;

    /// <summary>Whether it has begun.</summary>
    public bool IsDraining => _begun.IsCancellationRequested;

    /// <summary>Whether the process ends because it was drained, which is an orderly end.</summary>
    public bool EndsProcess { get; private set; }

    /// <summary>Begins; again does nothing.</summary>
    /// <param name="endsProcess">The process was not told to stop otherwise, and ends by this.</param>
    public void Begin(bool endsProcess)
    {
        EndsProcess |= endsProcess;
        _begun.Cancel();
    }

    /// <inheritdoc />
    public void Dispose() => _begun.Dispose();
}

/// <summary>Unhealthy from the beginning of a drain on, so that balancers send nothing more here.</summary>
internal sealed class DrainHealthCheck(NodeDrain drain) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        drain.IsDraining ? HealthCheckResult.Unhealthy("this node is being drained and ends soon") : HealthCheckResult.Healthy("this node takes work"));
}
