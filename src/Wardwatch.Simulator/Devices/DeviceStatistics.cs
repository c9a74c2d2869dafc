using Wardwatch.Devices.Mqtt;

namespace Wardwatch.Simulator.Devices;

/// <summary>What all devices together have done so far. Any thread may count.</summary>
internal sealed class DeviceStatistics
{
    private readonly long[] _refused = new long[256];
    private readonly long[] _connectRefused = new long[256];
    private long _produced;
    private long _sent;
    private long _resent;
    private long _acknowledged;
    private long _droppedOffline;
    private long _connected;
    private long _connectionsOpened;
    private long _connectionsLost;
    private long _connectFailures;
    private long _skippedTicks;

    /// <summary>Messages that devices made.</summary>
    public long Produced => Interlocked.Read(ref _produced);

    /// <summary>PUBLISH packets that left, repetitions included.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Of these, repetitions after a lost connection.</summary>
    public long Resent => Interlocked.Read(ref _resent);

    /// <summary>PUBACKs with success.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>Messages given up because a device was off line for too long, oldest first.</summary>
    public long DroppedOffline => Interlocked.Read(ref _droppedOffline);

    /// <summary>Connections at this moment.</summary>
    public long Connected => Interlocked.Read(ref _connected);

    public long ConnectionsOpened => Interlocked.Read(ref _connectionsOpened);

    public long ConnectionsLost => Interlocked.Read(ref _connectionsLost);

    /// <summary>Attempts to connect that failed before the server answered CONNECT.</summary>
    public long ConnectFailures => Interlocked.Read(ref _connectFailures);

    /// <summary>Ticks left out because this process could not keep up.</summary>
    public long SkippedTicks => Interlocked.Read(ref _skippedTicks);

    /// <summary>From PUBLISH to PUBACK.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>PUBACKs with a reason of 0x80 or more, by reason.</summary>
    public IReadOnlyList<(MqttReason Reason, long Count)> Refused => Counts(_refused);

    /// <summary>CONNACKs that refused, by reason.</summary>
    public IReadOnlyList<(MqttReason Reason, long Count)> ConnectRefused => Counts(_connectRefused);

    public void CountProduced() => Interlocked.Increment(ref _produced);

    public void CountSent(bool again)
    {
        Interlocked.Increment(ref _sent);
        if (again) Interlocked.Increment(ref _resent);
    }

    public void CountAnswer(MqttReason reason)
    {
        if (reason.IsFailure()) Interlocked.Increment(ref _refused[(byte)reason]);
        else Interlocked.Increment(ref _acknowledged);
    }

    public void CountDropped() => Interlocked.Increment(ref _droppedOffline);

    public void CountConnected()
    {
        Interlocked.Increment(ref _connected);
        Interlocked.Increment(ref _connectionsOpened);
    }

    public void CountEnded(bool lost)
    {
        Interlocked.Decrement(ref _connected);
        if (lost) Interlocked.Increment(ref _connectionsLost);
    }

    public void CountConnectRefused(MqttReason reason) => Interlocked.Increment(ref _connectRefused[(byte)reason]);

    public void CountConnectFailure() => Interlocked.Increment(ref _connectFailures);

    public void CountSkippedTicks(long count) => Interlocked.Add(ref _skippedTicks, count);

    private static List<(MqttReason Reason, long Count)> Counts(long[] counts)
    {
        var result = new List<(MqttReason, long)>();
        for (var i = 0; i < counts.Length; i++)
        {
            var count = Interlocked.Read(ref counts[i]);
            if (count > 0) result.Add(((MqttReason)i, count));
        }

        return result;
    }
}
