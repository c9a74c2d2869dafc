namespace Wardwatch.Server.Incidents;

/// <summary>The work that alerts cause: who responds, since when, with what result.</summary>
public static class IncidentsModule
{
    /// <summary>Adds what every process needs.</summary>
    public static void AddIncidents(IHostApplicationBuilder builder)
    {
    }

    /// <summary>Adds what opens, assigns and escalates.</summary>
    public static void AddIncidentWork(IHostApplicationBuilder builder)
    {
    }

    /// <summary>Maps its endpoints.</summary>
    public static void MapIncidents(IEndpointRouteBuilder routes)
    {
    }
}
