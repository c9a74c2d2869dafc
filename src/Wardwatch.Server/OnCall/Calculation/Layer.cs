namespace Wardwatch.Server.OnCall.Calculation;

/// <summary>
/// One rotation of a schedule: members take turns of the same length, by the clock on the wall. It is stored and read as a whole.
/// </summary>
/// <param name="Rotation">daily, weekly or custom.</param>
/// <param name="Length">How many units a turn of a custom rotation lasts; 1 otherwise.</param>
/// <param name="Unit">hours or days of a custom rotation.</param>
/// <param name="HandOver">When a turn begins, by the clock on the wall.</param>
/// <param name="Start">The day on which the first turn begins.</param>
/// <param name="Members">Who takes turns, in their order.</param>
/// <param name="Restrictions">When the layer counts; none: always. Turns go on as if there were none.</param>
internal sealed record Layer(
    string Rotation, int Length, string? Unit, TimeOnly HandOver, DateOnly Start, IReadOnlyList<Guid> Members, IReadOnlyList<Restriction> Restrictions)
{
    /// <summary>The longest turn. What lies further from an instant than that cannot say who is on duty then.</summary>
    public const int MostDays = 31;

    /// <summary>The words for rotations.</summary>
    public const string Daily = "daily", Weekly = "weekly", Custom = "custom", Hours = "hours", Days = "days";

    /// <summary>How far the clock on the wall goes in a turn.</summary>
    private TimeSpan Turn => (Rotation, Unit) switch
    {
        (Weekly, _) => TimeSpan.FromDays(7),
        (Custom, Hours) => TimeSpan.FromHours(Length),
        (Custom, _) => TimeSpan.FromDays(Length),
        _ => TimeSpan.FromDays(1),
    };

    /// <summary>Whose turn it is within a while, restrictions applied; turns at its ends are whole.</summary>
    public List<Stretch> TurnsWithin(TimeZoneInfo zone, Period within)
    {
        var turns = AllTurns(zone, within);
        return Restrictions.Count == 0 || turns.Count == 0 ? turns : Stretches.Within(turns, Windows(zone, new(turns[0].From, turns[^1].Until)));
    }

    /// <summary>The turn that goes on at an instant; before the first one, nothing.</summary>
    public Period? TurnAt(TimeZoneInfo zone, DateTimeOffset instant)
    {
        var number = NumberAt(zone, instant);
        return number < 0 ? null : new(BeginOf(zone, number), BeginOf(zone, number + 1));
    }

    private List<Stretch> AllTurns(TimeZoneInfo zone, Period within)
    {
        var turns = new List<Stretch>();
        var number = Math.Max(0, NumberAt(zone, within.From));
        for (var from = BeginOf(zone, number); from < within.Until; number++)
        {
            // A turn that falls into a gap of the clock as a whole has no length.
            var until = BeginOf(zone, number + 1);
            if (from < until)
            {
                turns.Add(new(from, until, Members[(int)(number % Members.Count)], DutySource.Rotation));
            }

            from = until;
        }

        return turns;
    }

    // By the clock on the wall nearly; then exactly, since an hour that comes twice shows the same time before a hand-over and after it.
    private long NumberAt(TimeZoneInfo zone, DateTimeOffset instant)
    {
        var number = (long)Math.Floor((LocalTimes.WallAt(zone, instant) - Start.ToDateTime(HandOver)) / Turn);
        while (number >= 0 && BeginOf(zone, number) > instant)
        {
            number--;
        }

        while (number >= -1 && BeginOf(zone, number + 1) <= instant)
        {
            number++;
        }

        return Math.Max(-1, number);
    }

    private DateTimeOffset BeginOf(TimeZoneInfo zone, long number) => LocalTimes.FirstInstant(zone, Start.ToDateTime(HandOver) + (Turn * number));

    private List<Period> Windows(TimeZoneInfo zone, Period within)
    {
        var (day, last) = (DateOnly.FromDateTime(LocalTimes.WallAt(zone, within.From)).AddDays(-2), DateOnly.FromDateTime(LocalTimes.WallAt(zone, within.Until)).AddDays(1));
        var windows = new List<Period>();
        for (; day <= last; day = day.AddDays(1))
        {
            foreach (var restriction in Restrictions.Where(restriction => restriction.Days.Contains(day.DayOfWeek)))
            {
                var until = restriction.Until <= restriction.From ? day.AddDays(1) : day;
                var window = new Period(LocalTimes.FirstInstant(zone, day.ToDateTime(restriction.From)), LocalTimes.FirstInstant(zone, until.ToDateTime(restriction.Until)));
                if (window.From < window.Until)
                {
                    windows.Add(window);
                }
            }
        }

        return Merge(windows);
    }

    private static List<Period> Merge(List<Period> windows)
    {
        windows.Sort(static (one, other) => one.From.CompareTo(other.From));
        var merged = new List<Period>();
        foreach (var window in windows)
        {
            if (merged.Count > 0 && merged[^1].Until >= window.From)
            {
                merged[^1] = merged[^1] with { Until = Stretches.Later(merged[^1].Until, window.Until) };
            }
            else
            {
                merged.Add(window);
            }
        }

        return merged;
    }
}

/// <summary>When a layer counts: on these days of the week, from one time on the wall until another one.</summary>
/// <param name="Days">The days on which it begins.</param>
/// <param name="From">When it begins.</param>
/// <param name="Until">When it ends; not later than <paramref name="From"/>: on the next day.</param>
internal sealed record Restriction(IReadOnlyList<DayOfWeek> Days, TimeOnly From, TimeOnly Until);
