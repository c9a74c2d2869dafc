namespace Wardwatch.Server.AlertPath;

/// <summary>How far a ward's alert path is proven.</summary>
internal enum PathState
{
    /// <summary>The last alert arrived, and not long ago.</summary>
    Proven,

    /// <summary>One should have arrived by now; another is under way. Or none ever has.</summary>
    Late,

    /// <summary>None arrives.</summary>
    Broken,
}

/// <summary>What is known of a ward's rounds.</summary>
/// <param name="NextAt">When the next one is due.</param>
/// <param name="OwedSince">When the first one began that has not arrived; null: the last one did.</param>
/// <param name="ProvenAt">When the last one arrived; null: none has.</param>
internal readonly record struct PathTimes(DateTimeOffset NextAt, DateTimeOffset? OwedSince, DateTimeOffset? ProvenAt);

/// <summary>
/// Says from times alone how far a path is proven, so that it is said as well while nothing works any more: what is owed counts from the round that did not arrive, and where no round
/// began, from when one was due.
/// </summary>
internal static class PathClock
{
    /// <summary>The state at a time.</summary>
    /// <param name="path">What is known of the rounds.</param>
    /// <param name="now">The time.</param>
    /// <param name="watchedSince">Since when this process looks: what was owed while the server stood still is owed from then on, and nothing is proven by what lies before.</param>
    /// <param name="options">The limits.</param>
    public static PathState StateAt(in PathTimes path, DateTimeOffset now, DateTimeOffset watchedSince, AlertPathOptions options)
    {
        var due = path.OwedSince ?? path.NextAt;
        var owed = (now - (due > watchedSince ? due : watchedSince)).TotalSeconds;
        if (owed >= options.BrokenSeconds)
        {
            return PathState.Broken;
        }

        var isFresh = path.ProvenAt is { } proven && (now - proven).TotalSeconds < options.IntervalSeconds + options.LateSeconds;
        return isFresh && owed < options.LateSeconds ? PathState.Proven : PathState.Late;
    }

    /// <summary>The state's word in the interface.</summary>
    public static string WordOf(PathState state) => state switch
    {
        PathState.Proven => "proven",
        PathState.Late => "late",
        _ => "broken",
    };
}
