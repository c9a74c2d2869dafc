using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Net.Http.Headers;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Web;

/// <summary>What a request may not bring, and how long its answer may take.</summary>
internal static class RequestGuards
{
    private static readonly PathString[] Streams = ["/ws", "/sse", "/hubs"];

    /// <summary>Adds the time that an answer may take.</summary>
    public static void AddRequestGuards(this IServiceCollection services)
    {
        services.AddRequestTimeouts();
        services.AddOptions<RequestTimeoutOptions>().Configure<Microsoft.Extensions.Options.IOptions<LimitsOptions>>((timeouts, limits) => timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = TimeSpan.FromSeconds(limits.Value.RequestSeconds),
            WriteTimeoutResponse = context => TypedResults.Problem(
                statusCode: StatusCodes.Status503ServiceUnavailable, type: "urn:wardwatch:took-too-long", title: "The answer took too long and was given up").ExecuteAsync(context),
        });
    }

    /// <summary>
    /// Refuses bodies that are compressed: nobody sends any, and a few kilobytes of one can stand for gigabytes.
    /// </summary>
    public static void UsePlainBodies(this IApplicationBuilder app) => app.Use((context, next) =>
        context.Request.Headers[HeaderNames.ContentEncoding] is [] or [""] or ["identity"]
            ? next(context)
            : TypedResults.Problem(statusCode: StatusCodes.Status415UnsupportedMediaType, type: "urn:wardwatch:unsupported-media-type", title: "The body must not be compressed").ExecuteAsync(context));

    /// <summary>Limits the time of answers, but of streams; it must stand behind routing, since an endpoint may ask for another.</summary>
    public static void UseAnswerTimes(this IApplicationBuilder app)
    {
        app.UseRequestTimeouts();
        app.Use((context, next) =>
        {
            if (Array.Exists(Streams, stream => context.Request.Path.StartsWithSegments(stream, StringComparison.OrdinalIgnoreCase)))
            {
                context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
            }

            return next(context);
        });
    }
}
