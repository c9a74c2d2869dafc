using Microsoft.Extensions.DependencyInjection.Extensions;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>Lanes: decrypt, check, score; the state of each patient.</summary>
public static class MonitoringModule
{
    /// <summary>Adds the lanes. History must have been added before, so that it stops after them.</summary>
    public static void AddMonitoring(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<MonitoringOptions>().BindConfiguration("Wardwatch:Monitoring").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => new PatientStates(provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<MonitoringOptions>>().Value));
        services.AddSingleton<IErasureObserver>(provider => provider.GetRequiredService<PatientStates>());
        services.AddSingleton<MonitoringMetrics>();
        services.AddSingleton<DevicePresence>();
        services.AddSingleton<IDevicePresence>(provider => provider.GetRequiredService<DevicePresence>());
        services.AddSingleton<IRemotePresence>(provider => provider.GetRequiredService<DevicePresence>());
        services.AddSingleton<Rebuild>();
        AddTrends(builder);
        services.AddSingleton<LaneFactory>();
        services.AddSingleton(provider => provider.GetRequiredService<MonitoringMetrics>().Wards);
        services.AddHostedService<VitalSignsReport>();
        if (EnvelopeWay.IsOverBroker(builder))
        {
            AddLanes<PartitionedLanes>(services);
            services.AddSingleton<IPartitionedLanes>(provider => provider.GetRequiredService<PartitionedLanes>());
        }
        else
        {
            AddLanes<Lanes>(services);
            services.AddSingleton<IEnvelopeQueue>(provider => provider.GetRequiredService<Lanes>());
        }
    }

    /// <summary>Adds what the live state's endpoints need besides.</summary>
    public static void AddTrends(IHostApplicationBuilder builder) => builder.Services.TryAddSingleton<RecentTrends>();

    private static void AddLanes<TLanes>(IServiceCollection services)
        where TLanes : class, IOwnPatients, INodeFigures, IHostedService
    {
        services.AddSingleton<TLanes>();
        services.AddSingleton<IOwnPatients>(provider => provider.GetRequiredService<TLanes>());
        services.AddSingleton<IPatientMonitor>(provider => provider.GetRequiredService<TLanes>());
        services.AddSingleton<INodeFigures>(provider => provider.GetRequiredService<TLanes>());
        services.AddHostedService(provider => provider.GetRequiredService<TLanes>());
    }

    /// <summary>Maps the live state's endpoints.</summary>
    public static void MapMonitoring(IEndpointRouteBuilder routes) => MonitoringEndpoints.Map(routes);
}
