using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.OnCall.Schedules;

/// <summary>A schedule that may be changed, and what it is to become.</summary>
internal sealed record CheckedChange(StoredSchedule Schedule, ScheduleData Data);

/// <summary>What is looked at before a schedule is made or changed. A preview looks at the same, so that what can be previewed can be saved.</summary>
internal static class ScheduleChecks
{
    /// <summary>Whether a schedule can be made.</summary>
    public static async Task<OnCallResult> OfNewAsync(OnCallChange change, string? ward, string role, int tier, ScheduleData data, CancellationToken cancellation) =>
        !change.By.Reaches(ward) || (ward is not null && !await change.HasWardsAsync([ward], cancellation))
            ? OnCallOutcome.WardNotFound
            : await change.CheckAsync(data.Layers.SelectMany(layer => layer.Members), role, tier, ward, cancellation);

    /// <summary>Whether a schedule can be changed; found only where it can.</summary>
    public static async Task<(OnCallResult Result, CheckedChange? Found)> OfChangeAsync(OnCallChange change, Guid id, IfMatch match, ScheduleRequest asked, CancellationToken cancellation)
    {
        if (await change.FindAsync(id, cancellation) is not { } schedule)
        {
            return (OnCallOutcome.ScheduleNotFound, null);
        }

        if (ScheduleFields.Read(asked, out var data) is { } fault)
        {
            return (new(OnCallOutcome.Invalid, fault), null);
        }

        if ((asked.Ward is not null && asked.Ward != schedule.Ward) || (asked.Role is not null && asked.Role != schedule.Role) || (asked.Tier is not null && asked.Tier != schedule.Tier))
        {
            return (new(OnCallOutcome.Invalid, "ward, role and tier of a schedule stay: end it and make another one."), null);
        }

        var result = Refusal(schedule, match) ?? await change.CheckAsync(data!.Layers.SelectMany(layer => layer.Members), schedule.Role, schedule.Tier, schedule.Ward, cancellation);
        return (result, result.IsDone ? new(schedule, data!) : null);
    }

    /// <summary>Why a schedule cannot be changed in this version, or nothing.</summary>
    public static OnCallResult? Refusal(StoredSchedule schedule, IfMatch match) =>
        schedule.EndedAt is not null ? OnCallOutcome.ScheduleEnded
        : !match.IsGiven ? OnCallOutcome.VersionRequired
        : !match.Admits(schedule.Version) ? OnCallOutcome.VersionChanged
        : null;

    /// <summary>Whether somebody else than before could be on duty: another name alone changes nothing.</summary>
    public static bool AreOtherRules(StoredSchedule schedule, ScheduleData data) =>
        schedule.Last.Zone.Id != data.Zone.Id || StoredLayers.Write(schedule.Last.Layers) != StoredLayers.Write(data.Layers);
}
