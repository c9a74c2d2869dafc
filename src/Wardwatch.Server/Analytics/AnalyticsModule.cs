using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Analytics;

/// <summary>Figures of wards and hours, kept by a consumer of events.</summary>
public static class AnalyticsModule
{
    /// <summary>Adds the consumer, what sums up, and what reads.</summary>
    public static void AddAnalytics(IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IEventConsumer, AnalyticsConsumer>();
        builder.Services.AddHostedService<ChangeFolding>();
        builder.Services.AddSingleton<FigureReader>();
    }

    /// <summary>Maps <c>/api/analytics</c>.</summary>
    public static void MapAnalytics(IEndpointRouteBuilder routes) => AnalyticsEndpoints.Map(routes);
}
