namespace Wardwatch.Server.OnCall.Calculation;

/// <summary>
/// Times on the wall as instants, by the rules of a zone. A time is reached at the first instant at which the clock on the wall shows it or a later one. Where the clock
/// leaps ahead (a gap), that is the leap itself; where it is set back (an overlap), it is the first of the two occurrences. By that, later times on the wall never come
/// earlier, so that boundaries keep their order whatever the clock does.
/// </summary>
internal static class LocalTimes
{
    // Wider than any difference between a clock on a wall and UTC, a leap of a whole day included (Samoa, 2011); no zone changes twice within as long.
    private static readonly TimeSpan Reach = TimeSpan.FromHours(40);

    /// <summary>When the clock first shows a time.</summary>
    /// <param name="zone">Whose rules hold.</param>
    /// <param name="wall">The time on the wall; its kind does not matter.</param>
    public static DateTimeOffset FirstInstant(TimeZoneInfo zone, DateTime wall)
    {
        var utc = DateTime.SpecifyKind(wall, DateTimeKind.Utc);
        var (early, late) = (utc - Reach, utc + Reach);
        var (before, after) = (zone.GetUtcOffset(early), zone.GetUtcOffset(late));
        var reached = utc - before;
        if (before == after)
        {
            return new(reached, TimeSpan.Zero);
        }

        var change = ChangeBetween(zone, early, late, before);
        if (reached < change)
        {
            return new(reached, TimeSpan.Zero);
        }

        var afterwards = utc - after;
        return new(afterwards > change ? afterwards : change, TimeSpan.Zero);
    }

    /// <summary>What the clock shows.</summary>
    public static DateTime WallAt(TimeZoneInfo zone, DateTimeOffset instant) =>
        DateTime.SpecifyKind(instant.UtcDateTime + zone.GetUtcOffset(instant.UtcDateTime), DateTimeKind.Unspecified);

    // The first instant with another difference than at the beginning.
    private static DateTime ChangeBetween(TimeZoneInfo zone, DateTime early, DateTime late, TimeSpan before)
    {
        var (low, high) = (early.Ticks, late.Ticks);
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            if (zone.GetUtcOffset(new DateTime(middle, DateTimeKind.Utc)) == before)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return new(high, DateTimeKind.Utc);
    }
}
