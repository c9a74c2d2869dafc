using System.Globalization;
using Wardwatch.Server.OnCall.Calculation;

namespace Wardwatch.Server.OnCall.Schedules;

/// <summary>Draws the calendar of a schedule, stored or not.</summary>
/// <param name="tier">The schedule's.</param>
/// <param name="within">When.</param>
/// <param name="names">Whose account may be used, with the names to be shown.</param>
internal sealed class ScheduleCalendar(int tier, Period within, IReadOnlyDictionary<Guid, string> names)
{
    private const int ShownDays = 14;
    private const int MostDays = 92;

    /// <summary>Reads which while is to be shown, or says what is wrong with it.</summary>
    public static string? ReadPeriod(string? from, string? until, DateTimeOffset now, out Period within)
    {
        within = default;
        if (!TryRead(from, now, out var begin) || !TryRead(until, begin.AddDays(ShownDays), out var end) || begin >= end || end - begin > TimeSpan.FromDays(MostDays))
        {
            return $"from and until must be times such as 2026-11-23T00:00:00Z, until later than from by at most {MostDays} days.";
        }

        within = new(begin, end);
        return null;
    }

    /// <summary>Reads a time of a query; where there is none, it is another one.</summary>
    internal static bool TryRead(string? text, DateTimeOffset otherwise, out DateTimeOffset time)
    {
        time = otherwise;
        return text is null
            || (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time) && time.Year is > 2000 and < 2200);
    }

    /// <summary>Who is on duty by these rules.</summary>
    public CalendarResponse Of(Schedule rules)
    {
        var rotation = rules.Rotation(within, names.ContainsKey);
        var final = rules.Substitute(rotation, within, names.ContainsKey);
        return new(
            [.. final.Select(Row).Concat(Stretches.Gaps(final, within).Select(gap => new CalendarRow(gap.From, gap.Until, tier, Person: null, "gap"))).OrderBy(row => row.From)],
            rotation.ConvertAll(Row), [.. final.Where(stretch => stretch.Source != DutySource.Rotation).Select(Row)]);
    }

    /// <summary>The turns of each layer by itself, from when on the rules hold.</summary>
    public IReadOnlyList<IReadOnlyList<CalendarRow>> LayersOf(Revision revision)
    {
        var period = within with { From = Stretches.Later(within.From, revision.From) };
        return period.From >= period.Until
            ? [.. revision.Layers.Select(_ => Array.Empty<CalendarRow>())]
            : [.. revision.Layers.Select(layer => Stretches.Within(layer.TurnsWithin(revision.Zone, period).FindAll(turn => names.ContainsKey(turn.Person)), [period]).ConvertAll(Row))];
    }

    private CalendarRow Row(Stretch stretch) => new(stretch.From, stretch.Until, tier, new(stretch.Person.ToString(), names.GetValueOrDefault(stretch.Person)), stretch.Source.Word());
}
