namespace Wardwatch.Clinical.Vitals;

/// <summary>How far a displayed value may be trusted by its age alone. The order is that of worsening.</summary>
public enum DataState : byte
{
    /// <summary>Shown as it is.</summary>
    Live,

    /// <summary>Shown with a badge that gives its age.</summary>
    Delayed,

    /// <summary>No longer shown as a number: grey dashes.</summary>
    Stale,

    /// <summary>The source is lost: a technical alarm.</summary>
    Offline,
}

/// <summary>
/// The ages, in seconds, past which a value is delayed, stale and offline. An age equal to a limit is still on its good side ("over 2 s").
/// </summary>
/// <param name="DelayedAfterSeconds">Older than this is <see cref="DataState.Delayed"/>.</param>
/// <param name="StaleAfterSeconds">Older than this is <see cref="DataState.Stale"/>.</param>
/// <param name="OfflineAfterSeconds">Older than this is <see cref="DataState.Offline"/>.</param>
public readonly record struct AgeRules(double DelayedAfterSeconds, double StaleAfterSeconds, double OfflineAfterSeconds)
{
    /// <summary>
    /// The state of a value of this age. A value from a clock that runs ahead (negative age) is live; an age that is not known (NaN) is offline,
    /// because a value without an age must not look fresh.
    /// </summary>
    public DataState StateAt(double ageSeconds)
    {
        if (double.IsNaN(ageSeconds) || ageSeconds > OfflineAfterSeconds)
            return DataState.Offline;
        if (ageSeconds > StaleAfterSeconds)
            return DataState.Stale;
        return ageSeconds > DelayedAfterSeconds ? DataState.Delayed : DataState.Live;
    }
}
