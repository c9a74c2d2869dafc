namespace Wardwatch.Server.Notifications;

/// <summary>Carries news to members of staff.</summary>
public static class NotificationsModule
{
    /// <summary>Adds what every process needs.</summary>
    public static void AddNotifications(IHostApplicationBuilder builder)
    {
    }

    /// <summary>Adds what sends.</summary>
    public static void AddNotificationWork(IHostApplicationBuilder builder)
    {
    }

    /// <summary>Maps its endpoints.</summary>
    public static void MapNotifications(IEndpointRouteBuilder routes)
    {
    }
}
