using System.Diagnostics;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Notifications.Channels;
using Wardwatch.Server.Notifications.Contracts;
using Wardwatch.Server.Notifications.Outside;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications.Webhooks;

/// <summary>A webhook as it is to be.</summary>
/// <param name="Name">What it is: at most 100 characters.</param>
/// <param name="Address">An https address; plain http only within the networks that the installation allows.</param>
/// <param name="Kinds">Of what it is told; absent or empty: of everything but tests.</param>
/// <param name="Priorities">Of which priorities; absent: of high and medium.</param>
/// <param name="Enabled">Whether it is switched on.</param>
/// <param name="Version">Of the webhook that is changed.</param>
/// <param name="NewSecret">Draw a new secret.</param>
internal sealed record WebhookRequest(
    string? Name, string? Address, IReadOnlyList<string>? Kinds = null, IReadOnlyList<string>? Priorities = null, bool Enabled = true, int Version = 0, bool NewSecret = false);

/// <summary>The hospital's webhooks.</summary>
internal sealed record WebhookPage(IReadOnlyList<WebhookResponse> Items, string? Next);

/// <summary>A notification that is on its way.</summary>
/// <param name="Id">Its id.</param>
internal sealed record QueuedResponse(string Id);

/// <summary>Which other systems are told.</summary>
internal static class WebhookEndpoints
{
    private const int MostName = 100;
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;
    private static readonly TimeSpan LookUpWithin = TimeSpan.FromSeconds(3);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/webhooks").RequireAuthorization(Permissions.ManageWebhooks).WithTags("Notifications");
        group.MapGet("/", ListAsync).WithName("listWebhooks").WithSummary("Other systems that are told.");
        group.MapPost("/", AddAsync).WithName("addWebhook").WithSummary("Have another system told; the secret that signs its messages is shown this once.");
        group.MapGet("/{id}", GetAsync).WithName("getWebhook").WithSummary("One webhook.");
        group.MapPut("/{id}", ChangeAsync).WithName("changeWebhook").WithSummary("Change a webhook; with newSecret its secret is drawn anew and shown this once.");
        group.MapDelete("/{id}", RemoveAsync).WithName("removeWebhook").WithSummary("Remove a webhook; what waits for it is not sent.");
        group.MapPost("/{id}/test", TestAsync).WithName("testWebhook").WithSummary("Send it a test, by the way that all messages take; see its attempts.");
        group.MapGet("/{id}/attempts", AttemptsAsync).WithName("listWebhookAttempts").WithSummary("What was sent to it, the newest first.");
    }

    private static async Task<Ok<WebhookPage>> ListAsync(ClaimsPrincipal user, WebhookStore store, CancellationToken cancellation) =>
        TypedResults.Ok(new WebhookPage(await store.ListAsync(user.TenantId(), cancellation), Next: null));

    private static async Task<Results<Ok<WebhookResponse>, ProblemHttpResult>> GetAsync(string id, ClaimsPrincipal user, WebhookStore store, CancellationToken cancellation) =>
        Guid.TryParse(id, out var webhook) && await store.FindAsync(user.TenantId(), webhook, cancellation) is { } found ? TypedResults.Ok(found) : Refused(WebhookOutcome.NotFound);

    private static async Task<Results<Created<WebhookResponse>, ProblemHttpResult>> AddAsync(
        WebhookRequest request, HttpContext context, WebhookStore store, GuardedHttp http, TimeProvider time, CancellationToken cancellation)
    {
        var (data, problem) = await ReadAsync(request, http, time, cancellation);
        if (data is null)
        {
            return problem!;
        }

        var (outcome, id, secret) = await store.AddAsync(AuditEntry.Of(context, AuditActions.AddWebhook), data, cancellation);
        return outcome == WebhookOutcome.Done
            ? TypedResults.Created($"/api/webhooks/{id}", (await store.FindAsync(context.User.TenantId(), id, cancellation))! with { Secret = secret })
            : Refused(outcome);
    }

    private static async Task<Results<Ok<WebhookResponse>, ProblemHttpResult>> ChangeAsync(
        string id, WebhookRequest request, HttpContext context, WebhookStore store, GuardedHttp http, TimeProvider time, CancellationToken cancellation)
    {
        if (!Guid.TryParse(id, out var webhook) || await store.FindAsync(context.User.TenantId(), webhook, cancellation) is null)
        {
            return Refused(WebhookOutcome.NotFound);
        }

        var (data, problem) = await ReadAsync(request, http, time, cancellation);
        if (data is null)
        {
            return problem!;
        }

        var (outcome, secret) = await store.ChangeAsync(AuditEntry.Of(context, AuditActions.ChangeWebhook), webhook, data, request.Version, request.NewSecret, cancellation);
        return outcome == WebhookOutcome.Done && await store.FindAsync(context.User.TenantId(), webhook, cancellation) is { } changed
            ? TypedResults.Ok(changed with { Secret = secret })
            : Refused(outcome);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(string id, HttpContext context, WebhookStore store, CancellationToken cancellation) =>
        Guid.TryParse(id, out var webhook) && await store.RemoveAsync(AuditEntry.Of(context, AuditActions.RemoveWebhook), webhook, cancellation)
            ? TypedResults.NoContent()
            : Refused(WebhookOutcome.NotFound);

    private static async Task<Results<Accepted<QueuedResponse>, ProblemHttpResult>> TestAsync(
        string id, HttpContext context, WebhookStore store, TenantDatabase database, Notifier notifier, IAuditTrail trail, CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        if (!Guid.TryParse(id, out var webhook) || await store.FindAsync(caller.TenantId, webhook, cancellation) is not { } found)
        {
            return Refused(WebhookOutcome.NotFound);
        }

        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        var test = new NewNotification(caller.TenantId, caller.AccountId, NotificationKinds.Test, AlertPriority.Low, "Test of a webhook", $"{found.Name} was sent a test.");
        var queued = await notifier.QueueAsync(transaction.Connection, [test], webhook, cancellation);
        await trail.RecordAsync(transaction.Connection, AuditEntry.Of(context, AuditActions.TestWebhook) with { Detail = id }, cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.Accepted($"/api/webhooks/{id}/attempts", new QueuedResponse(queued[0].ToString()));
    }

    private static async Task<Results<Ok<DeliveryPage>, ProblemHttpResult>> AttemptsAsync(
        string id, ClaimsPrincipal user, WebhookStore store, DeliveryList deliveries, int limit = DefaultLimit, string? after = null, CancellationToken cancellation = default)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return Problems.InvalidParameter($"limit must be between 1 and {MaxLimit}.");
        }

        if (!Paging.TryReadCursor(after, out var before))
        {
            return Problems.InvalidParameter("after must be the next of an earlier answer.");
        }

        return Guid.TryParse(id, out var webhook) && await store.FindAsync(user.TenantId(), webhook, cancellation) is not null
            ? TypedResults.Ok(await deliveries.OfWebhookAsync(user.TenantId(), webhook, before, limit, cancellation))
            : Refused(WebhookOutcome.NotFound);
    }

    private static async Task<(WebhookData? Data, ProblemHttpResult? Problem)> ReadAsync(WebhookRequest request, GuardedHttp http, TimeProvider time, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(request.Name) || request.Name.Length > MostName || request.Name.Any(char.IsControl))
        {
            return (null, Problems.InvalidParameter($"name must be a text of at most {MostName} characters."));
        }

        var kinds = request.Kinds ?? [];
        if (kinds.Any(kind => !NotificationKinds.All.Contains(kind, StringComparer.Ordinal)))
        {
            return (null, Problems.InvalidParameter($"kinds must be among: {string.Join(", ", NotificationKinds.All)}."));
        }

        var priorities = new List<AlertPriority>();
        foreach (var word in request.Priorities ?? ["high", "medium"])
        {
            if (!AlertPriorities.TryParse(word, out var priority))
            {
                return (null, Problems.InvalidParameter("priorities must be among: high, medium, low."));
            }

            priorities.Add(priority);
        }

        if (OutsideAddress.Parse(request.Address, mayBePlain: true) is not { } address)
        {
            return (null, Problems.InvalidParameter("address must be an https address without user name, password and fragment."));
        }

        return await OutsideProblems.MayReachAsync(http, address, LookUpWithin, time, cancellation)
            ? (new(request.Name.Trim(), address, [.. kinds.Distinct(StringComparer.Ordinal)], [.. priorities.Distinct()], request.Enabled), null)
            : (null, OutsideProblems.AddressRefused("address"));
    }

    private static ProblemHttpResult Refused(WebhookOutcome outcome) => outcome switch
    {
        WebhookOutcome.NotFound => TypedResults.Problem(statusCode: 404, type: "urn:wardwatch:webhook-not-found", title: "There is no such webhook"),
        WebhookOutcome.ChangedMeanwhile => TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:changed-meanwhile", title: "Somebody else has changed it; load it again"),
        WebhookOutcome.TooMany => TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:too-many-webhooks", title: "The hospital has as many webhooks as it may have; remove one first"),
        _ => throw new UnreachableException($"{outcome}"),
    };
}
