namespace Wardwatch.Server.Staff.Guessing;

/// <summary>
/// How often something has failed within a window of time, by key. Bounded: when there are too many keys, those whose window is over go first, then the one
/// that began first.
/// </summary>
internal sealed class FailureCounts(TimeSpan window, TimeProvider time, int most = 100_000)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (int Count, DateTimeOffset Since)> _counts = new(StringComparer.Ordinal);

    /// <summary>How many keys are held.</summary>
    internal int Held
    {
        get
        {
            lock (_gate)
            {
                return _counts.Count;
            }
        }
    }

    /// <summary>How often within the window, and until when that counts.</summary>
    public (int Count, TimeSpan Left) Of(string key)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            return _counts.TryGetValue(key, out var count) && count.Since + window > now ? (count.Count, count.Since + window - now) : (0, TimeSpan.Zero);
        }
    }

    /// <summary>Counts one more.</summary>
    public void Add(string key)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var known = _counts.TryGetValue(key, out var count);
            if (!known && _counts.Count >= most)
            {
                MakeRoom(now);
            }

            _counts[key] = known && count.Since + window > now ? (count.Count + 1, count.Since) : (1, now);
        }
    }

    /// <summary>Forgets a key.</summary>
    public void Forget(string key)
    {
        lock (_gate)
        {
            _counts.Remove(key);
        }
    }

    private void MakeRoom(DateTimeOffset now)
    {
        foreach (var (key, _) in _counts.Where(entry => entry.Value.Since + window <= now).ToList())
        {
            _counts.Remove(key);
        }

        // A tenth at once, so that a flood of new keys does not search through all of them each time.
        if (_counts.Count >= most)
        {
            foreach (var (key, _) in _counts.OrderBy(entry => entry.Value.Since).Take(Math.Max(1, most / 10)).ToList())
            {
                _counts.Remove(key);
            }
        }
    }
}
