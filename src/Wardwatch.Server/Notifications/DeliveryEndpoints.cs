using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications;

/// <summary>What could not be brought to anybody: look, send again.</summary>
internal static class DeliveryEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/failed-deliveries").WithTags("Operation");
        group.MapGet("/", ListAsync).RequireAuthorization(Permissions.ReadOperations).WithName("listFailedDeliveries").WithSummary("Messages that were given up, the newest first, with the reason.");
        group.MapPost("/{id}/send-again", SendAgainAsync).RequireAuthorization(Permissions.ManageOperations).WithName("sendDeliveryAgain").WithSummary("Try it again, as often as if it were new.");
    }

    private static async Task<Results<Ok<DeliveryPage>, ProblemHttpResult>> ListAsync(
        ClaimsPrincipal user, DeliveryList deliveries, int limit = DefaultLimit, string? after = null, CancellationToken cancellation = default)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return Problems.InvalidParameter($"limit must be between 1 and {MaxLimit}.");
        }

        return Paging.TryReadCursor(after, out var before)
            ? TypedResults.Ok(await deliveries.FailedAsync(user.TenantId(), before, limit, cancellation))
            : Problems.InvalidParameter("after must be the next of an earlier answer.");
    }

    private static async Task<Results<Accepted, ProblemHttpResult>> SendAgainAsync(string id, HttpContext context, DeliveryList deliveries, CancellationToken cancellation) =>
        !Guid.TryParse(id, out var attempt) ? NotFound() : await deliveries.SendAgainAsync(AuditEntry.Of(context, AuditActions.SendAgain), attempt, cancellation) switch
        {
            SendAgainOutcome.Queued => TypedResults.Accepted((string?)null),
            SendAgainOutcome.NotFailed => TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:delivery-not-failed", title: "It did not fail, or it was sent again meanwhile"),
            _ => NotFound(),
        };

    private static ProblemHttpResult NotFound() => TypedResults.Problem(statusCode: 404, type: "urn:wardwatch:delivery-not-found", title: "There is no such delivery");
}
