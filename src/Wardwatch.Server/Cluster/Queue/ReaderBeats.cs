namespace Wardwatch.Server.Cluster.Queue;

/// <summary>
/// Which readers are there: those whose beat goes on. Measured by how long this process, which kept looking, has seen a beat stand still; so neither a wrong clock nor a database
/// that was away makes anybody gone.
/// </summary>
internal sealed class ReaderBeats(TimeSpan patience)
{
    private readonly Dictionary<Guid, (long Beat, TimeSpan Seen)> _seen = [];
    private TimeSpan? _looked;

    /// <summary>Takes in what was seen.</summary>
    /// <param name="beats">All readers with their beats.</param>
    /// <param name="now">A time that never goes back.</param>
    public void Look(IReadOnlyDictionary<Guid, long> beats, TimeSpan now)
    {
        // Whoever did not look for a while knows nothing of that while.
        var interrupted = _looked is { } looked && now - looked > patience / 2;
        _looked = now;
        foreach (var gone in _seen.Keys.Where(reader => !beats.ContainsKey(reader)).ToList())
        {
            _seen.Remove(gone);
        }

        foreach (var (reader, beat) in beats)
        {
            if (interrupted || !_seen.TryGetValue(reader, out var seen) || seen.Beat != beat)
            {
                _seen[reader] = (beat, now);
            }
        }
    }

    /// <summary>Whether a reader is there.</summary>
    public bool IsThere(Guid reader) => _seen.TryGetValue(reader, out var seen) && _looked - seen.Seen < patience;

    /// <summary>How many are there.</summary>
    public int Count => _seen.Keys.Count(IsThere);

    /// <summary>Those that are gone for long.</summary>
    public List<Guid> GoneFor(TimeSpan time) => [.. _seen.Where(seen => _looked - seen.Value.Seen >= time).Select(seen => seen.Key)];
}
