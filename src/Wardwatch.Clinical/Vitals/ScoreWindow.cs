namespace Wardwatch.Clinical.Vitals;

/// <summary>
/// How old a value may be to count in a score. What is older counts as missing: it widens the score's bounds and never stands in as a current value.
/// Immutable; one instance serves all patients of a ward.
/// </summary>
/// <remarks>
/// The default joins what one observation round means: continuous vitals 5 minutes, long enough for monitors that send a value a minute and for a probe that is
/// moved to another finger; intermittent vitals until they are stale on the screen, so that a score never uses a number that the screen refuses to show.
/// Both are Wardwatch's choice. For continuous vitals the window is wider than the screen's, hence the age that every score carries.
/// </remarks>
public sealed class ScoreWindow
{
    private const double ContinuousMaxAgeSeconds = 300;

    private readonly long[] _maxAgeMicros;

    private ScoreWindow(long[] maxAgeMicros) => _maxAgeMicros = maxAgeMicros;

    /// <summary>The default window (see the remarks on the type).</summary>
    public static ScoreWindow Default { get; } = CreateDefault();

    /// <summary>Every value counts, however old: for what was once known, not for a score.</summary>
    internal static ScoreWindow Endless { get; } = new([.. Enumerable.Repeat(long.MaxValue, VitalCatalogue.Count)]);

    /// <summary>The greatest age, in seconds, at which a value of this vital counts.</summary>
    public double MaxAgeSeconds(Vital vital) => _maxAgeMicros[(int)vital] / 1e6;

    /// <summary>The same window with another limit for one vital.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative, not a number, or more than 30 days.</exception>
    public ScoreWindow With(Vital vital, double maxAgeSeconds)
    {
        if (!(maxAgeSeconds >= 0 && maxAgeSeconds <= 30 * 86_400.0))
            throw new ArgumentOutOfRangeException(nameof(maxAgeSeconds), maxAgeSeconds, "The limit must be from 0 to 30 days, in seconds.");

        long[] copy = [.. _maxAgeMicros];
        copy[(int)vital] = (long)Math.Round(maxAgeSeconds * 1e6);
        return new ScoreWindow(copy);
    }

    /// <summary>
    /// The value if it is present and fresh enough at this time. A value measured after <paramref name="nowMicros"/> (a clock that runs ahead) counts as fresh.
    /// </summary>
    public bool TryGetFresh(in VitalSet vitals, Vital vital, long nowMicros, out double value, out long measuredAtMicros) =>
        vitals.TryGet(vital, out value, out measuredAtMicros) && nowMicros - measuredAtMicros <= _maxAgeMicros[(int)vital];

    private static ScoreWindow CreateDefault()
    {
        long[] maxAgeMicros = new long[VitalCatalogue.Count];
        foreach (var definition in VitalCatalogue.All)
        {
            double seconds = definition.IsContinuous ? ContinuousMaxAgeSeconds : definition.Ages.StaleAfterSeconds;
            maxAgeMicros[(int)definition.Vital] = (long)(seconds * 1e6);
        }

        return new ScoreWindow(maxAgeMicros);
    }
}
