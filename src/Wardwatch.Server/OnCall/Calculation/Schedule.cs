namespace Wardwatch.Server.OnCall.Calculation;

/// <summary>The rules of a schedule for as long as they hold: a change holds from its moment on, and what was before stays as it was.</summary>
/// <param name="From">Since when.</param>
/// <param name="Until">Until when; null: still.</param>
/// <param name="Zone">By whose clock.</param>
/// <param name="Layers">The rotations; a later one wins wherever it has somebody.</param>
internal sealed record Revision(DateTimeOffset From, DateTimeOffset? Until, TimeZoneInfo Zone, IReadOnlyList<Layer> Layers);

/// <summary>Somebody else than the rotation says.</summary>
/// <param name="Replaced">Whom alone they stand in for (half of a swap); null: whoever it would be (an override).</param>
/// <param name="Person">Who.</param>
/// <param name="Within">When.</param>
internal sealed record Substitution(Guid? Replaced, Guid Person, Period Within);

/// <summary>Who is on duty in a schedule: layers, and on top of them overrides and swaps in the order in which they were made. No clock, no database.</summary>
/// <param name="Revisions">In order, without overlaps.</param>
/// <param name="Substitutions">In the order in which they were made.</param>
internal sealed record Schedule(IReadOnlyList<Revision> Revisions, IReadOnlyList<Substitution> Substitutions)
{
    /// <summary>What the rotation says within a while; cut at its ends.</summary>
    /// <param name="within">When.</param>
    /// <param name="isThere">Whose account may be used. Who is not there is on no duty: a lower layer counts, or nobody does.</param>
    public List<Stretch> Rotation(Period within, Func<Guid, bool> isThere)
    {
        var result = new List<Stretch>();
        foreach (var revision in Revisions)
        {
            var period = new Period(Stretches.Later(within.From, revision.From), Stretches.Earlier(within.Until, revision.Until ?? within.Until));
            if (period.From >= period.Until)
            {
                continue;
            }

            List<Stretch> layers = [];
            foreach (var layer in revision.Layers)
            {
                layers = Stretches.Overlay(layers, layer.TurnsWithin(revision.Zone, period).FindAll(turn => isThere(turn.Person)));
            }

            Join(result, Stretches.Within(layers, [period]));
        }

        return result;
    }

    /// <summary>Who is on duty within a while; cut at its ends.</summary>
    /// <param name="within">When.</param>
    /// <param name="isThere">As in <see cref="Rotation"/>. A swap with somebody who is not there does not take place.</param>
    public List<Stretch> Final(Period within, Func<Guid, bool> isThere) => Substitute(Rotation(within, isThere), within, isThere);

    /// <summary>The same, from what the rotation says.</summary>
    public List<Stretch> Substitute(List<Stretch> rotation, Period within, Func<Guid, bool> isThere)
    {
        var result = rotation;
        foreach (var substitution in Substitutions)
        {
            var period = new Period(Stretches.Later(within.From, substitution.Within.From), Stretches.Earlier(within.Until, substitution.Within.Until));
            if (period.From >= period.Until || !isThere(substitution.Person))
            {
                continue;
            }

            result = substitution.Replaced is { } replaced
                ? Stretches.Replace(result, period, replaced, substitution.Person, DutySource.Swap)
                : Stretches.Overlay(result, [new(period.From, period.Until, substitution.Person, DutySource.Override)]);
        }

        return result;
    }

    /// <summary>A while made so wide that whoever is on duty in it is so from beginning to end of their stretch.</summary>
    public Period Widen(Period within)
    {
        var (from, until) = (Bounds(within.From).Append(within.From).Min(), Bounds(within.Until).Append(within.Until).Max());

        // A stretch goes on over a change of the rules: the turns on its other side count, too.
        foreach (var changed in Revisions.Select(revision => revision.From).Reverse().Where(changed => changed <= within.From))
        {
            from = changed < from ? from : Bounds(changed.AddTicks(-1)).Append(from).Min();
        }

        foreach (var changed in Revisions.Select(revision => revision.From).Where(changed => changed > within.Until))
        {
            until = changed > until ? until : Bounds(changed).Append(until).Max();
        }

        return new(from, until);
    }

    // The ends of every turn and every substitution that goes on at an instant. A schedule that ended has none.
    private IEnumerable<DateTimeOffset> Bounds(DateTimeOffset instant)
    {
        var turns = Revisions.Where(revision => revision.From <= instant && (revision.Until is null || instant < revision.Until))
            .SelectMany(revision => revision.Layers.Select(layer => layer.TurnAt(revision.Zone, instant))).OfType<Period>();
        return turns.Concat(Substitutions.Select(substitution => substitution.Within).Where(period => period.From <= instant && instant < period.Until))
            .SelectMany(period => new[] { period.From, period.Until });
    }

    // A change of the rules that leaves somebody on duty does not end their stretch.
    private static void Join(List<Stretch> before, List<Stretch> after)
    {
        if (before.Count > 0 && after.Count > 0 && before[^1].Until == after[0].From && before[^1].Person == after[0].Person)
        {
            before[^1] = before[^1] with { Until = after[0].Until };
            after.RemoveAt(0);
        }

        before.AddRange(after);
    }
}
