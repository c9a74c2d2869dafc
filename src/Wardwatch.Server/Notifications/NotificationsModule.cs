using Wardwatch.Server.Notifications.Contracts;
using Wardwatch.Server.Notifications.Mail;
using Wardwatch.Server.Notifications.Outside;
using Wardwatch.Server.Notifications.Push;
using Wardwatch.Server.Notifications.Sending;
using Wardwatch.Server.Notifications.Webhooks;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications;

/// <summary>Carries news to members of staff.</summary>
public static class NotificationsModule
{
    /// <summary>Adds what every process needs.</summary>
    public static void AddNotifications(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<NotificationsOptions>().BindConfiguration(NotificationsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<NotificationsState>();
        services.AddSingleton<NotificationsMetrics>();
        services.AddSingleton<Notifier>();
        services.AddSingleton<INotifier>(provider => provider.GetRequiredService<Notifier>());
        services.AddSingleton<IReceipts>(provider => provider.GetRequiredService<Notifier>());
        services.AddSingleton<NotificationList>();
        services.AddSingleton<Receipts>();
        services.AddSingleton<RuleStore>();
        services.AddSingleton<DeliveryList>();
        services.AddSingleton<GuardedHttp>();
        services.AddSingleton<PushKeys>();
        services.AddSingleton<SubscriptionStore>();
        services.AddSingleton<WebhookStore>();
    }

    /// <summary>Adds what sends.</summary>
    public static void AddNotificationWork(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        DirectoryChanges.AddTo(services);
        services.AddSingleton<AttemptStore>();
        services.AddSingleton<Destinations>();
        services.AddSingleton<MailTransport>();
        services.AddSingleton<IChannelSender, PushSender>();
        services.AddSingleton<IChannelSender, MailSender>();
        services.AddSingleton<IChannelSender, WebhookSender>();
        services.AddHostedService<NotificationSender>();
        services.AddHostedService<NotificationKeeper>();
        services.AddHealthChecks().AddCheck<NotificationsHealthCheck>("notifications");
    }

    /// <summary>Maps its endpoints.</summary>
    public static void MapNotifications(IEndpointRouteBuilder routes)
    {
        NotificationEndpoints.Map(routes);
        RuleEndpoints.Map(routes);
        PushEndpoints.Map(routes);
        WebhookEndpoints.Map(routes);
        DeliveryEndpoints.Map(routes);
    }
}
