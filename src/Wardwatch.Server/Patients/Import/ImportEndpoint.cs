using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Patients.Import;

/// <summary>Importing a table of patients.</summary>
internal static class ImportEndpoint
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var seconds = routes.ServiceProvider.GetRequiredService<IOptions<PatientsOptions>>().Value.ImportSeconds;
        routes.MapPost("/api/patients/import", RunAsync).RequireAuthorization(Permissions.ImportPatients).WithTags("Patients").WithName("importPatients")
            .WithSummary("Register the patients of a table (text/csv): all of them or none.").WithRequestTimeout(TimeSpan.FromSeconds(seconds));
    }

    private static async Task<Results<Ok<ImportReport>, ProblemHttpResult>> RunAsync(
        HttpContext context, PatientImport import, IOptions<PatientsOptions> options, bool dryRun = false, CancellationToken cancellation = default)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || !type.MediaType.Equals("text/csv", StringComparison.OrdinalIgnoreCase))
        {
            return TypedResults.Problem(statusCode: 415, type: "urn:wardwatch:unsupported-media-type", title: "The body must be text/csv");
        }

        // Before the first byte is read: a table is longer than any other body.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = options.Value.MostImportBytes;
        }

        var by = new Actor(AuditEntry.Of(context, AuditActions.ImportPatients), context.User.Caller().Name);
        var report = await import.RunAsync(by, context.Request.Body, dryRun, progress: null, cancellation);
        return report.ProblemCount == 0
            ? TypedResults.Ok(report)
            : TypedResults.Problem(
                statusCode: 422, type: "urn:wardwatch:import-refused", title: "Nothing was imported: the table has problems",
                extensions: new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    ["rows"] = report.Rows,
                    ["registered"] = report.Registered,
                    ["unchanged"] = report.Unchanged,
                    ["problems"] = report.Problems,
                    ["problemCount"] = report.ProblemCount,
                });
    }
}
