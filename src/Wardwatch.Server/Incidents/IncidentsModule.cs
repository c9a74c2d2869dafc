using Microsoft.Extensions.Options;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Incidents.Coverage;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Timers.Contracts;

namespace Wardwatch.Server.Incidents;

/// <summary>The work that alerts cause: who responds, since when, with what result.</summary>
public static class IncidentsModule
{
    /// <summary>Adds what reads incidents and takes steps.</summary>
    public static void AddIncidents(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<IncidentsOptions>().BindConfiguration(IncidentsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IncidentsMetrics>();
        services.AddSingleton<IncidentTools>();
        services.AddSingleton<IncidentActions>();
        services.AddSingleton<CoverageCheck>();
    }

    /// <summary>Adds what tells screens.</summary>
    public static void AddShownIncidents(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<ShownIncidents>();
        services.AddSingleton<IEventObserver>(provider => provider.GetRequiredService<ShownIncidents>());
        services.AddHostedService(provider => provider.GetRequiredService<ShownIncidents>());
    }

    /// <summary>Adds what opens, assigns and carries on.</summary>
    public static void AddIncidentWork(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<IEventConsumer, IncidentsConsumer>();
        services.AddSingleton<ITimerHandler, StepTimer>();
        services.AddSingleton<ITimerHandler, ReAlertTimer>();
        services.AddSingleton<ITimerHandler, ResponseTimer>();
        services.AddSingleton<ITimerHandler, CloseTimer>();
        services.AddSingleton<ITimerHandler, ArchiveTimer>();
        services.AddSingleton<ITimerHandler>(provider => provider.GetRequiredService<CoverageCheck>());
        services.AddHostedService<CoverageWatch>();
        services.AddSingleton(provider => new RetentionRule("incidents", "select prune_incidents($1, $2)", provider.GetRequiredService<IOptions<IncidentsOptions>>().Value.RetentionDays));
        services.AddHostedService<RetentionKeeper>();
    }

    /// <summary>Maps <c>/api/incidents</c> and <c>/api/oncall/coverage</c>.</summary>
    public static void MapIncidents(IEndpointRouteBuilder routes)
    {
        IncidentEndpoints.Map(routes);
        CoverageEndpoint.Map(routes);
        Handovers.HandoverEndpoints.Map(routes);
    }
}
