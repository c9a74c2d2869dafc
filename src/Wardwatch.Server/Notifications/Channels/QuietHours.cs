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
    private const int LongestJumpMinutes = 240;

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

    private DateTimeOffset First(DateTime wall, DateTimeOffset after)
    {
        if (Zone.IsInvalidTime(wall))
        {
            // The last minute before the jump is there; the jump is one minute later.
            for (var minutes = 1; minutes <= LongestJumpMinutes; minutes++)
            {
                if (wall.AddMinutes(-minutes) is var before && !Zone.IsInvalidTime(before))
                {
                    var start = new DateTime(before.Year, before.Month, before.Day, before.Hour, before.Minute, 0, DateTimeKind.Unspecified);
                    return new DateTimeOffset(start, Zone.GetUtcOffset(start)).AddMinutes(1).ToUniversalTime();
                }
            }
        }

        if (Zone.IsAmbiguousTime(wall))
        {
            // The greater offset is the earlier time; the second one if the first has passed.
            foreach (var offset in Zone.GetAmbiguousTimeOffsets(wall).OrderDescending())
            {
                if (new DateTimeOffset(wall, offset) is var time && time > after)
                {
                    return time.ToUniversalTime();
                }
            }
        }

        return new DateTimeOffset(wall, Zone.GetUtcOffset(wall)).ToUniversalTime();
    }
}
