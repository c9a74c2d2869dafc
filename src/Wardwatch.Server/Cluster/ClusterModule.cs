using Microsoft.Extensions.DependencyInjection.Extensions;
using Wardwatch.Server.Cluster.Contracts;
using Wardwatch.Server.Cluster.Live;
using Wardwatch.Server.Cluster.Nodes;
using Wardwatch.Server.Cluster.Queue;
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
        var (roles, brokered) = (ProcessRoles.Of(builder), BrokerLinks.AddTo(builder));
        services.AddOptions<ClusterOptions>().BindConfiguration(ClusterOptions.Section).ValidateDataAnnotations()
            .Validate(options => brokered || options.OverBroker is not true, $"{EnvelopeWay.Setting} needs {BrokerOptions.Section}:{nameof(BrokerOptions.Url)}.")
            .Validate(options => roles.AreAll || options.OverBroker is not false, $"{EnvelopeWay.Setting} cannot be false where the roles are split over processes.")
            .ValidateOnStart();
        DirectoryChanges.AddTo(services);
        services.AddSingleton<NodeIdentity>();
        services.AddSingleton<NodeList>();
        services.AddSingleton<NodeRegistry>();
        services.AddSingleton<INodes>(provider => provider.GetRequiredService<NodeRegistry>());
        services.AddHostedService(provider => provider.GetRequiredService<NodeRegistry>());
        services.AddHealthChecks().AddCheck<NodeHealthCheck>("node");
        if (EnvelopeWay.IsOverBroker(builder))
        {
            services.AddSingleton<IBrokerTopology, LiveTopology>();
            services.AddSingleton<LiveFeedMetrics>();
            AddPartitions(services);
        }
    }

    /// <summary>Adds the envelopes' way to the monitors, where it leads over the broker.</summary>
    public static void AddSending(IHostApplicationBuilder builder)
    {
        if (EnvelopeWay.IsOverBroker(builder))
        {
            builder.Services.AddSingleton<EnvelopeChannel>();
            builder.Services.AddSingleton<EnvelopeSender>();
            builder.Services.AddSingleton<IEnvelopeQueue>(provider => provider.GetRequiredService<EnvelopeSender>());
            builder.Services.AddHostedService(provider => provider.GetRequiredService<EnvelopeSender>());
            builder.Services.TryAddSingleton<IDevicePresence, NobodyWatches>();
        }
    }

    /// <summary>Adds the monitors' end of that way; monitoring must have been added before.</summary>
    public static void AddReceiving(IHostApplicationBuilder builder)
    {
        if (EnvelopeWay.IsOverBroker(builder))
        {
            builder.Services.AddSingleton<DirectoryCatchUp>();
            builder.Services.AddSingleton<PartitionOwner>();
            builder.Services.AddHostedService(provider => provider.GetRequiredService<PartitionOwner>());
        }
    }

    /// <summary>Adds what tells other processes' screens of this one's patients, and takes note of other processes' devices; monitoring must have been added before.</summary>
    public static void AddFeed(IHostApplicationBuilder builder)
    {
        if (EnvelopeWay.IsOverBroker(builder))
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
        if (EnvelopeWay.IsOverBroker(builder))
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
        if (EnvelopeWay.IsOverBroker(builder))
        {
            var services = builder.Services;
            services.AddSingleton<PresenceSender>();
            services.AddSingleton<IDevicePresence>(provider => provider.GetRequiredService<PresenceSender>());
            services.AddHostedService(provider => provider.GetRequiredService<PresenceSender>());
        }
    }

    private static void AddPartitions(IServiceCollection services)
    {
        services.AddSingleton(provider => new NodeName(provider.GetRequiredService<NodeIdentity>().Name));
        services.AddSingleton<ClusterMetrics>();
        services.AddSingleton<PartitionTable>();
        services.AddSingleton<IBrokerTopology, EnvelopeTopology>();
        services.AddSingleton<PartitionWatch>();
        services.AddSingleton<IPartitionOverview>(provider => provider.GetRequiredService<PartitionWatch>());
        services.AddHostedService(provider => provider.GetRequiredService<PartitionWatch>());
        services.AddHealthChecks().Add(new("partitions", provider => provider.GetRequiredService<PartitionWatch>(), failureStatus: null, tags: null));
    }
}
