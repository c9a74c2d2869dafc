using Wardwatch.Server.Operations.Running;

namespace Wardwatch.Server.Operations;

/// <summary>What whoever runs an installation looks after: what runs, and what could not be believed or handled.</summary>
public static class OperationsModule
{
    /// <summary>Adds what reads the state of the installation and the replay of devices' messages.</summary>
    public static void AddOperations(IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<DeadLetterList>();
        builder.Services.AddSingleton<DeviceReplays>();
        builder.Services.AddSingleton<SystemReader>();
    }

    /// <summary>Maps <c>/api/dead-letters</c> and <c>/api/system</c>.</summary>
    public static void MapOperations(IEndpointRouteBuilder routes)
    {
        DeadLetterEndpoints.Map(routes);
        SystemEndpoints.Map(routes);
    }
}
