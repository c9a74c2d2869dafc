using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;

namespace Wardwatch.Server.Models;

/// <summary>A version of the anomaly model.</summary>
/// <param name="Name">What it is called; scores name it.</param>
/// <param name="Active">Whether it is the one in force.</param>
/// <param name="Features">What it looks at, by wire key.</param>
/// <param name="TrainedOn">What the rows were, in words.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="Trees">Trees in the forest.</param>
/// <param name="SampleSize">Rows drawn for each tree.</param>
/// <param name="Seed">With the same rows and seed the same forest grows; a text, since it may be larger than a number in JavaScript.</param>
/// <param name="CreatedAt">When it was trained.</param>
/// <param name="Note">Anything else worth knowing.</param>
internal sealed record AnomalyModelResponse(
    string Name, bool Active, IReadOnlyList<string> Features, string TrainedOn, long Rows, int Trees, int SampleSize, string Seed, DateTimeOffset CreatedAt, string Note)
{
    public static AnomalyModelResponse Of(ModelVersion version)
    {
        var document = version.Document;
        return new(
            document.Name, version.Active, document.FeatureNames, document.TrainedOn, document.RowCount,
            document.Forest.TreeCount, document.Forest.SampleSize, document.Seed.ToString(), document.CreatedAt, document.Note);
    }
}

/// <summary>A page of models, newest first.</summary>
internal sealed record AnomalyModelPage(IReadOnlyList<AnomalyModelResponse> Items, string? Next);

/// <summary>What models there are.</summary>
internal static class ModelEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/models/anomaly", List).RequireAuthorization(Permissions.ReadModels).WithTags("Models").WithName("listAnomalyModels").WithSummary("The versions of the anomaly model, newest first.");

    private static Ok<AnomalyModelPage> List(AnomalyModels models) =>
        TypedResults.Ok(new AnomalyModelPage([.. models.Versions.Select(AnomalyModelResponse.Of)], Next: null));
}
