using Wardwatch.Server.OnCall.Calculation;
using Wardwatch.Server.OnCall.Contracts;
using Wardwatch.Server.OnCall.Schedules;

namespace Wardwatch.Server.OnCall;

/// <summary>Duties of a while, worked out once. Whoever is on duty at its ends is so from beginning to end of their stretch.</summary>
internal sealed class DutyTable : IDutyTable
{
    private readonly Period _within;
    private readonly IReadOnlyDictionary<Guid, string> _names;
    private readonly List<Entry> _entries;

    /// <param name="schedules">Schedules, as they were read for this while.</param>
    /// <param name="within">When.</param>
    /// <param name="names">Whose account may be used, with the names to be shown.</param>
    public DutyTable(IEnumerable<StoredSchedule> schedules, Period within, IReadOnlyDictionary<Guid, string> names)
    {
        (_within, _names) = (within, names);
        _entries = [.. schedules.Select(schedule => new Entry(schedule, schedule.Rules.Final(schedule.Rules.Widen(within), names.ContainsKey)))];
    }

    /// <summary>The schedules that are there at a time, and who is on duty in each.</summary>
    public IEnumerable<(StoredSchedule Schedule, OnDuty? Who)> At(DateTimeOffset at) =>
        _entries.Where(entry => entry.Schedule.IsThereAt(at)).Select(entry => (entry.Schedule, Find(entry, at)));

    /// <inheritdoc />
    public IReadOnlyList<OnDuty> Who(string? ward, string role, DateTimeOffset at)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(at, _within.From);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(at, _within.Until);

        // Whoever is on duty twice in one tier, for the ward and for the hospital, is asked once.
        return [.. Of(ward, role)
            .Select(entry => (Who: Find(entry, at), entry.Schedule.Ward)).Where(found => found.Who is not null).OrderBy(found => found.Ward is null)
            .Select(found => found.Who!).DistinctBy(who => (who.Tier, who.AccountId))
            .OrderBy(who => who.Tier).ThenBy(who => who.Name, StringComparer.Ordinal).ThenBy(who => who.AccountId)];
    }

    /// <inheritdoc />
    public IReadOnlyList<DateTimeOffset> Changes(string? ward, string role) =>
        [.. Of(ward, role).SelectMany(entry => entry.Stretches).SelectMany(stretch => new[] { stretch.From, stretch.Until })
            .Where(at => at > _within.From && at < _within.Until).Distinct().Order()];

    private IEnumerable<Entry> Of(string? ward, string role) =>
        _entries.Where(entry => entry.Schedule.Role == role && (entry.Schedule.Ward is null || entry.Schedule.Ward == ward));

    private OnDuty? Find(Entry entry, DateTimeOffset at)
    {
        var (low, high) = (0, entry.Stretches.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var stretch = entry.Stretches[middle];
            if (at < stretch.From)
            {
                high = middle - 1;
            }
            else if (at >= stretch.Until)
            {
                low = middle + 1;
            }
            else
            {
                var schedule = entry.Schedule;
                return new(stretch.Person, _names[stretch.Person], schedule.Role, schedule.Tier, stretch.From, stretch.Until, stretch.Source.Word(), schedule.Id.ToString());
            }
        }

        return null;
    }

    private sealed record Entry(StoredSchedule Schedule, List<Stretch> Stretches);
}
