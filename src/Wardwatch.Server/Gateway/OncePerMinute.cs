namespace Wardwatch.Server.Gateway;

/// <summary>
/// Keeps a flood out of the log: one line for each subject and minute, which says how many there were since the last. It remembers a limited number of
/// subjects; while there are more within one minute, those beyond are counted by the metrics alone.
/// </summary>
internal sealed class OncePerMinute<TSubject>
    where TSubject : notnull
{
    private const int MostSubjects = 1024;
    private const long Minute = 60_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<TSubject, (long ToldAt, int Untold)> _subjects = [];

    /// <summary>Counts an occurrence; true if it is to be told, with how many there were since the last time (this one included).</summary>
    public bool ShouldTell(TSubject subject, long nowMilliseconds, out int occurrences)
    {
        lock (_gate)
        {
            occurrences = 1;
            if (_subjects.TryGetValue(subject, out var known))
            {
                occurrences = known.Untold + 1;
                if (nowMilliseconds - known.ToldAt < Minute)
                {
                    _subjects[subject] = known with { Untold = occurrences };
                    return false;
                }
            }
            else if (_subjects.Count >= MostSubjects && !Forget(nowMilliseconds))
            {
                return false;
            }

            _subjects[subject] = (nowMilliseconds, 0);
            return true;
        }
    }

    private bool Forget(long nowMilliseconds)
    {
        foreach (var (subject, known) in _subjects)
        {
            if (nowMilliseconds - known.ToldAt >= Minute)
            {
                _subjects.Remove(subject);
            }
        }

        return _subjects.Count < MostSubjects;
    }
}
