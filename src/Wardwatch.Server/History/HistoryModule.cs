using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.History;

/// <summary>Group commit in; ranges and trends out.</summary>
public static class HistoryModule
{
    /// <summary>Adds committer, store and partitions.</summary>
    public static void AddHistory(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<HistoryOptions>().BindConfiguration("Wardwatch:History").ValidateDataAnnotations().ValidateOnStart()
            .Validate(options => options.RetentionDays is 0 or >= 9, "Wardwatch:History:RetentionDays must be 0 or at least 9: a reading may come 7 days late.");
        services.AddSingleton<HistoryMetrics>();
        services.AddSingleton<StorageState>();
        services.AddSingleton<IOwnStorage>(provider => provider.GetRequiredService<StorageState>());
        services.AddSingleton<IStorageState>(provider => provider.GetRequiredService<StorageState>());
        services.AddSingleton<BatchRepair>();
        services.AddSingleton<CompanionCommit>();
        services.AddSingleton<PartitionKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<PartitionKeeper>());
        services.AddSingleton<Committer>();
        services.AddSingleton<ICommitter>(provider => provider.GetRequiredService<Committer>());
        services.AddHostedService(provider => provider.GetRequiredService<Committer>());
        services.AddSingleton<INodeFigures>(provider => provider.GetRequiredService<Committer>());
        services.AddSingleton<IReadingStore, ReadingStore>();
        services.AddHealthChecks().AddCheck<StorageHealthCheck>("storage");
    }

    /// <summary>Maps the history's endpoint.</summary>
    public static void MapHistory(IEndpointRouteBuilder routes) => HistoryEndpoints.Map(routes);
}
