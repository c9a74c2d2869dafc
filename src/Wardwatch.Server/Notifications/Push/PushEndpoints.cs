using System.Buffers.Text;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Notifications.Outside;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications.Push;

/// <summary>A browser's keys, as its <c>PushSubscription.toJSON()</c> has them.</summary>
internal sealed record PushKeysRequest(string? P256dh, string? Auth);

/// <summary>A browser that wants messages, as its <c>PushSubscription.toJSON()</c> has it.</summary>
internal sealed record PushSubscriptionRequest(string? Endpoint, PushKeysRequest? Keys);

/// <summary>The key with which browsers subscribe: a point of P-256 in base64url.</summary>
internal sealed record PushKeyResponse(string Key);

/// <summary>The caller's browsers.</summary>
internal sealed record PushSubscriptionPage(IReadOnlyList<PushSubscriptionResponse> Items, string? Next);

/// <summary>Which of the caller's browsers take messages.</summary>
internal static class PushEndpoints
{
    private static readonly TimeSpan LookUpWithin = TimeSpan.FromSeconds(3);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/notifications").WithTags("Notifications");
        group.MapGet("/push-key", KeyAsync).WithName("getPushKey").WithSummary("The key with which browsers subscribe (applicationServerKey).");
        group.MapGet("/push-subscriptions", ListAsync).WithName("listPushSubscriptions").WithSummary("The caller's browsers that take messages.");
        group.MapPost("/push-subscriptions", AddAsync).WithName("addPushSubscription").WithSummary("Have a browser take messages; the same again answers the same id.");
        group.MapDelete("/push-subscriptions/{id}", RemoveAsync).WithName("removePushSubscription").WithSummary("Have a browser take none any more.");
    }

    private static async Task<Ok<PushKeyResponse>> KeyAsync(ClaimsPrincipal user, PushKeys keys, CancellationToken cancellation) =>
        TypedResults.Ok(new PushKeyResponse(Base64Url.EncodeToString((await keys.OfAsync(user.TenantId(), cancellation)).PublicKey)));

    private static async Task<Ok<PushSubscriptionPage>> ListAsync(ClaimsPrincipal user, SubscriptionStore store, CancellationToken cancellation) =>
        TypedResults.Ok(new PushSubscriptionPage(await store.ListAsync(user.TenantId(), user.Caller().AccountId, cancellation), Next: null));

    private static async Task<Results<Created<PushSubscriptionResponse>, ProblemHttpResult>> AddAsync(
        PushSubscriptionRequest request, HttpContext context, SubscriptionStore store, GuardedHttp http, IOptions<NotificationsOptions> options, TimeProvider time, CancellationToken cancellation)
    {
        if (PushSubscription.Parse(request.Endpoint, request.Keys?.P256dh, request.Keys?.Auth, out var fault) is not { } browser)
        {
            return Problems.InvalidParameter(fault!);
        }

        if (!browser.IsOf(options.Value.PushServices) || !await OutsideProblems.MayReachAsync(http, browser.Endpoint, LookUpWithin, time, cancellation))
        {
            return OutsideProblems.AddressRefused("endpoint");
        }

        var added = await store.PutAsync(AuditEntry.Of(context, AuditActions.AddPushSubscription), browser, cancellation);
        return TypedResults.Created($"/api/notifications/push-subscriptions/{added.Id}", added);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(string id, HttpContext context, SubscriptionStore store, CancellationToken cancellation) =>
        Guid.TryParse(id, out var subscription) && await store.RemoveAsync(AuditEntry.Of(context, AuditActions.RemovePushSubscription), subscription, cancellation)
            ? TypedResults.NoContent()
            : TypedResults.Problem(statusCode: 404, type: "urn:wardwatch:push-subscription-not-found", title: "There is no such subscription");
}
