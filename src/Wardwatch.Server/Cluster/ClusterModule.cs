using Microsoft.Extensions.DependencyInjection.Extensions;
using Wardwatch.Server.Cluster.Contracts;
using Wardwatch.Server.Cluster.Queue;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster;

/// <summary>Several processes that are one server: envelopes between them over a broker.</summary>
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
        if (EnvelopeWay.IsOverBroker(builder))
        {
            services.AddSingleton(new NodeName($"{Environment.MachineName}:{Environment.ProcessId}"));
            services.AddSingleton<ClusterMetrics>();
            services.AddSingleton<PartitionTable>();
            services.AddSingleton<IBrokerTopology, EnvelopeTopology>();
            services.AddSingleton<PartitionWatch>();
            services.AddSingleton<IPartitionOverview>(provider => provider.GetRequiredService<PartitionWatch>());
            services.AddHostedService(provider => provider.GetRequiredService<PartitionWatch>());
            services.AddHealthChecks().Add(new("partitions", provider => provider.GetRequiredService<PartitionWatch>(), failureStatus: null, tags: null));
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
}
