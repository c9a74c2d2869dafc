namespace Wardwatch.Benchmarks.Proof;

/// <summary>What a device knows of a reading.</summary>
internal enum ReadingState : byte
{
    /// <summary>It was sent, or meant to be, and no answer has come.</summary>
    Sent,

    /// <summary>A PUBACK has come that says success.</summary>
    Acknowledged,

    /// <summary>A PUBACK has come that says why not (5.0).</summary>
    Refused,
}

/// <summary>The books of a device for the time between two of its starts: nine bytes a reading, since what was sent follows from boot id and counter.</summary>
internal sealed class BootLedger(ulong boot)
{
    private readonly List<long> _times = [];
    private readonly List<ReadingState> _states = [];

    /// <summary>Drawn when the device started.</summary>
    public ulong Boot { get; } = boot;

    /// <summary>How many readings were attempted; their counters are 1 to this.</summary>
    public int Count => _times.Count;

    /// <summary>Enters the next reading, measured at a unix time in microseconds, and answers its counter.</summary>
    public ulong Add(long measuredAt)
    {
        _times.Add(measuredAt);
        _states.Add(ReadingState.Sent);
        return (ulong)_times.Count;
    }

    /// <summary>When a reading was measured, in unix microseconds.</summary>
    public long TimeOf(ulong counter) => _times[(int)counter - 1];

    /// <summary>What is known of a reading.</summary>
    public ReadingState StateOf(ulong counter) => _states[(int)counter - 1];

    /// <summary>Notes an answer.</summary>
    public void Answer(ulong counter, ReadingState state) => _states[(int)counter - 1] = state;
}
