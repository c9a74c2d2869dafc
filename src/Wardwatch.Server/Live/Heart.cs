using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Live;

/// <summary>Makes heartbeats: that the connection works, and whether readings are being stored.</summary>
internal sealed class Heart(IStorageState storage, TimeProvider time)
{
    /// <summary>A heartbeat of this moment, for whoever gets it.</summary>
    public LiveMessage Beat() => new(LiveKind.Heartbeat, 0, 0, null, WireJson.Bytes(new HeartbeatMessage(time.GetUtcNow(), StorageDocument.Of(storage.Current))));
}
