namespace Wardwatch.Server.Alerts;

/// <summary>Alert conditions: what was raised, by which limits, and what staff did about it.</summary>
public static class AlertsModule
{
    /// <summary>Adds what every process needs.</summary>
    public static void AddAlerts(IHostApplicationBuilder builder)
    {
    }

    /// <summary>Maps its endpoints.</summary>
    public static void MapAlerts(IEndpointRouteBuilder routes)
    {
    }
}
