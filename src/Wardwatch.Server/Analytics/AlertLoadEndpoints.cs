using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Analytics;

/// <summary>A ward's budget of alerts.</summary>
/// <param name="AlertsPerBedDay">0.1 to 1000; null: the installation's again.</param>
internal sealed record BudgetRequest(double? AlertsPerBedDay);

/// <summary>How many alerts there are, what they turn out to be, how soon somebody comes, and how many a ward wants.</summary>
internal static class AlertLoadEndpoints
{
    // A quarter of a year: what a ward's limits are looked at again after.
    private const int MostDays = 92;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/analytics/alerts", LoadAsync).RequireAuthorization(Permissions.ReadAnalytics).WithTags("Analytics").WithName("analyticsAlerts")
            .WithSummary("Alerts per bed-day, what they turned out to be, how soon somebody came, and each ward's budget.");
        routes.MapPut("/api/wards/{id}/alert-budget", SetBudgetAsync).RequireAuthorization(Permissions.SetLimits).WithTags("Alerts").WithName("setAlertBudget")
            .WithSummary("Says below how many alerts per bed-day a ward wants to stay.");
    }

    private static async Task<Results<Ok<AlertLoadDocument>, ProblemHttpResult>> LoadAsync(
        ClaimsPrincipal user, IPatientDirectory directory, AlertLoadReader reader, IOptions<AnalyticsOptions> options, TimeProvider time,
        string? ward = null, DateTimeOffset? from = null, DateTimeOffset? until = null, CancellationToken cancellation = default)
    {
        if (AnalyticsEndpoints.WardsOf(user, directory, ward) is not { } wards)
        {
            return Problems.WardNotFound();
        }

        var (now, zone) = (time.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById(options.Value.TimeZone));
        if (AnalyticsEndpoints.FaultOf(new AnalyticsQuestion(from, until), now, MostDays, out var begin, out var end, out _) is { } fault)
        {
            return Problems.InvalidParameter(fault);
        }

        // Whole hours: sums have no others. The present one goes as far as it has come.
        end = StayFold.HourOf(end) == end ? end : StayFold.HourOf(end).AddHours(1);
        end = end < now ? end : now;
        if (begin >= end)
        {
            return Problems.InvalidParameter("from must be before now.");
        }

        var load = await reader.ReadAsync(user.TenantId(), [.. wards.Select(one => one.Id)], begin, end, AlertBudget.NeededSince(now, zone), now, cancellation);
        return TypedResults.Ok(AlertLoadFigures.Of(wards, load, (begin, end, now), zone, options.Value.AlertsPerBedDay));
    }

    private static async Task<Results<Ok<BudgetResponse>, ProblemHttpResult>> SetBudgetAsync(
        string id, BudgetRequest request, HttpContext context, IPatientDirectory directory, AlertBudgetStore store, IOptions<AnalyticsOptions> options, CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        if (!directory.Wards.Any(ward => ward.TenantId == caller.TenantId && ward.Id == id) || !caller.ScopeOf(Permissions.SetLimits).CoversWard(caller.TenantId, id))
        {
            return Problems.WardNotFound();
        }

        return request.AlertsPerBedDay is null or (>= AlertBudget.Least and <= AlertBudget.Most)
            ? TypedResults.Ok(AlertLoadFigures.BudgetOf(await store.SetAsync(context, id, request.AlertsPerBedDay, cancellation), options.Value.AlertsPerBedDay))
            : Problems.InvalidParameter($"alertsPerBedDay must be from {AlertBudget.Least} to {AlertBudget.Most}, or null for the installation's.");
    }
}
