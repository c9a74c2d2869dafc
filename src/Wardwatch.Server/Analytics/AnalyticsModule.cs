using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Analytics;

/// <summary>Figures of wards and hours, kept by a consumer of events.</summary>
public static class AnalyticsModule
{
    /// <summary>Adds the consumer and what reads.</summary>
    public static void AddAnalytics(IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IEventConsumer, AnalyticsConsumer>();
        builder.Services.AddSingleton<FigureReader>();
    }

    /// <summary>Adds what sums up.</summary>
    public static void AddAnalyticsWork(IHostApplicationBuilder builder) => builder.Services.AddHostedService<ChangeFolding>();

    /// <summary>Maps <c>/api/analytics</c>.</summary>
    public static void MapAnalytics(IEndpointRouteBuilder routes) => AnalyticsEndpoints.Map(routes);
}
