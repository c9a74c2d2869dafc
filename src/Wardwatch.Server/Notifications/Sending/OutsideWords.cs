using Wardwatch.Clinical.Alerts;

namespace Wardwatch.Server.Notifications.Sending;

/// <summary>All that is said where somebody else may read it, as on a lock screen: that there is something, and how urgent it is. Nothing of patients, beds, wards.</summary>
internal static class OutsideWords
{
    /// <summary>One line.</summary>
    /// <param name="kind">The notification's kind.</param>
    /// <param name="priority">Its priority.</param>
    /// <param name="gathered">How many notifications it stands for; 0: one.</param>
    public static string Line(string kind, AlertPriority priority, int gathered)
    {
        if (gathered > 1)
        {
            return $"{gathered} notifications. Open Wardwatch.";
        }

        if (kind == Channels.NotificationKinds.Test)
        {
            return "Test notification. Open Wardwatch.";
        }

        return priority switch
        {
            AlertPriority.High => "High-priority alert. Open Wardwatch.",
            AlertPriority.Medium => "Medium-priority alert. Open Wardwatch.",
            _ => "Notification. Open Wardwatch.",
        };
    }
}
