namespace Wardwatch.Server.Notifications.Channels;

/// <summary>
/// Hours in which somebody is not to be woken, by the wall clock of a time zone. <paramref name="Until"/> before <paramref name="From"/>: over midnight.
/// Where the clock is put forward over the end, they end with the jump; where it is put back over the end, they end when it is reached the first time.
/// </summary>
/// <param name="From">From when; within.</param>
/// <param name="Until">Until when; no longer within. Another time than <paramref name="From"/>.</param>
/// <param name="Zone">Whose clock.</param>
internal sealed record QuietHours(TimeOnly From, TimeOnly Until, TimeZoneInfo Zone)
{
    private const int MostJumps = 4;

    /// <summary>When the quiet hours that hold at a time end, in UTC; null: it is not quiet then.</summary>
    public DateTimeOffset? EndAt(DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, Zone);
        var clock = TimeOnly.FromDateTime(local.DateTime);
        var overMidnight = Until < From;
        if (overMidnight ? clock < From && clock >= Until : clock < From || clock >= Until)
        {
            return null;
        }

        var day = DateOnly.FromDateTime(local.DateTime);
        var end = (overMidnight && clock >= From ? day.AddDays(1) : day).ToDateTime(Until);
        return First(end, at);
    }

    // The first time at which the wall shows it. Only what the zone says of times in UTC is asked: of times on the wall some are not there, and some twice.
    private DateTimeOffset First(DateTime wall, DateTimeOffset after)
    {
        var from = after;
        for (var jumps = 0; jumps < MostJumps; jumps++)
        {
            var end = from + (wall - Wall(from));
            if (Wall(end) == wall)
            {
                return end.ToUniversalTime();
            }

            // The clock was put forward or back on the way. If it was put over the end, that was it.
            from = Jump(from, end);
            if (Wall(from) >= wall)
            {
                return from;
            }
        }

        return from;
    }

    private DateTime Wall(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone).DateTime;

    // The first second with the offset of the later one.
    private DateTimeOffset Jump(DateTimeOffset from, DateTimeOffset until)
    {
        var (low, high, offset) = (from.ToUnixTimeSeconds(), until.ToUnixTimeSeconds() + 1, Zone.GetUtcOffset(until));
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            (low, high) = Zone.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(middle)) == offset ? (low, middle) : (middle, high);
        }

        return DateTimeOffset.FromUnixTimeSeconds(high);
    }
}
