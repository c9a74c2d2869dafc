namespace Wardwatch.Server.OnCall.Calculation;

/// <summary>Why somebody is on duty.</summary>
internal enum DutySource
{
    /// <summary>It is their turn.</summary>
    Rotation,

    /// <summary>Somebody put them there.</summary>
    Override,

    /// <summary>They exchanged a stretch with a colleague.</summary>
    Swap,
}

/// <summary>The words for <see cref="DutySource"/>.</summary>
internal static class DutySources
{
    /// <summary>rotation, override or swap.</summary>
    public static string Word(this DutySource source) => source switch
    {
        DutySource.Override => "override",
        DutySource.Swap => "swap",
        _ => "rotation",
    };
}

/// <summary>Somebody on duty for a while.</summary>
/// <param name="From">The first instant.</param>
/// <param name="Until">The first instant that no longer belongs to it.</param>
/// <param name="Person">The account.</param>
/// <param name="Source">Why.</param>
internal readonly record struct Stretch(DateTimeOffset From, DateTimeOffset Until, Guid Person, DutySource Source);

/// <summary>A while, its end not included.</summary>
internal readonly record struct Period(DateTimeOffset From, DateTimeOffset Until);

/// <summary>What can be done with stretches. Each list is in order and without overlaps, and so is each result.</summary>
internal static class Stretches
{
    /// <summary>What is on top covers what lies beneath.</summary>
    public static List<Stretch> Overlay(IReadOnlyList<Stretch> beneath, IReadOnlyList<Stretch> top)
    {
        if (top.Count == 0)
        {
            return [.. beneath];
        }

        List<Stretch> result = [.. top];
        var first = 0;
        foreach (var stretch in beneath)
        {
            while (first < top.Count && top[first].Until <= stretch.From)
            {
                first++;
            }

            var from = stretch.From;
            for (var i = first; i < top.Count && top[i].From < stretch.Until; i++)
            {
                if (top[i].From > from)
                {
                    result.Add(stretch with { From = from, Until = top[i].From });
                }

                from = Later(from, top[i].Until);
            }

            if (from < stretch.Until)
            {
                result.Add(stretch with { From = from });
            }
        }

        result.Sort(static (one, other) => one.From.CompareTo(other.From));
        return result;
    }

    /// <summary>The parts that lie within any of these whiles.</summary>
    public static List<Stretch> Within(IEnumerable<Stretch> stretches, IReadOnlyList<Period> periods)
    {
        var result = new List<Stretch>();
        var first = 0;
        foreach (var stretch in stretches)
        {
            while (first < periods.Count && periods[first].Until <= stretch.From)
            {
                first++;
            }

            for (var i = first; i < periods.Count && periods[i].From < stretch.Until; i++)
            {
                result.Add(stretch with { From = Later(stretch.From, periods[i].From), Until = Earlier(stretch.Until, periods[i].Until) });
            }
        }

        return result;
    }

    /// <summary>Where one person stands within a while, another one stands instead.</summary>
    public static List<Stretch> Replace(IReadOnlyList<Stretch> stretches, Period within, Guid person, Guid by, DutySource source)
    {
        var given = Within(stretches.Where(stretch => stretch.Person == person), [within]);
        return Overlay(stretches, given.ConvertAll(stretch => stretch with { Person = by, Source = source }));
    }

    /// <summary>The whiles in which nobody stands.</summary>
    public static List<Period> Gaps(IReadOnlyList<Stretch> stretches, Period within)
    {
        var gaps = new List<Period>();
        var from = within.From;
        foreach (var stretch in stretches)
        {
            if (stretch.From > from && from < within.Until)
            {
                gaps.Add(new(from, Earlier(stretch.From, within.Until)));
            }

            from = Later(from, stretch.Until);
        }

        if (from < within.Until)
        {
            gaps.Add(new(from, within.Until));
        }

        return gaps;
    }

    /// <summary>The later of two times.</summary>
    public static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    /// <summary>The earlier of two times.</summary>
    public static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
