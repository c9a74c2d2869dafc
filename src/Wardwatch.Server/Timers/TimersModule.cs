using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Timers.Contracts;

namespace Wardwatch.Server.Timers;

/// <summary>Timers that survive restarts: rows with a due time, set in the transaction that wants them, acted on by whichever node is there.</summary>
public static class TimersModule
{
    /// <summary>Adds <see cref="ITimers"/>, which sets them.</summary>
    public static void AddTimers(IHostApplicationBuilder builder) => builder.Services.AddSingleton<ITimers, TimerSetting>();

    /// <summary>Adds what fires them. Every module that has handlers (<see cref="ITimerHandler"/>) belongs to the same process.</summary>
    public static void AddTimerWork(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<TimersOptions>().BindConfiguration(TimersOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        DirectoryChanges.AddTo(services);
        services.AddSingleton<TimersState>();
        services.AddSingleton<TimersMetrics>();
        services.AddSingleton<TimerFiring>();
        services.AddSingleton<TimerPoller>();
        services.AddHostedService(provider => provider.GetRequiredService<TimerPoller>());
        services.AddHealthChecks().AddCheck<TimersHealthCheck>("timers");
    }
}
