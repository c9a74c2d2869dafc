using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Web;

/// <summary>The interface described for programs (OpenAPI 3.1) and for people (Swagger UI). Neither needs a sign-in: it is public with the source.</summary>
internal static class ApiDescription
{
    /// <summary>The page for people.</summary>
    public const string PagePath = "/api-docs";

    private const string DocumentPath = "/openapi/v1.json";
    private const string Scheme = "bearer";

    /// <summary>Registers the description.</summary>
    public static void AddApiDescription(this IServiceCollection services)
    {
        // Strict numbers among them: otherwise each integer is described as "integer or string", since a reader of JSON might take both.
        services.ConfigureHttpJsonOptions(json =>
        {
            WireJson.Apply(json.SerializerOptions);

            // Which of two members of one name counts, every program answers differently: what was checked must be what is used.
            json.SerializerOptions.AllowDuplicateProperties = false;
        });
        services.AddOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>().Configure<IOptions<LimitsOptions>>((json, limits) => json.SerializerOptions.MaxDepth = limits.Value.MaxJsonDepth);
        services.AddOpenApi("v1", options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.AddDocumentTransformer(Describe);
            options.AddOperationTransformer(RequireSignIn);
        });
    }

    /// <summary>Maps the document.</summary>
    public static void MapApiDescription(this IEndpointRouteBuilder routes) => routes.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();

    /// <summary>Serves the page.</summary>
    public static void UseApiPage(this IApplicationBuilder app) => app.UseSwaggerUI(page =>
    {
        page.RoutePrefix = PagePath[1..];
        page.DocumentTitle = "Wardwatch API";
        page.SwaggerEndpoint(DocumentPath, "Wardwatch API");
    });

    private static Task Describe(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        document.Info.Title = "Wardwatch API";
        document.Info.Version = "1";
        document.Info.Description = "Times are ISO 8601 in UTC, ids are opaque strings, errors are ProblemDetails with a stable type. Sign in at /api/auth/login and send the token as Authorization: Bearer.";
        document.Servers?.Clear();
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
        document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = Scheme, BearerFormat = "JWT" };
        return Task.CompletedTask;
    }

    private static Task RequireSignIn(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        if (!context.Description.ActionDescriptor.EndpointMetadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
        }

        return Task.CompletedTask;
    }
}
