namespace Wardwatch.Server.Timers;

/// <summary>How it stands with timers: what health and metrics tell. Looked at now and then by whoever fires them.</summary>
internal sealed class TimersState
{
    private long _pending;
    private long _failing;
    private long _lateMilliseconds;

    /// <summary>Timers that are set, due or not.</summary>
    public long Pending => Volatile.Read(ref _pending);

    /// <summary>Of these, the ones that have failed and are tried again.</summary>
    public long Failing => Volatile.Read(ref _failing);

    /// <summary>How long the oldest has been due, in seconds; 0 if none is.</summary>
    public double LateSeconds => Volatile.Read(ref _lateMilliseconds) / 1000.0;

    /// <summary>Takes down what was seen.</summary>
    public void Seen(long pending, double lateSeconds, long failing)
    {
        Volatile.Write(ref _pending, pending);
        Volatile.Write(ref _lateMilliseconds, (long)(lateSeconds * 1000));
        Volatile.Write(ref _failing, failing);
    }
}
