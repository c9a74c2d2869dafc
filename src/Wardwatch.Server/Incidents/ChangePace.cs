namespace Wardwatch.Server.Incidents;

/// <summary>
/// Joins the changes of what changes often. The first change of something is due at once; those that come within a pause after it was taken become one, which is due when the pause is over.
/// Each has a pause of its own, so that nothing waits because of something else. For one reader.
/// </summary>
/// <param name="pause">At least so long lies between two times at which the same is taken.</param>
/// <param name="time">The clock.</param>
internal sealed class ChangePace<T>(TimeSpan pause, TimeProvider time) where T : notnull
{
    // True: changed again since it was taken.
    private readonly Dictionary<T, bool> _taken = [];

    // Pauses are of one length, so they end in the order in which they began.
    private readonly Queue<(T What, long Since)> _pauses = new();
    private readonly Queue<T> _due = new();
    private readonly HashSet<T> _waiting = [];

    /// <summary>Something has changed.</summary>
    public void Changed(T what)
    {
        if (_taken.ContainsKey(what))
        {
            _taken[what] = true;
        }
        else if (_waiting.Add(what))
        {
            _due.Enqueue(what);
        }
    }

    /// <summary>Takes what is due, in the order in which it became so. What changes from here on is due again.</summary>
    /// <param name="most">How many at once.</param>
    public List<T> Take(int most)
    {
        while (_pauses.TryPeek(out var first) && time.GetElapsedTime(first.Since) >= pause)
        {
            _pauses.Dequeue();
            if (_taken.Remove(first.What, out var changed) && changed)
            {
                Changed(first.What);
            }
        }

        var taken = new List<T>();
        var now = time.GetTimestamp();
        while (taken.Count < most && _due.TryDequeue(out var what))
        {
            _waiting.Remove(what);
            _taken.Add(what, false);
            _pauses.Enqueue((what, now));
            taken.Add(what);
        }

        return taken;
    }

    /// <summary>When to look again although nothing has changed, in whole milliseconds from now; infinite: never.</summary>
    public TimeSpan Next()
    {
        if (_due.Count > 0)
        {
            return TimeSpan.Zero;
        }

        if (!_pauses.TryPeek(out var first))
        {
            return Timeout.InfiniteTimeSpan;
        }

        // Up, since timers know no less: they would fire too early, again and again.
        var left = pause - time.GetElapsedTime(first.Since);
        return left > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)) : TimeSpan.Zero;
    }
}
