namespace Wardwatch.Server.OnCall;

/// <summary>Who is on duty: schedules, rotations, overrides.</summary>
public static class OnCallModule
{
    /// <summary>Adds what every process needs.</summary>
    public static void AddOnCall(IHostApplicationBuilder builder)
    {
    }

    /// <summary>Maps its endpoints.</summary>
    public static void MapOnCall(IEndpointRouteBuilder routes)
    {
    }
}
