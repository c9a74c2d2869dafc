using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.OnCall.Calculation;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.OnCall.Schedules;

/// <summary>Schedules and their calendar.</summary>
internal static class ScheduleEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/oncall/schedules").WithTags("On call");
        group.MapGet("/", ListAsync).RequireAuthorization(Permissions.ReadOnCall).WithName("listSchedules").WithSummary("Every schedule; ?ended=true for those that have ended, too.");
        group.MapGet("/{id}", GetAsync).RequireAuthorization(Permissions.ReadOnCall).WithName("getSchedule").WithSummary("One schedule.");
        group.MapGet("/{id}/calendar", CalendarAsync).RequireAuthorization(Permissions.ReadOnCall).WithName("getCalendar")
            .WithSummary("Who is on duty in a schedule, over a while of at most 92 days: finally, by rotation alone, and by hand.");
        group.MapPost("/", AddAsync).RequireAuthorization(Permissions.ManageOnCall).WithName("addSchedule").WithSummary("Make a schedule.");
        group.MapPost("/preview", PreviewNewAsync).RequireAuthorization(Permissions.ManageOnCall).WithName("previewSchedule")
            .WithSummary("The calendar of a schedule as it would be made; nothing is stored.");
        group.MapPost("/{id}/preview", PreviewChangeAsync).RequireAuthorization(Permissions.ManageOnCall).WithName("previewScheduleChange")
            .WithSummary("The calendar of a schedule as it would be with other rules; nothing is stored.");
        group.MapPut("/{id}", ChangeAsync).RequireAuthorization(Permissions.ManageOnCall).WithName("changeSchedule").WithSummary("Give a schedule other rules, from now on.");
        group.MapDelete("/{id}", EndAsync).RequireAuthorization(Permissions.ManageOnCall).WithName("endSchedule").WithSummary("End a schedule now; what was stays.");
    }

    private static async Task<Results<Ok<SchedulePage>, ProblemHttpResult>> ListAsync(
        HttpContext context, TenantDatabase database, DutyReader duties, IPatientDirectory patients, string? ward = null, bool ended = false, CancellationToken cancellation = default)
    {
        var tenantId = context.User.TenantId();
        if (ward is not null && !patients.Wards.Any(known => known.TenantId == tenantId && known.Id == ward))
        {
            return Problems.WardNotFound();
        }

        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        var names = await duties.AllNamesAsync(transaction.Connection, tenantId, cancellation);
        var schedules = await OnCallChange.ListAsync(transaction.Connection, tenantId, id: null, ended, ward, cancellation);
        return TypedResults.Ok(new SchedulePage(schedules.ConvertAll(schedule => ScheduleResponse.Of(schedule, names)), Next: null));
    }

    private static async Task<Results<Ok<ScheduleResponse>, ProblemHttpResult>> GetAsync(string id, HttpContext context, TenantDatabase database, DutyReader duties, CancellationToken cancellation) =>
        await ShowAsync(id, context, database, duties, cancellation) is { } schedule ? TypedResults.Ok(schedule) : OnCallProblems.Of(OnCallOutcome.ScheduleNotFound);

    private static async Task<Results<Ok<CalendarResponse>, ProblemHttpResult>> CalendarAsync(
        string id, HttpContext context, TenantDatabase database, DutyReader duties, TimeProvider time, string? from = null, string? until = null, CancellationToken cancellation = default)
    {
        if (ScheduleCalendar.ReadPeriod(from, until, time.GetUtcNow(), out var within) is { } fault)
        {
            return Problems.InvalidParameter(fault);
        }

        var tenantId = context.User.TenantId();
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        if (!Guid.TryParse(id, out var number) || await OnCallChange.ListAsync(transaction.Connection, tenantId, number, ended: true, ward: null, cancellation) is not [var known])
        {
            return OnCallProblems.Of(OnCallOutcome.ScheduleNotFound);
        }

        var names = await duties.NamesAsync(transaction.Connection, tenantId, cancellation);
        var rules = (await ScheduleReader.ReadAsync(transaction.Connection, tenantId, role: null, number, within, cancellation)).FirstOrDefault()?.Rules ?? new([], []);
        return TypedResults.Ok(new ScheduleCalendar(known.Tier, within, names).Of(rules));
    }

    private static async Task<Results<Created<ScheduleResponse>, ProblemHttpResult>> AddAsync(
        ScheduleRequest request, HttpContext context, ScheduleRegistry registry, TenantDatabase database, DutyReader duties, TimeProvider time, CancellationToken cancellation)
    {
        if ((ScheduleFields.Read(request, out var data) ?? ScheduleFields.FaultOf(request.Role, request.Tier)) is { } fault)
        {
            return Problems.InvalidParameter(fault);
        }

        var id = Guid.CreateVersion7(time.GetUtcNow());
        var result = await registry.AddAsync(Planner.Of(context, AuditActions.AddSchedule), id, request.Ward, request.Role!, request.Tier!.Value, data!, cancellation);
        return result.IsDone && await ShowAsync(id.ToString(), context, database, duties, cancellation) is { } schedule
            ? TypedResults.Created($"/api/oncall/schedules/{id}", schedule)
            : OnCallProblems.Of(result);
    }

    private static async Task<Results<Ok<ScheduleResponse>, ProblemHttpResult>> ChangeAsync(
        string id, ScheduleRequest request, HttpContext context, ScheduleRegistry registry, TenantDatabase database, DutyReader duties, CancellationToken cancellation)
    {
        if (!Guid.TryParse(id, out var number))
        {
            return OnCallProblems.Of(OnCallOutcome.ScheduleNotFound);
        }

        var result = await registry.ChangeAsync(Planner.Of(context, AuditActions.ChangeSchedule), number, IfMatch.Of(context), request, cancellation);
        return result.IsDone && await ShowAsync(id, context, database, duties, cancellation) is { } schedule ? TypedResults.Ok(schedule) : OnCallProblems.Of(result);
    }

    private static async Task<Results<Ok<PreviewResponse>, ProblemHttpResult>> PreviewNewAsync(
        ScheduleRequest request, HttpContext context, SchedulePreview preview, TimeProvider time, string? from = null, string? until = null, CancellationToken cancellation = default)
    {
        if (ScheduleCalendar.ReadPeriod(from, until, time.GetUtcNow(), out var within) is { } fault)
        {
            return Problems.InvalidParameter(fault);
        }

        var (result, drawn) = await preview.OfNewAsync(Planner.Of(context, AuditActions.AddSchedule), request, within, cancellation);
        return drawn is not null ? TypedResults.Ok(drawn) : OnCallProblems.Of(result);
    }

    private static async Task<Results<Ok<PreviewResponse>, ProblemHttpResult>> PreviewChangeAsync(
        string id, ScheduleRequest request, HttpContext context, SchedulePreview preview, TimeProvider time, string? from = null, string? until = null, CancellationToken cancellation = default)
    {
        if (ScheduleCalendar.ReadPeriod(from, until, time.GetUtcNow(), out var within) is { } fault)
        {
            return Problems.InvalidParameter(fault);
        }

        if (!Guid.TryParse(id, out var number))
        {
            return OnCallProblems.Of(OnCallOutcome.ScheduleNotFound);
        }

        var (result, drawn) = await preview.OfChangeAsync(Planner.Of(context, AuditActions.ChangeSchedule), number, IfMatch.Of(context), request, within, cancellation);
        return drawn is not null ? TypedResults.Ok(drawn) : OnCallProblems.Of(result);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> EndAsync(string id, HttpContext context, ScheduleRegistry registry, CancellationToken cancellation)
    {
        var result = Guid.TryParse(id, out var number)
            ? await registry.EndAsync(Planner.Of(context, AuditActions.EndSchedule), number, IfMatch.Of(context), cancellation)
            : OnCallOutcome.ScheduleNotFound;
        return result.IsDone ? TypedResults.NoContent() : OnCallProblems.Of(result);
    }

    private static async Task<ScheduleResponse?> ShowAsync(string id, HttpContext context, TenantDatabase database, DutyReader duties, CancellationToken cancellation)
    {
        var tenantId = context.User.TenantId();
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        if (!Guid.TryParse(id, out var number) || await OnCallChange.ListAsync(transaction.Connection, tenantId, number, ended: true, ward: null, cancellation) is not [var schedule])
        {
            return null;
        }

        context.Response.Headers.ETag = $"\"{schedule.Version}\"";
        return ScheduleResponse.Of(schedule, await duties.AllNamesAsync(transaction.Connection, tenantId, cancellation));
    }
}
