using Wardwatch.Server.OnCall.Calculation;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.Contracts;

namespace Wardwatch.Server.OnCall.Schedules;

/// <summary>
/// The calendar of a schedule as it would be if it were saved now: refused for whatever saving it would be refused for, drawn by what draws the calendar of a stored one,
/// and nothing is stored.
/// </summary>
internal sealed class SchedulePreview(TenantDatabase database, IColleagues colleagues, DutyReader duties, TimeProvider time)
{
    /// <summary>Of one that is to be made.</summary>
    public async Task<(OnCallResult Result, PreviewResponse? Preview)> OfNewAsync(Planner by, ScheduleRequest asked, Period within, CancellationToken cancellation)
    {
        if ((ScheduleFields.Read(asked, out var data) ?? ScheduleFields.FaultOf(asked.Role, asked.Tier)) is { } fault)
        {
            return (new(OnCallOutcome.Invalid, fault), null);
        }

        await using var change = await OnCallChange.LookAsync(database, colleagues, by, time, cancellation);
        var result = await ScheduleChecks.OfNewAsync(change, asked.Ward, asked.Role!, asked.Tier!.Value, data!, cancellation);
        return (result, result.IsDone ? await DrawAsync(change, asked.Tier.Value, new([], []), data, within, cancellation) : null);
    }

    /// <summary>Of one that is to be changed, with the overrides and swaps that it has.</summary>
    public async Task<(OnCallResult Result, PreviewResponse? Preview)> OfChangeAsync(Planner by, Guid id, IfMatch match, ScheduleRequest asked, Period within, CancellationToken cancellation)
    {
        await using var change = await OnCallChange.LookAsync(database, colleagues, by, time, cancellation);
        var (result, found) = await ScheduleChecks.OfChangeAsync(change, id, match, asked, cancellation);
        if (found is not var (schedule, data))
        {
            return (result, null);
        }

        var stored = (await ScheduleReader.ReadAsync(change.Connection, by.TenantId, role: null, id, within, cancellation)).FirstOrDefault()?.Rules ?? new([], []);
        return (result, await DrawAsync(change, schedule.Tier, stored, ScheduleChecks.AreOtherRules(schedule, data) ? data : null, within, cancellation));
    }

    // No other rules: the stored ones go on. Otherwise those end now, and the others begin.
    private async Task<PreviewResponse> DrawAsync(OnCallChange change, int tier, Schedule stored, ScheduleData? other, Period within, CancellationToken cancellation)
    {
        var rules = other is null ? stored : stored with
        {
            Revisions =
            [
                .. stored.Revisions.Select(revision => revision.Until is null ? revision with { Until = Stretches.Later(change.At, revision.From) } : revision),
                new Revision(change.At, Until: null, other.Zone, other.Layers),
            ],
        };
        var calendar = new ScheduleCalendar(tier, within, await duties.NamesAsync(change.Connection, change.By.TenantId, cancellation));
        var drawn = calendar.Of(rules);
        return new(drawn.Final, drawn.Rotation, drawn.Overrides, rules.Revisions.Count == 0 ? [] : calendar.LayersOf(rules.Revisions[^1] with { From = change.At }));
    }
}
