using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.OnCall.Calculation;
using Wardwatch.Server.OnCall.Schedules;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.OnCall.Feeds;

/// <summary>A feed to be made.</summary>
/// <param name="Name">What it is for, such as the name of a phone.</param>
internal sealed record FeedRequest(string? Name);

/// <summary>The caller's feeds.</summary>
internal sealed record FeedPage(IReadOnlyList<FeedResponse> Items, string? Next);

/// <summary>Schedules for calendar programs.</summary>
internal static class FeedEndpoints
{
    private const int MostName = 100;

    // What a calendar program shows: last month, and half a year ahead.
    private static readonly TimeSpan Back = TimeSpan.FromDays(30), Ahead = TimeSpan.FromDays(180);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/oncall/{schedule}.ics", GetAsync).AllowAnonymous().WithTags("On call").WithName("getCalendarFile")
            .WithSummary("A schedule for calendar programs (RFC 5545). Signed in, or with the ?token= of a feed.").Produces<string>(StatusCodes.Status200OK, "text/calendar");
        var group = routes.MapGroup("/api/oncall/feeds").RequireAuthorization(Permissions.ReadOnCall).WithTags("On call");
        group.MapGet("/", ListAsync).WithName("listFeeds").WithSummary("One's own secret addresses for calendar programs.");
        group.MapPost("/", AddAsync).WithName("addFeed").WithSummary("Get a secret address for a calendar program; its token is shown this once.");
        group.MapDelete("/{id}", RemoveAsync).WithName("removeFeed").WithSummary("Revoke one of one's secret addresses.");
    }

    private static async Task<Results<ContentHttpResult, ProblemHttpResult>> GetAsync(
        string schedule, HttpContext context, FeedStore feeds, TenantDatabase database, DutyReader duties, IPatientDirectory patients, TimeProvider time, string? token = null,
        CancellationToken cancellation = default)
    {
        var caller = context.User.FindCaller();
        if (token is null && caller is not null && !caller.May(Permissions.ReadOnCall))
        {
            return TypedResults.Problem(statusCode: 403, type: "urn:wardwatch:not-permitted", title: "Your role does not permit this");
        }

        if ((token is null ? caller?.TenantId : await feeds.FindHospitalAsync(token, cancellation)) is not { } tenantId)
        {
            return TypedResults.Problem(statusCode: 401, type: "urn:wardwatch:sign-in-required", title: "Sign in first, or take the address of a feed");
        }

        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        if (!Guid.TryParse(schedule, out var id) || await OnCallChange.ListAsync(transaction.Connection, tenantId, id, ended: true, ward: null, cancellation) is not [var known])
        {
            return OnCallProblems.Of(OnCallOutcome.ScheduleNotFound);
        }

        var (now, names) = (time.GetUtcNow(), await duties.NamesAsync(transaction.Connection, tenantId, cancellation));
        var within = new Period(now - Back, now + Ahead);
        var rules = (await ScheduleReader.ReadAsync(transaction.Connection, tenantId, role: null, id, within, cancellation)).FirstOrDefault()?.Rules ?? new([], []);
        var ward = patients.Wards.FirstOrDefault(ward => ward.TenantId == tenantId && ward.Id == known.Ward)?.Name ?? "whole hospital";

        // Whole stretches, so that an entry is the same tomorrow.
        var entries = rules.Final(rules.Widen(within), names.ContainsKey).Select(stretch => new CalendarEntry(
            $"{known.Id:N}-{stretch.From.ToUnixTimeSeconds()}@wardwatch", stretch.From, stretch.Until,
            $"{names[stretch.Person]} · {DutyRoles.All.GetValueOrDefault(known.Role, known.Role)}, tier {known.Tier}", $"{known.Name} · {ward} · {stretch.Source.Word()}"));
        return TypedResults.Content(CalendarFile.Write(known.Name, known.ChangedAt, entries), CalendarFile.ContentType);
    }

    private static async Task<Ok<FeedPage>> ListAsync(HttpContext context, FeedStore feeds, CancellationToken cancellation) =>
        TypedResults.Ok(new FeedPage(await feeds.ListAsync(context.User.Caller(), cancellation), Next: null));

    private static async Task<Results<Created<FeedResponse>, ProblemHttpResult>> AddAsync(FeedRequest request, HttpContext context, FeedStore feeds, CancellationToken cancellation)
    {
        if (!ScheduleFields.IsText(request.Name, MostName))
        {
            return Problems.InvalidParameter($"name must say what it is for, in 1 to {MostName} characters.");
        }

        var (result, feed) = await feeds.AddAsync(context, request.Name!.Trim(), cancellation);
        return result.IsDone ? TypedResults.Created($"/api/oncall/feeds/{feed!.Id}", feed) : OnCallProblems.Of(result);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(string id, HttpContext context, FeedStore feeds, CancellationToken cancellation)
    {
        var result = Guid.TryParse(id, out var feed) ? await feeds.RemoveAsync(context, feed, cancellation) : OnCallOutcome.FeedNotFound;
        return result.IsDone ? TypedResults.NoContent() : OnCallProblems.Of(result);
    }
}
