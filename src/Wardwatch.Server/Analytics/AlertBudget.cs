namespace Wardwatch.Server.Analytics;

/// <summary>An hour of a ward.</summary>
/// <param name="Hour">Its beginning.</param>
/// <param name="Alerts">Alerts that were raised in it.</param>
/// <param name="OccupiedSeconds">For how long beds were taken in it, all together.</param>
internal readonly record struct HourLoad(DateTimeOffset Hour, double Alerts, double OccupiedSeconds);

/// <summary>How much of a day's budget of alerts is used.</summary>
/// <param name="Alerts">Alerts of today.</param>
/// <param name="Allowed">Alerts that today's bed-days allow, the rest of the day with the beds that are taken now.</param>
/// <param name="UsedShare">The first by the second; null: nobody is there today.</param>
/// <param name="PacePerBedDay">Alerts per bed-day over the last six hours; null: too few beds were taken to tell.</param>
/// <param name="ProjectedShare">The share that will be used at the end of the day if the pace stays; null without a pace.</param>
/// <param name="WillExceed">Whether the budget is used up, or will be at this pace.</param>
internal sealed record BudgetBurn(long Alerts, double Allowed, double? UsedShare, double? PacePerBedDay, double? ProjectedShare, bool WillExceed);

/// <summary>A ward's budget of alerts, by the hour: arithmetic, without a database or a clock.</summary>
internal static class AlertBudget
{
    /// <summary>The least that can be set, in alerts per bed-day: one in ten days.</summary>
    public const double Least = 0.1;

    /// <summary>The most that can be set, in alerts per bed-day.</summary>
    public const double Most = 1000;

    /// <summary>Hours over which the pace is taken: long enough not to follow every alert, short enough to see a bad shift.</summary>
    public const int PaceHours = 6;

    private const double SecondsOfDay = 86_400;

    // A quarter of a bed-day, such as one bed over six hours: below that a single alert would be a pace of hundreds.
    private const double LeastSeconds = SecondsOfDay / 4;

    /// <summary>From when on hours are needed.</summary>
    public static DateTimeOffset NeededSince(DateTimeOffset now, TimeZoneInfo zone)
    {
        var (midnight, pace) = (DayOf(now, zone).Begin, PaceSince(now));
        return midnight < pace ? midnight : pace;
    }

    /// <summary>How much of today's budget is used.</summary>
    /// <param name="perBedDay">The budget, in alerts per bed-day.</param>
    /// <param name="hours">Hours from <see cref="NeededSince"/> on; those without anything may be missing.</param>
    /// <param name="occupiedNow">Beds that are taken now.</param>
    /// <param name="now">Now.</param>
    /// <param name="zone">Where the day begins.</param>
    public static BudgetBurn BurnOf(double perBedDay, IReadOnlyCollection<HourLoad> hours, int occupiedNow, DateTimeOffset now, TimeZoneInfo zone)
    {
        // Where midnight is at half past an hour of UTC, that hour counts to the day in which it begins.
        var (begin, end) = DayOf(now, zone);
        var today = hours.Where(hour => hour.Hour >= begin && hour.Hour < end).ToList();
        var (alerts, soFar) = (today.Sum(hour => hour.Alerts), today.Sum(hour => hour.OccupiedSeconds));
        var toCome = occupiedNow * (end - now).TotalSeconds;
        var allowed = perBedDay * (soFar + toCome) / SecondsOfDay;
        if (allowed <= 0)
        {
            return new((long)alerts, 0, null, null, null, WillExceed: false);
        }

        var lately = hours.Where(hour => hour.Hour >= PaceSince(now)).ToList();
        var seconds = lately.Sum(hour => hour.OccupiedSeconds);
        var pace = seconds >= LeastSeconds ? lately.Sum(hour => hour.Alerts) / (seconds / SecondsOfDay) : (double?)null;
        var projected = alerts + (pace * (toCome / SecondsOfDay));
        return new((long)alerts, allowed, alerts / allowed, pace, projected / allowed, alerts > allowed || projected > allowed);
    }

    private static DateTimeOffset PaceSince(DateTimeOffset now) => StayFold.HourOf(now).AddHours(1 - PaceHours);

    // From midnight to midnight on the hospital's clocks: 23, 24 or 25 hours.
    private static (DateTimeOffset Begin, DateTimeOffset End) DayOf(DateTimeOffset now, TimeZoneInfo zone)
    {
        var date = TimeZoneInfo.ConvertTime(now, zone).Date;
        return (Midnight(date), Midnight(date.AddDays(1)));

        // Where clocks are put forward at midnight, the day begins an hour later.
        DateTimeOffset Midnight(DateTime day)
        {
            for (; zone.IsInvalidTime(day); day = day.AddMinutes(15))
            {
            }

            return new DateTimeOffset(day, zone.GetUtcOffset(day)).ToUniversalTime();
        }
    }
}
