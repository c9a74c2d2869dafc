using Wardwatch.Server.Notifications.Contracts;

namespace Wardwatch.Server.Notifications.Channels;

/// <summary>The ways by which somebody is told, as they stand in the API and in the database.</summary>
internal static class ChannelNames
{
    /// <summary>On the screens of the signed-in application: always.</summary>
    public const string InApp = "in-app";

    /// <summary>On the lock screens of browsers and phones (RFC 8030).</summary>
    public const string Push = "push";

    /// <summary>By mail.</summary>
    public const string Mail = "mail";

    /// <summary>To another system.</summary>
    public const string Webhook = "webhook";

    /// <summary>What somebody may choose for medium and low priority.</summary>
    public static IReadOnlyList<string> Chosen { get; } = [Push, Mail];
}

/// <summary>What a notification is about.</summary>
internal static class NotificationKinds
{
    /// <summary>Does it ring?</summary>
    public const string Test = "test";

    /// <summary>Proves the alert path to a page that asked for it: goes nowhere else and stands in no list.</summary>
    public const string Canary = NotificationEvents.CanaryKind;

    /// <summary>Every kind that a webhook may ask for.</summary>
    public static IReadOnlyList<string> All { get; } = ["assigned", "escalated", "re-alert", "overdue", "coverage", "digest", Test];
}
