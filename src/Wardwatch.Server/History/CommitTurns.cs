namespace Wardwatch.Server.History;

/// <summary>
/// Which writer may begin a commit. One at a time while little waits, since half as many transactions of twice the size cost the database less; several at
/// once where a batch that is worth one waits already, or where one takes so long that nobody should have to wait behind it. Telling the devices belongs to a
/// turn: meanwhile the next batch gathers.
/// </summary>
/// <param name="writers">How many writers there are.</param>
/// <param name="time">The clock.</param>
internal sealed class CommitTurns(int writers, TimeProvider time) : IDisposable
{
    /// <summary>From so many rows on, what a transaction costs of itself is little beside what its rows cost.</summary>
    public const int WorthATransaction = 1024;

    /// <summary>Longer than a commit on a healthy disk: behind a turn that takes longer nobody waits.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    private readonly long[] _turns = new long[writers]; // since when; 0: it has none
    private readonly long[] _commits = new long[writers]; // the same of the commit in it
    private readonly SemaphoreSlim _changed = new(0);
    private long _rows;
    private int _waiters;

    /// <summary>Notes rows that wait for a writer.</summary>
    public void Added(int rows)
    {
        var all = Interlocked.Add(ref _rows, rows);
        if (all >= WorthATransaction && all - rows < WorthATransaction)
        {
            Wake();
        }
    }

    /// <summary>Notes rows that a writer took.</summary>
    public void Taken(int rows) => Interlocked.Add(ref _rows, -rows);

    /// <summary>Notes that a writer's turn and its commit begin.</summary>
    public void Began(int writer)
    {
        var now = Math.Max(1, time.GetTimestamp());
        Volatile.Write(ref _commits[writer], now);
        Volatile.Write(ref _turns[writer], now);
    }

    /// <summary>Notes that its commit has ended, whatever became of it; those who wait for it are told next.</summary>
    public void Committed(int writer) => Volatile.Write(ref _commits[writer], 0);

    /// <summary>Notes that its turn has ended.</summary>
    public void Ended(int writer)
    {
        Volatile.Write(ref _commits[writer], 0);
        Volatile.Write(ref _turns[writer], 0);
        Wake();
    }

    /// <summary>Ends when a writer may take what waits.</summary>
    public async ValueTask WaitAsync()
    {
        while (Volatile.Read(ref _rows) < WorthATransaction && Oldest(_turns) is { } oldest && oldest < Patience)
        {
            Interlocked.Increment(ref _waiters);
            if (Oldest(_turns) is not null)
            {
                await _changed.WaitAsync(Patience);
            }

            Interlocked.Decrement(ref _waiters);
        }
    }

    /// <summary>How long the oldest commit has been under way; null if none is.</summary>
    public TimeSpan? OldestCommit() => Oldest(_commits);

    public void Dispose() => _changed.Dispose();

    // One too many makes a writer look once more; none too few is what counts.
    private void Wake()
    {
        if (Volatile.Read(ref _waiters) > 0)
        {
            _changed.Release();
        }
    }

    private TimeSpan? Oldest(long[] beginnings)
    {
        TimeSpan? oldest = null;
        foreach (ref var began in beginnings.AsSpan())
        {
            if (Volatile.Read(ref began) is var since and not 0 && time.GetElapsedTime(since) is var age && !(age <= oldest))
            {
                oldest = age;
            }
        }

        return oldest;
    }
}
