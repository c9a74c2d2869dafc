namespace Wardwatch.Server.Events;

/// <summary>How it stands with events in this process: what health and metrics tell.</summary>
internal sealed class EventsState
{
    private long _lagMilliseconds;

    /// <summary>The age of the oldest event that is not published.</summary>
    public double LagSeconds
    {
        get => Volatile.Read(ref _lagMilliseconds) / 1000.0;
        set => Volatile.Write(ref _lagMilliseconds, (long)(value * 1000));
    }
}
