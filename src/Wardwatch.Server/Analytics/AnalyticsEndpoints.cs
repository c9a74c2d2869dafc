using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Analytics;

/// <summary>How long something took, in the unit of its name; null where there was none.</summary>
internal sealed record DurationResponse(long Count, double? Median, double? P90);

/// <summary>The figures of a ward, of an hour, or of everything asked for.</summary>
/// <param name="Admissions">Patients admitted.</param>
/// <param name="Discharges">Patients who left the hospital.</param>
/// <param name="Transfers">Patients who came from another bed.</param>
/// <param name="TurnedCritical">Patients who became critical.</param>
/// <param name="Occupancy">The share of beds that were taken, 0 to 1 and above where beds went; null: there is no bed.</param>
/// <param name="Readings">Readings that devices sent.</param>
/// <param name="LateReadings">Of these, the ones that came late.</param>
/// <param name="ReadingsPerMinute">Readings by the minutes of the time.</param>
internal sealed record FiguresResponse(
    long Admissions, long Discharges, long Transfers, long TurnedCritical, double? Occupancy, long Readings, long LateReadings, double ReadingsPerMinute);

/// <summary>A ward with its figures.</summary>
internal sealed record WardFiguresResponse(string Id, string Name, int Beds, int Occupied, FiguresResponse Figures);

/// <summary>An hour or a day with its figures.</summary>
internal sealed record BucketFiguresResponse(DateTimeOffset At, FiguresResponse Figures);

/// <summary>What a page about the last days shows.</summary>
internal sealed record AnalyticsDashboard(
    DateTimeOffset From, DateTimeOffset Until, int Beds, int Occupied, FiguresResponse Total, DurationResponse LengthOfStayHours, DurationResponse WaitingMinutes,
    IReadOnlyList<WardFiguresResponse> Wards, IReadOnlyList<BucketFiguresResponse> Days, IReadOnlyList<BucketFiguresResponse> Hours);

/// <summary>What is asked about a time.</summary>
/// <param name="From">From when; seven days ago when absent.</param>
/// <param name="Until">Until when, exclusive; now when absent.</param>
/// <param name="Bucket">hour or day.</param>
/// <param name="Ward">One ward; all within reach when absent.</param>
/// <param name="Kinds">Kinds of events; all when absent.</param>
internal sealed record AnalyticsQuestion(DateTimeOffset? From = null, DateTimeOffset? Until = null, string? Bucket = null, string? Ward = null, string[]? Kinds = null);

/// <summary>How many events of a kind there were.</summary>
internal sealed record EventCountResponse(string Kind, DateTimeOffset At, long Count);

/// <summary>How many events there were.</summary>
internal sealed record EventCounts(IReadOnlyList<EventCountResponse> Items, string? Next);

/// <summary>How much devices sent.</summary>
internal sealed record VitalsCounts(IReadOnlyList<BucketFiguresResponse> Items, string? Next);

