using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.OnCall.Schedules;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.OnCall.People;

/// <summary>Who can be on duty as what.</summary>
internal static class DutyStaffEndpoints
{
    private const int MostDuties = 30;
    private const int MostWards = 500;

    private static readonly string[] Channels = ["in-app", "push", "mail"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/oncall/staff").WithTags("On call");
        group.MapGet("/", ListAsync).RequireAuthorization(Permissions.ReadOnCall).WithName("listDutyStaff").WithSummary("Everybody of the staff, with what they can be on duty as.");
        group.MapPut("/{id}", SetAsync).RequireAuthorization(Permissions.ManageOnCall).WithName("setDuties").WithSummary("Say what somebody can be on duty as, and how they like to be told.");
    }

    private static async Task<Ok<DutyStaffPage>> ListAsync(HttpContext context, DutyStaff staff, CancellationToken cancellation) =>
        TypedResults.Ok(new DutyStaffPage(await staff.ListAsync(context.User.TenantId(), cancellation), Next: null));

    private static async Task<Results<Ok<DutyStaffResponse>, ProblemHttpResult>> SetAsync(string id, DutyStaffRequest request, HttpContext context, DutyStaff staff, CancellationToken cancellation)
    {
        if (!Guid.TryParse(id, out var account))
        {
            return OnCallProblems.Of(OnCallOutcome.ColleagueNotFound);
        }

        var result = await staff.SetAsync(Planner.Of(context, AuditActions.SetDuties), account, IfMatch.Of(context), Read(request), cancellation);
        if (!result.IsDone || (await staff.ListAsync(context.User.TenantId(), cancellation)).Find(one => one.Id == account.ToString()) is not { } person)
        {
            return OnCallProblems.Of(result.IsDone ? OnCallOutcome.ColleagueNotFound : result);
        }

        context.Response.Headers.ETag = $"\"{person.Version}\"";
        return TypedResults.Ok(person);
    }

    private static (string? Fault, IReadOnlyList<Duty> Duties, string[] Channels) Read(DutyStaffRequest request)
    {
        if (request.Duties is not { Count: <= MostDuties } || request.Channels is not { } channels || channels.Any(channel => !Channels.Contains(channel)) || channels.Distinct().Count() != channels.Count)
        {
            return ($"duties must be a list of at most {MostDuties}, channels one of {string.Join(", ", Channels)}, each once.", [], []);
        }

        var duties = new List<Duty>();
        foreach (var asked in request.Duties)
        {
            if (ScheduleFields.FaultOf(asked?.Role, asked?.Tier) is { } fault)
            {
                return (fault, [], []);
            }

            if (asked!.Wards is { Count: 0 or > MostWards } || asked.Wards?.Contains(null!) == true)
            {
                return ("wards must be ids of wards, or null for the whole hospital.", [], []);
            }

            duties.Add(new(asked.Role!, asked.Tier!.Value, asked.Wards is null ? null : [.. asked.Wards.Distinct(StringComparer.Ordinal)]));
        }

        return duties.DistinctBy(duty => (duty.Role, duty.Tier)).Count() == duties.Count
            ? (null, duties, [.. channels])
            : ("duties must name each role and tier once: name all its wards there.", [], []);
    }
}
