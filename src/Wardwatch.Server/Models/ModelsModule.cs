using Wardwatch.Server.Models.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Models;

/// <summary>Trained models: kept, listed, put in force.</summary>
public static class ModelsModule
{
    /// <summary>Adds the models; the first start keeps the one that ships with the product.</summary>
    public static void AddModels(IHostApplicationBuilder builder)
    {
        DirectoryChanges.AddTo(builder.Services);
        builder.Services.AddSingleton<ModelRegistry>();
        builder.Services.AddSingleton<AnomalyModels>();
        builder.Services.AddSingleton<IAnomalyModels>(services => services.GetRequiredService<AnomalyModels>());
        builder.Services.AddHostedService(services => services.GetRequiredService<AnomalyModels>());
    }

    /// <summary>Maps <c>/api/models</c>.</summary>
    public static void MapModels(IEndpointRouteBuilder routes) => ModelEndpoints.Map(routes);
}