/// <summary>Figures of wards and hours, without any patient.</summary>
internal static class AnalyticsEndpoints
{
    private const int Days = 7;
    private const int MostDays = 400;
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/analytics").RequireAuthorization(Permissions.ReadAnalytics).WithTags("Analytics");
        group.MapGet("/dashboard", DashboardAsync).WithName("analyticsDashboard").WithSummary("The last seven days: how full, how many, how long, by ward, day and hour.");
        group.MapPost("/events", EventsAsync).WithName("analyticsEvents").WithSummary("How many events of each kind there were, by hour or day. Asks; changes nothing.");
        group.MapPost("/vitals", VitalsAsync).WithName("analyticsVitals").WithSummary("How much devices sent, by hour or day. Asks; changes nothing.");
    }

    private static async Task<Results<Ok<AnalyticsDashboard>, ProblemHttpResult>> DashboardAsync(
        ClaimsPrincipal user, IPatientDirectory directory, FigureReader reader, TimeProvider time, string? ward = null, CancellationToken cancellation = default)
    {
        if (WardsOf(user, directory, ward) is not { } wards)
        {
            return Problems.WardNotFound();
        }

        var until = time.GetUtcNow();
        var from = StayFold.HourOf(until).AddDays(-Days);
        var figures = await reader.ReadAsync(user.TenantId(), wards, from, until, cancellation);
        return TypedResults.Ok(DashboardOf(wards, figures, from, until));
    }

    private static async Task<Results<Ok<EventCounts>, ProblemHttpResult>> EventsAsync(
        AnalyticsQuestion question, ClaimsPrincipal user, FigureReader reader, TimeProvider time, CancellationToken cancellation)
    {
        if (!user.Caller().ScopeOf(Permissions.ReadAnalytics).WholeHospital || question.Ward is not null)
        {
            return Problems.InvalidParameter("Events are counted for the whole hospital: leave ward out, and ask with a permission that reaches the hospital.");
        }

        if (FaultOf(question, time.GetUtcNow(), MostDays, out var from, out var until, out var bucket) is { } fault)
        {
            return Problems.InvalidParameter(fault);
        }

        var counts = await reader.EventsAsync(user.TenantId(), from, until, question.Kinds, bucket, cancellation);
        return TypedResults.Ok(new EventCounts(counts.ConvertAll(count => new EventCountResponse(count.Kind, count.At, count.Count)), Next: null));
    }

    private static async Task<Results<Ok<VitalsCounts>, ProblemHttpResult>> VitalsAsync(
        AnalyticsQuestion question, ClaimsPrincipal user, IPatientDirectory directory, FigureReader reader, TimeProvider time, CancellationToken cancellation)
    {
        if (WardsOf(user, directory, question.Ward) is not { } wards)
        {
            return Problems.WardNotFound();
        }

        if (FaultOf(question, time.GetUtcNow(), MostDays, out var from, out var until, out var bucket) is { } fault)
        {
            return Problems.InvalidParameter(fault);
        }

        var figures = await reader.ReadAsync(user.TenantId(), wards, from, until, cancellation);
        return TypedResults.Ok(new VitalsCounts(BucketsOf(figures, wards.Sum(ward => ward.Beds.Count), bucket == "day", from, until), Next: null));
    }

    /// <summary>The wards within the caller's reach, or the one asked for; null: it is not there.</summary>
    public static List<WardEntry>? WardsOf(ClaimsPrincipal user, IPatientDirectory directory, string? ward)
    {
        var scope = user.Caller().ScopeOf(Permissions.ReadAnalytics);
        var wards = directory.Wards.Where(one => scope.CoversWard(one.TenantId, one.Id) && (ward is null || one.Id == ward)).ToList();
        return ward is not null && wards.Count == 0 ? null : wards;
    }

    /// <summary>Why a question cannot be answered, or null; and what it asks.</summary>
    public static string? FaultOf(AnalyticsQuestion question, DateTimeOffset now, int mostDays, out DateTimeOffset from, out DateTimeOffset until, out string bucket)
    {
        until = question.Until?.ToUniversalTime() ?? now;
        bucket = question.Bucket ?? "hour";
        from = default;
        if (bucket is not ("hour" or "day"))
        {
            return "bucket must be hour or day.";
        }

        if (until < Earliest || until > now.AddDays(1) || question.From < Earliest)
        {
            return "from and until must lie between the year 2000 and tomorrow.";
        }

        from = StayFold.HourOf(question.From ?? until.AddDays(-Days));
        return from < until && (until - from).TotalDays <= mostDays ? null : $"from must be before until, by {mostDays} days at most.";
    }

    private static AnalyticsDashboard DashboardOf(List<WardEntry> wards, WardFigures figures, DateTimeOffset from, DateTimeOffset until)
    {
        var beds = wards.Sum(ward => ward.Beds.Count);
        var span = until - from;
        return new(
            from, until, beds, figures.Occupied.Values.Sum(), Of(figures.Wards.Values, beds, span),
            new(figures.Stays.Count, figures.Stays.Median / 3600, figures.Stays.Ninetieth / 3600), new(figures.Waits.Count, figures.Waits.Median / 60, figures.Waits.Ninetieth / 60),
            [.. wards.Select(ward => new WardFiguresResponse(
                ward.Id, ward.Name, ward.Beds.Count, figures.Occupied.GetValueOrDefault(ward.Id),
                Of(figures.Wards.TryGetValue(ward.Id, out var sum) ? [sum] : [], ward.Beds.Count, span)))],
            BucketsOf(figures, beds, byDay: true, from, until), BucketsOf(figures, beds, byDay: false, from, until));
    }

    private static List<BucketFiguresResponse> BucketsOf(WardFigures figures, int beds, bool byDay, DateTimeOffset from, DateTimeOffset until)
    {
        var byBucket = figures.Hours.ToLookup(hour => byDay ? new DateTimeOffset(hour.Key.UtcDateTime.Date, TimeSpan.Zero) : hour.Key, hour => hour.Value);
        var buckets = new List<BucketFiguresResponse>();
        var step = byDay ? TimeSpan.FromDays(1) : TimeSpan.FromHours(1);
        for (var at = byDay ? new DateTimeOffset(from.UtcDateTime.Date, TimeSpan.Zero) : from; at < until; at += step)
        {
            // The first and the last are shorter.
            var span = (at + step < until ? at + step : until) - (at > from ? at : from);
            buckets.Add(new(at, Of(byBucket[at], beds, span)));
        }

        return buckets;
    }

    private static FiguresResponse Of(IEnumerable<FigureSum> sums, int beds, TimeSpan span)
    {
        var total = new FigureSum();
        foreach (var sum in sums)
        {
            total.Admissions += sum.Admissions;
            total.Discharges += sum.Discharges;
            total.Transfers += sum.Transfers;
            total.Critical += sum.Critical;
            total.OccupiedSeconds += sum.OccupiedSeconds;
            total.Readings += sum.Readings;
            total.LateReadings += sum.LateReadings;
        }

        return new(
            (long)total.Admissions, (long)total.Discharges, (long)total.Transfers, (long)total.Critical,
            beds == 0 || span <= TimeSpan.Zero ? null : Math.Round(total.OccupiedSeconds / (beds * span.TotalSeconds), 4),
            (long)total.Readings, (long)total.LateReadings, span <= TimeSpan.Zero ? 0 : Math.Round(total.Readings / span.TotalMinutes, 2));
    }
}
