using Microsoft.Extensions.Options;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Analytics;

/// <summary>Figures of wards and hours, kept by a consumer of events.</summary>
public static class AnalyticsModule
{
    /// <summary>Adds the consumer and what reads.</summary>
    public static void AddAnalytics(IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<AnalyticsOptions>().BindConfiguration(AnalyticsOptions.Section).ValidateDataAnnotations()
            .Validate(options => TimeZoneInfo.TryFindSystemTimeZoneById(options.TimeZone, out _), "Wardwatch:Analytics:TimeZone must be the IANA name of a time zone, such as Europe/Berlin.")
            .ValidateOnStart();
        builder.Services.AddSingleton<IEventConsumer, AnalyticsConsumer>();
        builder.Services.AddSingleton<FigureReader>();
        builder.Services.AddSingleton<AlertLoadReader>();
        builder.Services.AddSingleton<AlertBudgetStore>();
    }

    /// <summary>Adds what sums up.</summary>
    public static void AddAnalyticsWork(IHostApplicationBuilder builder)
    {
        builder.Services.AddHostedService<ChangeFolding>();
        builder.Services.AddSingleton(provider => new RetentionRule("alert-load", "select prune_alert_load($1, $2)", provider.GetRequiredService<IOptions<AnalyticsOptions>>().Value.AlertDays));
        builder.Services.AddHostedService<RetentionKeeper>();
    }

    /// <summary>Maps <c>/api/analytics</c> and wards' budgets of alerts.</summary>
    public static void MapAnalytics(IEndpointRouteBuilder routes)
    {
        AnalyticsEndpoints.Map(routes);
        AlertLoadEndpoints.Map(routes);
    }
}
