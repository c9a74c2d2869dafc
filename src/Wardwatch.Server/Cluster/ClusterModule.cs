using Wardwatch.Server.Cluster.Contracts;
using Wardwatch.Server.Cluster.Live;
using Wardwatch.Server.Cluster.Nodes;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster;

/// <summary>Several processes that are one server: who is there, envelopes between them over a broker, and what screens of any of them show.</summary>
public static class ClusterModule
{
    /// <summary>Adds what every process needs.</summary>
    public static void AddCluster(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ClusterOptions>().BindConfiguration(ClusterOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        BrokerLinks.AddTo(builder);
        DirectoryChanges.AddTo(services);
        services.AddSingleton<NodeIdentity>();
        services.AddSingleton<NodeList>();
        services.AddSingleton<NodeRegistry>();
        services.AddSingleton<INodes>(provider => provider.GetRequiredService<NodeRegistry>());
        services.AddHostedService(provider => provider.GetRequiredService<NodeRegistry>());
        services.AddHealthChecks().AddCheck<NodeHealthCheck>("node");
        if (IsSpread(builder))
        {
            services.AddSingleton<IBrokerTopology, LiveTopology>();
            services.AddSingleton<LiveFeedMetrics>();
        }
    }

    /// <summary>Adds the envelopes' way to the monitors, where it leads over the broker.</summary>
    public static void AddSending(IHostApplicationBuilder builder)
    {
    }

    /// <summary>Adds the monitors' end of that way; monitoring must have been added before.</summary>
    public static void AddReceiving(IHostApplicationBuilder builder)
    {
    }

    /// <summary>Adds what tells other processes' screens of this one's patients, and takes note of other processes' devices; monitoring must have been added before.</summary>
    public static void AddFeed(IHostApplicationBuilder builder)
    {
        if (IsSpread(builder))
        {
            var services = builder.Services;
            services.AddSingleton<StateChanges>();
            services.AddSingleton<IMonitoringObserver>(provider => provider.GetRequiredService<StateChanges>());
            services.AddHostedService<StateSender>();
            services.AddHostedService<PresenceReceiver>();
        }
    }

    /// <summary>Adds the state of other processes' patients, for screens; monitoring, if it is in this process, must have been added before, and what shows it after.</summary>
    public static void AddMirror(IHostApplicationBuilder builder)
    {
        if (IsSpread(builder))
        {
            var services = builder.Services;
            services.AddSingleton<MirroredPatients>();
            services.AddSingleton<IErasureObserver>(provider => provider.GetRequiredService<MirroredPatients>());
            services.AddSingleton<FeedState>();
            services.AddSingleton<IStorageState>(provider => provider.GetRequiredService<FeedState>());
            services.AddSingleton<IPatientMonitor, PatientMirror>();
            services.AddSingleton<StateReceiver>();
            services.AddHostedService(provider => provider.GetRequiredService<StateReceiver>());
            services.AddHealthChecks().AddCheck<FeedHealthCheck>("live-feed");
        }
    }

    /// <summary>Adds what tells the monitors which devices are connected here; the gateway must come after.</summary>
    public static void AddPresence(IHostApplicationBuilder builder)
    {
        if (IsSpread(builder))
        {
            var services = builder.Services;
            services.AddSingleton<PresenceSender>();
            services.AddSingleton<IDevicePresence>(provider => provider.GetRequiredService<PresenceSender>());
            services.AddHostedService(provider => provider.GetRequiredService<PresenceSender>());
        }
    }

    /// <summary>Whether patients are spread over processes, with a broker between.</summary>
    internal static bool IsSpread(IHostApplicationBuilder builder) => BrokerOptions.IsSet(builder.Configuration)
        && (builder.Configuration.GetValue<bool?>($"{ClusterOptions.Section}:{nameof(ClusterOptions.OverBroker)}") ?? !ProcessRoles.Of(builder).AreAll);
}
