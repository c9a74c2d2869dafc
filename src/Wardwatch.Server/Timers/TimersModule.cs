namespace Wardwatch.Server.Timers;

/// <summary>Timers that survive restarts.</summary>
public static class TimersModule
{
    /// <summary>Adds what every process needs.</summary>
    public static void AddTimers(IHostApplicationBuilder builder)
    {
    }

    /// <summary>Adds what fires them.</summary>
    public static void AddTimerWork(IHostApplicationBuilder builder)
    {
    }
}
