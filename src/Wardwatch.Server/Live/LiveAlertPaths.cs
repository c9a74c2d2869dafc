using Wardwatch.Server.AlertPath.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Live;

/// <summary>Tells a ward's screens how far its alert path is proven.</summary>
internal sealed class LiveAlertPaths(Audience audience) : IAlertPathObserver
{
    /// <inheritdoc />
    public void Changed(int tenantId, AlertPathDocument path) => audience.SendEvent(new LiveMessage(LiveKind.AlertPathChanged, tenantId, 0, path.Ward, WireJson.Bytes(path)));
}
