using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.OnCall.Calculation;
using Wardwatch.Server.OnCall.People;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.Contracts;

namespace Wardwatch.Server.OnCall.Schedules;

/// <summary>Makes, changes and ends schedules. A change holds from its moment on; who was on duty before stays as it was.</summary>
internal sealed class ScheduleRegistry(TenantDatabase database, IColleagues colleagues, IAuditTrail trail, TimeProvider time)
{
    private const string Insert =
        """
        insert into oncall_schedules (schedule_id, tenant_id, name, ward_id, role, tier, created_at, changed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $7)
        """;

    private const string InsertRevision =
        """
        insert into oncall_revisions (schedule_id, number, tenant_id, zone, layers, valid_from, created_by)
        select $1, coalesce(max(number), 0) + 1, $2, $3, $4::jsonb, greatest($5::timestamptz, max(valid_until)), $6::uuid from oncall_revisions where schedule_id = $1
        """;

    private const string EndRevision = "update oncall_revisions set valid_until = greatest($2, valid_from) where schedule_id = $1 and valid_until is null";
    private const string Change = "update oncall_schedules set name = $2, version = version + 1, changed_at = $3 where schedule_id = $1";
    private const string End = "update oncall_schedules set ended_at = $2, version = version + 1, changed_at = $2 where schedule_id = $1";

    /// <summary>Makes a schedule.</summary>
    /// <param name="by">Who.</param>
    /// <param name="id">Its id, drawn by whoever asks.</param>
    /// <param name="ward">The ward; null: the whole hospital.</param>
    /// <param name="role">The duty role of its members.</param>
    /// <param name="tier">1 to 3.</param>
    /// <param name="data">Its rules.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<OnCallResult> AddAsync(Planner by, Guid id, string? ward, string role, int tier, ScheduleData data, CancellationToken cancellation)
    {
        await using var change = await OnCallChange.BeginAsync(database, colleagues, by, time, cancellation);
        if (await ScheduleChecks.OfNewAsync(change, ward, role, tier, data, cancellation) is { IsDone: false } refused)
        {
            return refused;
        }

        await change.ExecuteAsync(Insert, cancellation, id, by.TenantId, data.Name, ward, role, (short)tier, change.At.UtcDateTime);
        await WriteAsync(change, id, data, cancellation);
        return await change.FinishAsync(trail, $"{id}: {data.Name}, {Duty.Describe(role, tier, ward)}", purpose: null, cancellation);
    }

    /// <summary>Gives a schedule other rules, or another name.</summary>
    /// <param name="by">Who.</param>
    /// <param name="id">The schedule.</param>
    /// <param name="match">The version that was seen.</param>
    /// <param name="asked">What the request says; ward, role and tier, where it says them, must be those of the schedule.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<OnCallResult> ChangeAsync(Planner by, Guid id, IfMatch match, ScheduleRequest asked, CancellationToken cancellation)
    {
        await using var change = await OnCallChange.BeginAsync(database, colleagues, by, time, cancellation);
        var (result, found) = await ScheduleChecks.OfChangeAsync(change, id, match, asked, cancellation);
        if (found is not var (schedule, data))
        {
            return result;
        }

        await change.ExecuteAsync(Change, cancellation, id, data.Name, change.At.UtcDateTime);
        if (ScheduleChecks.AreOtherRules(schedule, data))
        {
            await change.ExecuteAsync(EndRevision, cancellation, id, change.At.UtcDateTime);
            await WriteAsync(change, id, data, cancellation);
        }

        return await change.FinishAsync(trail, $"{id}: {data.Name}, {Duty.Describe(schedule.Role, schedule.Tier, schedule.Ward)}", purpose: null, cancellation);
    }

    /// <summary>Ends a schedule now, whichever version there is if none is named. Nobody is on duty in it any more; what was stays.</summary>
    public async Task<OnCallResult> EndAsync(Planner by, Guid id, IfMatch match, CancellationToken cancellation)
    {
        await using var change = await OnCallChange.BeginAsync(database, colleagues, by, time, cancellation);
        if (await change.FindAsync(id, cancellation) is not { } schedule)
        {
            return OnCallOutcome.ScheduleNotFound;
        }

        if (ScheduleChecks.Refusal(schedule, match.OrAny) is { } refusal)
        {
            return refusal;
        }

        await change.ExecuteAsync(EndRevision, cancellation, id, change.At.UtcDateTime);
        await change.ExecuteAsync(End, cancellation, id, change.At.UtcDateTime);
        return await change.FinishAsync(trail, $"{id}: {schedule.Name}", purpose: null, cancellation);
    }

    private static Task<int> WriteAsync(OnCallChange change, Guid id, ScheduleData data, CancellationToken cancellation) => change.ExecuteAsync(
        InsertRevision, cancellation, id, change.By.TenantId, data.Zone.Id, StoredLayers.Write(data.Layers), change.At.UtcDateTime, change.By.Entry.AccountId);
}
