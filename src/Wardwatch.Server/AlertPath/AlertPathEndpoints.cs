using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.AlertPath.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.AlertPath;

/// <summary>A ward as a prober from outside sees it: no patient, no person.</summary>
internal sealed record ProbedPath(string? Hospital, string Ward, string State, DateTimeOffset? ProvenAt, double AgeSeconds);

/// <summary>What a prober from outside is answered.</summary>
/// <param name="State">The worst of all wards: proven, late or broken; off where the paths are not tested.</param>
/// <param name="Wards">Each ward.</param>
internal sealed record ProbeAnswer(string State, IReadOnlyList<ProbedPath> Wards);

/// <summary>A ward's path as its screens show it.</summary>
/// <param name="Ward">The ward.</param>
/// <param name="ProvenAt">When the last test arrived, or null.</param>
/// <param name="State">proven, late or broken.</param>
/// <param name="By">Where it arrived: server or screen; null: nowhere yet.</param>
internal sealed record PathItem(string Ward, DateTimeOffset? ProvenAt, string State, string? By);

/// <summary>The paths of the wards that the caller sees.</summary>
internal sealed record PathPage(IReadOnlyList<PathItem> Items, string? Next);

/// <summary>A screen has got a test.</summary>
/// <param name="Notification">Which.</param>
internal sealed record TestReceiptRequest(string? Notification);

/// <summary>How far alert paths are proven, for probers from outside and for screens; and the receipts of screens.</summary>
internal static class AlertPathEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/alert-path", Probe).AllowAnonymous().ExcludeFromDescription();
        var group = routes.MapGroup("/api/alert-path").WithTags("Alerts").RequireAuthorization(Policies.FollowLive);
        group.MapGet("/", List).WithName("listAlertPaths").WithSummary("How far it is proven that the alerts of the caller's wards arrive");
        group.MapPost("/receipts", ReceiveAsync).WithName("noteTestAlert").WithSummary("A screen that takes part in the tests has got one");
    }

    // From memory: it is answered as well while the database is away, which is when somebody outside must know.
    private static JsonHttpResult<ProbeAnswer> Probe(AlertPathDirectory paths, IOptions<AlertPathOptions> options)
    {
        var now = paths.Now;
        var worst = now.Count == 0 ? PathState.Late : now.Max(seen => seen.State);
        var answer = new ProbeAnswer(
            options.Value.Enabled ? PathClock.WordOf(worst) : "off",
            [.. now.Select(seen => new ProbedPath(paths.HospitalOf(seen.Path.TenantId), seen.Path.Ward, PathClock.WordOf(seen.State), seen.Path.Times.ProvenAt, Math.Round(seen.AgeSeconds, 1)))]);
        return TypedResults.Json(answer, statusCode: worst == PathState.Broken ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }

    private static Ok<PathPage> List(HttpContext context, AlertPathDirectory paths)
    {
        var caller = context.User.Caller();
        return TypedResults.Ok(new PathPage(
            [.. paths.Now.Where(seen => seen.Path.TenantId == caller.TenantId && Sees(caller, seen.Path.Ward)).Select(seen => new PathItem(seen.Path.Ward, seen.Path.Times.ProvenAt, PathClock.WordOf(seen.State), seen.Path.ProvenBy))],
            null));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ReceiveAsync(TestReceiptRequest request, HttpContext context, AlertPathStore store, CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        if (!Guid.TryParse(request.Notification, out var notification) || await store.WardOfAsync(caller.TenantId, notification, cancellation) is not { } ward || !Sees(caller, ward))
        {
            return TypedResults.Problem(statusCode: 404, type: "urn:wardwatch:notification-not-found", title: "There is no such notification");
        }

        await store.ReceivedAsync(notification, "screen", cancellation);
        return TypedResults.NoContent();
    }

    private static bool Sees(Caller caller, string ward) =>
        caller.Visible.CoversWard(caller.TenantId, ward) || (caller.May(Permissions.TechnicalAlerts) && caller.ScopeOf(Permissions.TechnicalAlerts).CoversWard(caller.TenantId, ward));
}
