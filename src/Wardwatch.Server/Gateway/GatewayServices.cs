using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Gateway;

/// <summary>What every session needs; one object, so that a session of ten thousand holds one reference.</summary>
internal sealed record GatewayServices(IEnvelopeQueue Queue, IDeviceDirectory Devices, GatewayMetrics Metrics, GatewayWarnings Warnings, WaitingBytes Waiting, GatewayOptions Options, TimeProvider Time);
