namespace Wardwatch.Server.Operations;

/// <summary>What whoever runs an installation looks after: what could not be believed, or not be handled.</summary>
public static class OperationsModule
{
    /// <summary>Adds the replay of devices' messages.</summary>
    public static void AddOperations(IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<DeadLetterList>();
        builder.Services.AddSingleton<DeviceReplays>();
    }

    /// <summary>Maps <c>/api/dead-letters</c>.</summary>
    public static void MapOperations(IEndpointRouteBuilder routes) => DeadLetterEndpoints.Map(routes);
}
