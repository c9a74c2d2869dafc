using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.OnCall.Schedules;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.OnCall.Changes;

/// <summary>Overrides and swaps.</summary>
internal static class ChangeEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var overrides = routes.MapGroup("/api/oncall/overrides").WithTags("On call");
        overrides.MapGet("/", ListOverridesAsync).RequireAuthorization(Permissions.ReadOnCall).WithName("listOverrides").WithSummary("Overrides that count now or later, in the order in which they were made.");
        overrides.MapPost("/", AddOverrideAsync).RequireAuthorization(Permissions.ManageOnCall).WithName("addOverride").WithSummary("Put somebody on duty for a while.");
        overrides.MapDelete("/{id}", EndOverrideAsync).RequireAuthorization(Permissions.ManageOnCall).WithName("endOverride").WithSummary("Take an override back; one that goes on ends now.");
        var swaps = routes.MapGroup("/api/oncall/swaps").WithTags("On call");
        swaps.MapGet("/", ListSwapsAsync).RequireAuthorization(Permissions.ReadOnCall).WithName("listSwaps").WithSummary("Swaps that count now or later, in the order in which they were made.");
        swaps.MapPost("/", AddSwapAsync).RequireAuthorization(Permissions.ManageOnCall).WithName("addSwap").WithSummary("Let two people exchange stretches.");
        swaps.MapDelete("/{id}", EndSwapAsync).RequireAuthorization(Permissions.ManageOnCall).WithName("endSwap").WithSummary("Take a swap back that has not begun.");
    }

    private static async Task<Results<Ok<OverridePage>, ProblemHttpResult>> ListOverridesAsync(
        HttpContext context, ChangeList list, TenantDatabase database, DutyReader duties, TimeProvider time, string? schedule = null, string? from = null, string? until = null,
        int limit = DefaultLimit, string? after = null, CancellationToken cancellation = default)
    {
        if (Read(schedule, from, until, limit, after, time.GetUtcNow(), out var query) is { } fault)
        {
            return Problems.InvalidParameter(fault);
        }

        var items = await ReadAsync(context, database, duties, (connection, tenantId, names) => list.OverridesAsync(connection, tenantId, query!, names, cancellation), cancellation);
        var next = Paging.Cut(items, limit, item => item.Id);
        return TypedResults.Ok(new OverridePage(items, next));
    }

    private static async Task<Results<Created<OverrideResponse>, ProblemHttpResult>> AddOverrideAsync(
        OverrideRequest request, HttpContext context, ChangeRegistry registry, ChangeList list, TenantDatabase database, DutyReader duties, CancellationToken cancellation)
    {
        var (result, number) = await registry.AddOverrideAsync(Planner.Of(context, AuditActions.AddOverride), request, cancellation);
        if (!result.IsDone)
        {
            return OnCallProblems.Of(result);
        }

        var items = await ReadAsync(context, database, duties, (connection, tenantId, names) => list.OverridesAsync(connection, tenantId, ChangeQuery.One(number), names, cancellation), cancellation);
        return TypedResults.Created($"/api/oncall/overrides/{number}", items[0]);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> EndOverrideAsync(string id, HttpContext context, ChangeRegistry registry, CancellationToken cancellation)
    {
        var result = long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? await registry.EndOverrideAsync(Planner.Of(context, AuditActions.EndOverride), number, cancellation)
            : OnCallOutcome.OverrideNotFound;
        return result.IsDone ? TypedResults.NoContent() : OnCallProblems.Of(result);
    }

    private static async Task<Results<Ok<SwapPage>, ProblemHttpResult>> ListSwapsAsync(
        HttpContext context, ChangeList list, TenantDatabase database, DutyReader duties, TimeProvider time, string? schedule = null, string? from = null, string? until = null,
        int limit = DefaultLimit, string? after = null, CancellationToken cancellation = default)
    {
        if (Read(schedule, from, until, limit, after, time.GetUtcNow(), out var query) is { } fault)
        {
            return Problems.InvalidParameter(fault);
        }

        var items = await ReadAsync(context, database, duties, (connection, tenantId, names) => list.SwapsAsync(connection, tenantId, query!, names, cancellation), cancellation);
        var next = Paging.Cut(items, limit, item => item.Id);
        return TypedResults.Ok(new SwapPage(items, next));
    }

    private static async Task<Results<Created<SwapResponse>, ProblemHttpResult>> AddSwapAsync(
        SwapRequest request, HttpContext context, ChangeRegistry registry, ChangeList list, TenantDatabase database, DutyReader duties, CancellationToken cancellation)
    {
        var (result, number) = await registry.AddSwapAsync(Planner.Of(context, AuditActions.AddSwap), request, cancellation);
        if (!result.IsDone)
        {
            return OnCallProblems.Of(result);
        }

        var items = await ReadAsync(context, database, duties, (connection, tenantId, names) => list.SwapsAsync(connection, tenantId, ChangeQuery.One(number), names, cancellation), cancellation);
        return TypedResults.Created($"/api/oncall/swaps/{number}", items[0]);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> EndSwapAsync(string id, HttpContext context, ChangeRegistry registry, CancellationToken cancellation)
    {
        var result = long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? await registry.EndSwapAsync(Planner.Of(context, AuditActions.EndSwap), number, cancellation)
            : OnCallOutcome.SwapNotFound;
        return result.IsDone ? TypedResults.NoContent() : OnCallProblems.Of(result);
    }

    private static string? Read(string? schedule, string? from, string? until, int limit, string? after, DateTimeOffset now, out ChangeQuery? query)
    {
        query = null;
        if (limit is < 1 or > MaxLimit)
        {
            return $"limit must be between 1 and {MaxLimit}.";
        }

        if (!Paging.TryReadCursor(after, out var cursor))
        {
            return "after must be the next of an earlier answer.";
        }

        Guid? of = Guid.TryParse(schedule, out var id) ? id : null;
        if (schedule is not null && of is null)
        {
            return "schedule must be the id of a schedule.";
        }

        if (!ScheduleCalendar.TryRead(from, now, out var begin) || !ScheduleCalendar.TryRead(until, now, out var end))
        {
            return "from and until must be times such as 2026-11-23T00:00:00Z.";
        }

        query = new(Number: null, of, cursor, begin, until is null ? null : end, limit + 1);
        return null;
    }

    private static async Task<List<T>> ReadAsync<T>(
        HttpContext context, TenantDatabase database, DutyReader duties, Func<NpgsqlConnection, int, Dictionary<Guid, string>, Task<List<T>>> read, CancellationToken cancellation)
    {
        var tenantId = context.User.TenantId();
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        return await read(transaction.Connection, tenantId, await duties.AllNamesAsync(transaction.Connection, tenantId, cancellation));
    }
}
