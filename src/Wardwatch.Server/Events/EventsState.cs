namespace Wardwatch.Server.Events;

/// <summary>How it stands with events in this process: what health and metrics tell.</summary>
internal sealed class EventsState
{
    private long _lagMilliseconds;
    private volatile string? _brokerAway;

    /// <summary>The age of the oldest event that is not published.</summary>
    public double LagSeconds
    {
        get => Volatile.Read(ref _lagMilliseconds) / 1000.0;
        set => Volatile.Write(ref _lagMilliseconds, (long)(value * 1000));
    }

    /// <summary>Why the broker cannot be reached; null while it can, or where there is none.</summary>
    public string? BrokerAway
    {
        get => _brokerAway;
        set => _brokerAway = value;
    }
}
