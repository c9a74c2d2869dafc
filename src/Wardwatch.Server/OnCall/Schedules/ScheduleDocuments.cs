using Wardwatch.Server.OnCall.Calculation;

namespace Wardwatch.Server.OnCall.Schedules;

/// <summary>A member of staff.</summary>
/// <param name="Id">The account.</param>
/// <param name="Name">The name to be shown; null: the account is gone.</param>
internal sealed record DutyPerson(string Id, string? Name);

/// <summary>When a layer counts.</summary>
/// <param name="Days">mon, tue, wed, thu, fri, sat, sun: the days on which it begins.</param>
/// <param name="From">By the clock on the wall, as <c>23:00</c>.</param>
/// <param name="Until">As <c>07:00</c>; not later than <paramref name="From"/>: on the next day.</param>
internal sealed record RestrictionDocument(IReadOnlyList<string>? Days, string? From, string? Until);

/// <summary>A rotation, as it is asked for.</summary>
/// <param name="Rotation">daily, weekly or custom.</param>
/// <param name="HandOver">When a turn begins by the clock on the wall, as <c>07:00</c>.</param>
/// <param name="Start">The day on which the first turn begins, as <c>2026-11-23</c>.</param>
/// <param name="Members">Accounts, in the order of their turns.</param>
/// <param name="Length">How many units a turn of a custom rotation lasts.</param>
/// <param name="Unit">hours or days, of a custom rotation.</param>
/// <param name="Restrictions">When it counts; none: always.</param>
internal sealed record LayerRequest(
    string? Rotation, string? HandOver, string? Start, IReadOnlyList<string>? Members, int? Length = null, string? Unit = null, IReadOnlyList<RestrictionDocument>? Restrictions = null);

/// <summary>A schedule, as it is asked for. Of one that is changed, ward, role and tier stay and may be left out.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Ward">The ward; null: the whole hospital.</param>
/// <param name="Role">A duty role.</param>
/// <param name="Tier">1 to 3.</param>
/// <param name="Zone">A time zone of the IANA database.</param>
/// <param name="Layers">The rotations, lowest first.</param>
internal sealed record ScheduleRequest(string? Name, string? Zone, IReadOnlyList<LayerRequest>? Layers, string? Ward = null, string? Role = null, int? Tier = null);

/// <summary>A rotation.</summary>
internal sealed record LayerResponse(
    string Rotation, int? Length, string? Unit, string HandOver, DateOnly Start, IReadOnlyList<DutyPerson> Members, IReadOnlyList<RestrictionDocument> Restrictions);

/// <summary>A schedule; <see cref="Version"/> is its ETag.</summary>
internal sealed record ScheduleResponse(
    string Id, string Name, string? Ward, string Role, int Tier, string Zone, IReadOnlyList<LayerResponse> Layers, int Version, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt, DateTimeOffset? EndedAt)
{
    /// <summary>A schedule as the API shows it.</summary>
    public static ScheduleResponse Of(StoredSchedule schedule, IReadOnlyDictionary<Guid, string> names) => new(
        schedule.Id.ToString(), schedule.Name, schedule.Ward, schedule.Role, schedule.Tier, schedule.Last.Zone.Id, [.. schedule.Last.Layers.Select(layer => Of(layer, names))],
        schedule.Version, schedule.CreatedAt, schedule.ChangedAt, schedule.EndedAt);

    private static LayerResponse Of(Layer layer, IReadOnlyDictionary<Guid, string> names) => new(
        layer.Rotation, layer.Rotation == Layer.Custom ? layer.Length : null, layer.Unit, layer.HandOver.ToString("HH:mm"), layer.Start,
        [.. layer.Members.Select(member => new DutyPerson(member.ToString(), names.GetValueOrDefault(member)))],
        [.. layer.Restrictions.Select(restriction => new RestrictionDocument(
            [.. restriction.Days.Select(day => $"{day}"[..3].ToLowerInvariant())], restriction.From.ToString("HH:mm"), restriction.Until.ToString("HH:mm")))]);
}

/// <summary>Every schedule.</summary>
internal sealed record SchedulePage(IReadOnlyList<ScheduleResponse> Items, string? Next);

/// <summary>Somebody on duty for a while, or nobody.</summary>
/// <param name="From">Since when.</param>
/// <param name="Until">Until when.</param>
/// <param name="Tier">The schedule's.</param>
/// <param name="Person">Who; null: nobody.</param>
/// <param name="Source">rotation, override, swap; gap where there is nobody.</param>
internal sealed record CalendarRow(DateTimeOffset From, DateTimeOffset Until, int Tier, DutyPerson? Person, string Source);

/// <summary>A schedule over a while, cut at its ends, as it would be if it were saved now.</summary>
/// <param name="Final">Who would be on duty, gaps included.</param>
/// <param name="Rotation">Who would be without overrides and swaps.</param>
/// <param name="Overrides">Where overrides and swaps would count.</param>
/// <param name="Layers">Of each layer, lowest first: its turns by themselves, from now on.</param>
internal sealed record PreviewResponse(
    IReadOnlyList<CalendarRow> Final, IReadOnlyList<CalendarRow> Rotation, IReadOnlyList<CalendarRow> Overrides, IReadOnlyList<IReadOnlyList<CalendarRow>> Layers);

/// <summary>A schedule over a while, cut at its ends.</summary>
/// <param name="Final">Who is on duty, gaps included.</param>
/// <param name="Rotation">Who would be without overrides and swaps.</param>
/// <param name="Overrides">Where overrides and swaps count.</param>
internal sealed record CalendarResponse(IReadOnlyList<CalendarRow> Final, IReadOnlyList<CalendarRow> Rotation, IReadOnlyList<CalendarRow> Overrides);
