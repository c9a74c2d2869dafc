using Wardwatch.Server.AlertPath.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.AlertPath;

/// <summary>
/// Proves every few minutes, for each ward, that an alert gets from a device to a screen: a virtual device sends, everything between does what it does with every alert, and a
/// receiver with a live connection notes the arrival.
/// </summary>
public static class AlertPathModule
{
    /// <summary>Adds what every process knows of it.</summary>
    public static void AddAlertPath(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<AlertPathOptions>().BindConfiguration(AlertPathOptions.Section).ValidateDataAnnotations()
            .Validate(set => set.LateSeconds <= set.BrokenSeconds, $"{AlertPathOptions.Section}:{nameof(AlertPathOptions.LateSeconds)} must not be more than {nameof(AlertPathOptions.BrokenSeconds)}.")
            .ValidateOnStart();
        DirectoryChanges.AddTo(services);
        services.AddSingleton<DeviceDoor>();
        services.AddSingleton<ProbeToken>();
        services.AddSingleton<AlertPathStore>();
        services.AddSingleton<AlertPathDirectory>();
        services.AddSingleton<IAlertPaths>(provider => provider.GetRequiredService<AlertPathDirectory>());
        services.AddHostedService(provider => provider.GetRequiredService<AlertPathDirectory>());
    }

    /// <summary>Adds the virtual devices, where devices connect.</summary>
    public static void AddProbe(IHostApplicationBuilder builder) => builder.Services.AddHostedService<PathProbe>();

    /// <summary>Adds the receiver, where screens connect.</summary>
    public static void AddReceiver(IHostApplicationBuilder builder) => builder.Services.AddHostedService<PathReceiver>();

    /// <summary>Adds what prepares the wards and raises the alert.</summary>
    public static void AddWatch(IHostApplicationBuilder builder) => builder.Services.AddHostedService<PathWatch>();

    /// <summary>Maps <c>/health/alert-path</c> and <c>/api/alert-path</c>.</summary>
    public static void MapAlertPath(IEndpointRouteBuilder routes) => AlertPathEndpoints.Map(routes);
}
