using System.Text.Json;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Notifications.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Live;

/// <summary>
/// Shows a member of staff's own notifications on that person's screens, on whichever node they are. A test of the alert path is shown on the screens that asked for tests, whoever it
/// was addressed to, and on no others.
/// </summary>
internal sealed class LiveNotifications(Audience audience) : IEventObserver
{
    /// <inheritdoc />
    public IReadOnlyCollection<EventKind> Kinds { get; } = [NotificationEvents.Posted];

    /// <inheritdoc />
    public void Happened(DeliveredEvent delivered)
    {
        if (delivered.Content.Deserialize(NotificationEvents.Posted.Json) is { } posted)
        {
            // The same words as in the list of notifications, of which the page has the rest.
            var message = new PersonalNotificationMessage(
                posted.Notification.ToString(), posted.Kind, posted.Priority, posted.Title, posted.Text, posted.Incident?.ToString(), posted.Ward, posted.At, "sent");
            var json = WireJson.Bytes(message);
            audience.SendEvent(posted.Kind == NotificationEvents.CanaryKind
                ? new LiveMessage(LiveKind.Notification, delivered.Origin.TenantId, 0, posted.Ward, json) { IsTest = true }
                : new LiveMessage(LiveKind.Notification, delivered.Origin.TenantId, 0, posted.Ward, json) { Account = posted.Account });
        }
    }
}

/// <summary>A notification of one's own.</summary>
internal sealed record PersonalNotificationMessage(string Id, string Kind, string Priority, string Title, string Text, string? Incident, string? Ward, DateTimeOffset CreatedAt, string Stage);
