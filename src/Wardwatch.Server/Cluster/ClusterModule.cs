using Microsoft.Extensions.Options;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster;

/// <summary>Several processes that are one server: envelopes between them over a broker.</summary>
public static class ClusterModule
{
    /// <summary>Adds what every process needs.</summary>
    public static void AddCluster(IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ClusterOptions>().BindConfiguration(ClusterOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        BrokerLinks.AddTo(builder);
    }

    /// <summary>Adds the envelopes' way to the monitors, where it leads over the broker.</summary>
    public static void AddSending(IHostApplicationBuilder builder)
    {
    }

    /// <summary>Adds the monitors' end of that way; monitoring must have been added before.</summary>
    public static void AddReceiving(IHostApplicationBuilder builder)
    {
    }
}
