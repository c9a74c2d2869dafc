using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Gateway;

/// <summary>What every session of a port needs; one object, so that a session of ten thousand holds one reference.</summary>
internal sealed record GatewayServices(IGatewayPolicy Policy, GatewayMetrics Metrics, GatewayWarnings Warnings, WaitingBytes Waiting, GatewayOptions Options, TimeProvider Time)
{
    /// <summary>Which readings are followed; null: none.</summary>
    public ReadingTraces? Traces { get; init; }
}
