using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.OnCall.Contracts;
using Wardwatch.Server.OnCall.Schedules;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.OnCall;

/// <summary>Somebody who is on duty.</summary>
/// <param name="Ward">For which ward; null: for the whole hospital.</param>
/// <param name="Role">The duty role.</param>
/// <param name="Tier">1 is asked first.</param>
/// <param name="Person">Who.</param>
/// <param name="From">Since when.</param>
/// <param name="Until">Until when.</param>
/// <param name="Source">rotation, override or swap.</param>
/// <param name="Schedule">The schedule.</param>
internal sealed record OnDutyResponse(string? Ward, string Role, int Tier, DutyPerson Person, DateTimeOffset From, DateTimeOffset Until, string Source, string Schedule);

/// <summary>A duty for which there is a schedule, and nobody.</summary>
internal sealed record DutyGapResponse(string? Ward, string Role, int Tier);

/// <summary>Who is on duty at a time.</summary>
internal sealed record OnDutyPage(DateTimeOffset At, IReadOnlyList<OnDutyResponse> Items, IReadOnlyList<DutyGapResponse> Gaps);

/// <summary>Who is on call.</summary>
internal static class NowEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/oncall/now", GetAsync).RequireAuthorization(Permissions.ReadOnCall).WithTags("On call")
        .WithName("getOnCall").WithSummary("Who is on duty now, or at another time; of a ward with those of the whole hospital.");

    private static async Task<Results<Ok<OnDutyPage>, ProblemHttpResult>> GetAsync(
        HttpContext context, TenantDatabase database, DutyReader duties, IPatientDirectory patients, TimeProvider time, string? ward = null, string? role = null, string? at = null,
        CancellationToken cancellation = default)
    {
        if (role is not null && !DutyRoles.All.ContainsKey(role))
        {
            return Problems.InvalidParameter($"role must be one of {string.Join(", ", DutyRoles.All.Keys)}.");
        }

        if (!ScheduleCalendar.TryRead(at, time.GetUtcNow(), out var when))
        {
            return Problems.InvalidParameter("at must be a time such as 2026-11-23T00:00:00Z.");
        }

        var tenantId = context.User.TenantId();
        if (ward is not null && !patients.Wards.Any(known => known.TenantId == tenantId && known.Id == ward))
        {
            return Problems.WardNotFound();
        }

        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        var table = await duties.TableAsync(transaction.Connection, tenantId, role, new(when, when), cancellation);
        var found = table.At(when).Where(entry => ward is null || entry.Schedule.Ward is null || entry.Schedule.Ward == ward).ToList();
        return TypedResults.Ok(new OnDutyPage(when, [.. found.Where(entry => entry.Who is not null).Select(entry => Of(entry.Schedule, entry.Who!))], Gaps(found)));
    }

    private static OnDutyResponse Of(StoredSchedule schedule, OnDuty who) =>
        new(schedule.Ward, who.Role, who.Tier, new(who.AccountId.ToString(), who.Name), who.From, who.Until, who.Source, who.Schedule);

    // Several schedules may share one duty: it is a gap only where all of them have nobody.
    private static List<DutyGapResponse> Gaps(List<(StoredSchedule Schedule, OnDuty? Who)> found) =>
        [.. found.GroupBy(entry => (entry.Schedule.Ward, entry.Schedule.Role, entry.Schedule.Tier)).Where(duty => duty.All(entry => entry.Who is null))
            .Select(duty => new DutyGapResponse(duty.Key.Ward, duty.Key.Role, duty.Key.Tier))];
}
