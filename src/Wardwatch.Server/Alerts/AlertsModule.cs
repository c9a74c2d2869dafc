using Microsoft.Extensions.Options;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Timers.Contracts;

namespace Wardwatch.Server.Alerts;

/// <summary>Alert conditions: what was raised, by which limits, and what staff did about them.</summary>
public static class AlertsModule
{
    /// <summary>Adds what every process needs.</summary>
    public static void AddAlerts(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        DirectoryChanges.AddTo(services);
        services.AddSingleton<AlertsMetrics>();
        services.AddSingleton<AlertLimits>();
        services.AddHostedService(provider => provider.GetRequiredService<AlertLimits>());
        services.AddSingleton<IAlertBook, AlertBook>();
        services.AddSingleton<AlertRows>();
        services.AddSingleton<StaffActs>();
        services.AddSingleton<IAlerts>(provider => provider.GetRequiredService<StaffActs>());
        services.AddSingleton<IMoveParticipant, AlertMoves>();
        services.AddSingleton<ITimerHandler, SilenceTimer>();
    }

    /// <summary>Adds what removes alerts that are past their time.</summary>
    public static void AddAlertWork(IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<AlertsOptions>().BindConfiguration(AlertsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(provider => new RetentionRule("alerts", "select prune_alerts($1, $2)", provider.GetRequiredService<IOptions<AlertsOptions>>().Value.RetentionDays));
        builder.Services.AddHostedService<RetentionKeeper>();
    }

    /// <summary>Adds what screens show.</summary>
    public static void AddActiveAlerts(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<AlertReader>();
        services.AddSingleton<LimitStore>();
        services.AddSingleton<ShownAlerts>();
        services.AddSingleton<IActiveAlerts>(provider => provider.GetRequiredService<ShownAlerts>());
        services.AddSingleton<IErasureObserver>(provider => provider.GetRequiredService<ShownAlerts>());
        services.AddSingleton<ActiveAlerts>();
        services.AddSingleton<IEventObserver>(provider => provider.GetRequiredService<ActiveAlerts>());
        services.AddHostedService(provider => provider.GetRequiredService<ActiveAlerts>());
    }

    /// <summary>Maps its endpoints.</summary>
    public static void MapAlerts(IEndpointRouteBuilder routes)
    {
        AlertEndpoints.Map(routes);
        LimitEndpoints.Map(routes);
        SoundEndpoints.Map(routes);
    }
}
