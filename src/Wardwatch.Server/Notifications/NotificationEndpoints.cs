using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Notifications.Channels;
using Wardwatch.Server.Notifications.Contracts;
using Wardwatch.Server.Notifications.Webhooks;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications;

/// <summary>Where a notification was shown or looked at.</summary>
/// <param name="Channel">in-app (the default), push or mail.</param>
/// <param name="Subscription">Which browser, for push.</param>
internal sealed record ReceiptRequest(string? Channel = null, string? Subscription = null);

/// <summary>A test.</summary>
/// <param name="Priority">high (the default: by every channel that one has), medium or low.</param>
internal sealed record TestNotificationRequest(string? Priority = null);

/// <summary>The caller's own notifications.</summary>
internal static class NotificationEndpoints
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;
    private const int TestsPerMinute = 6;

    private const string CountTests = "select count(*) from notifications where account_id = $1 and kind = 'test' and created_at > $2";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/notifications").WithTags("Notifications");
        group.MapGet("/", ListAsync).WithName("listNotifications").WithSummary("The caller's notifications, the newest first; ?order=unseen: those not seen first.");
        group.MapPost("/test", TestAsync).WithName("testNotifications").WithSummary("Send oneself a test: does my phone ring?");
        group.MapPost("/{id}/delivered", DeliveredAsync).WithName("noteNotificationDelivered").WithSummary("A screen has shown it.");
        group.MapPost("/{id}/seen", SeenAsync).WithName("noteNotificationSeen").WithSummary("The caller has looked at it; what has not gone out does not go out.");
    }

    private static async Task<Results<Ok<NotificationPage>, ProblemHttpResult>> ListAsync(
        HttpContext context, NotificationList list, IAuditTrail trail, string order = "time", int limit = DefaultLimit, string? after = null, CancellationToken cancellation = default)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return Problems.InvalidParameter($"limit must be between 1 and {MaxLimit}.");
        }

        if (order is not ("time" or "unseen"))
        {
            return Problems.InvalidParameter("order must be time or unseen.");
        }

        if (!NotificationCursor.TryRead(after, out var cursor))
        {
            return Problems.InvalidParameter("after must be the next of an earlier answer.");
        }

        var caller = context.User.Caller();
        var (page, patients) = await list.FindAsync(caller.TenantId, caller.AccountId, order == "unseen", cursor, limit, cancellation);
        if (patients.Length > 0)
        {
            await trail.RecordAsync(AuditEntry.Of(context, AuditActions.ReadNotifications) with { Patients = patients }, cancellation);
        }

        return TypedResults.Ok(page);
    }

    private static async Task<Results<Accepted<QueuedResponse>, ProblemHttpResult>> TestAsync(
        TestNotificationRequest? request, HttpContext context, TenantDatabase database, INotifier notifier, IAuditTrail trail, TimeProvider time, CancellationToken cancellation)
    {
        if (!AlertPriorities.TryParse(request?.Priority ?? "high", out var priority))
        {
            return Problems.InvalidParameter("priority must be high, medium or low.");
        }

        var caller = context.User.Caller();
        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        await using (var count = transaction.Command(CountTests, caller.AccountId, time.GetUtcNow().AddMinutes(-1).UtcDateTime))
        {
            if ((long)(await count.ExecuteScalarAsync(cancellation))! >= TestsPerMinute)
            {
                context.Response.Headers.RetryAfter = "60";
                return TypedResults.Problem(statusCode: 429, type: "urn:wardwatch:too-many-requests", title: "Too many tests", detail: $"At most {TestsPerMinute} tests a minute.");
            }
        }

        var test = new NewNotification(caller.TenantId, caller.AccountId, NotificationKinds.Test, priority, "Test", "If you read this, notifications reach you here.");
        var queued = await notifier.QueueAsync(transaction.Connection, [test], cancellation);
        await trail.RecordAsync(transaction.Connection, AuditEntry.Of(context, AuditActions.TestNotification), cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.Accepted("/api/notifications", new QueuedResponse(queued[0].ToString()));
    }

    private static Task<Results<NoContent, ProblemHttpResult>> DeliveredAsync(string id, ReceiptRequest? request, ClaimsPrincipal user, Receipts receipts, CancellationToken cancellation) =>
        NoteAsync(id, request, user, receipts, seen: false, cancellation);

    private static Task<Results<NoContent, ProblemHttpResult>> SeenAsync(string id, ReceiptRequest? request, ClaimsPrincipal user, Receipts receipts, CancellationToken cancellation) =>
        NoteAsync(id, request, user, receipts, seen: true, cancellation);

    private static async Task<Results<NoContent, ProblemHttpResult>> NoteAsync(string id, ReceiptRequest? request, ClaimsPrincipal user, Receipts receipts, bool seen, CancellationToken cancellation)
    {
        var channel = request?.Channel ?? ChannelNames.InApp;
        if (channel is not (ChannelNames.InApp or ChannelNames.Push or ChannelNames.Mail))
        {
            return Problems.InvalidParameter("channel must be in-app, push or mail.");
        }

        Guid? subscription = null;
        if (request?.Subscription is { } text)
        {
            if (!Guid.TryParse(text, out var parsed))
            {
                return Problems.InvalidParameter("subscription must be the id of a subscription.");
            }

            subscription = parsed;
        }

        var caller = user.Caller();
        return Guid.TryParse(id, out var notification) && await receipts.NoteAsync(caller.TenantId, caller.AccountId, notification, channel, subscription, seen, cancellation)
            ? TypedResults.NoContent()
            : TypedResults.Problem(statusCode: 404, type: "urn:wardwatch:notification-not-found", title: "There is no such notification");
    }
}
