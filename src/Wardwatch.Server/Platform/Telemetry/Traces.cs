using System.Diagnostics;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Telemetry;

/// <summary>
/// Traces over OTLP, if an endpoint is set; without one nobody listens, and no activity is ever made. What is exported names no patient, no device and no
/// address of a request: of a request its pattern, of a statement its text with placeholders.
/// </summary>
internal static class Traces
{
    private const string RequestSource = "Microsoft.AspNetCore";
    private const string OwnSources = "Wardwatch.*";
    private const string DatabaseSource = "Npgsql";
    private const string TracesPath = "/v1/traces";

    /// <summary>Registers the exporter, and how lines of the log and requests find each other.</summary>
    /// <exception cref="StartupException">The endpoint is no address.</exception>
    public static void AddTraces(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<TelemetryOptions>().BindConfiguration(TelemetryOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        if (TelemetryOptions.EndpointOf(configuration) is { } endpoint)
        {
            services.AddSingleton(provider => Listen(endpoint, provider.GetRequiredService<IOptions<TelemetryOptions>>().Value));
            services.AddHostedService<TraceExport>();
        }
    }

    /// <summary>Gives each request its scope for the log, and its span what may be said of it. Stands outermost.</summary>
    public static void UseRequestNames(this WebApplication app)
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Wardwatch.Requests");
        app.Use(async (context, next) =>
        {
            using var scope = log.BeginScope(new RequestScope(context.TraceIdentifier));
            var activity = Activity.Current is { Source.Name: RequestSource, IsAllDataRequested: true } recorded ? recorded : null;
            try
            {
                await next(context);
            }
            finally
            {
                if (activity is not null)
                {
                    Describe(activity, context);
                }
            }
        });
    }

    private static void Describe(Activity activity, HttpContext context)
    {
        var route = context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } pattern } ? "/" + pattern.Trim('/') : null;
        activity.DisplayName = route is null ? context.Request.Method : $"{context.Request.Method} {route}";
        activity.SetTag("http.request.method", context.Request.Method);
        activity.SetTag("http.route", route);
        activity.SetTag("http.response.status_code", context.Response.StatusCode);
        if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
        {
            activity.SetStatus(ActivityStatusCode.Error);
        }
    }

    private static TracerProvider Listen(Uri endpoint, TelemetryOptions options) => Sdk.CreateTracerProviderBuilder()
        .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("wardwatch", serviceVersion: typeof(Traces).Assembly.GetName().Version?.ToString(3), serviceInstanceId: Environment.MachineName + "-" + Environment.ProcessId))
        .AddSource(OwnSources, RequestSource, DatabaseSource)
        .SetSampler(new TraceSampler(options.RequestShare))
        .AddProcessor(new OnlyNamedTags())
        .AddOtlpExporter(exporter =>
        {
            exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
            exporter.Endpoint = new Uri(endpoint.AbsoluteUri.TrimEnd('/') + TracesPath);
            exporter.BatchExportProcessorOptions.ScheduledDelayMilliseconds = 1000;
        })
        .Build();

    /// <summary>Listens from the start on, and sends what is left at the end.</summary>
    private sealed class TraceExport(TracerProvider traces) : IHostedService
    {
        private const int LastSendMilliseconds = 2000;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            traces.ForceFlush(LastSendMilliseconds);
            return Task.CompletedTask;
        }
    }
}

/// <summary>
/// What is followed: readings and events as was decided where they began, a share of the requests, and of the database what belongs to one of these. Whoever is
/// at the other end of a request has no say in it, or could have everything recorded.
/// </summary>
internal sealed class TraceSampler(double requestShare) : Sampler
{
    /// <summary>The root of a reading's trace.</summary>
    public const string Reading = "reading";

    private const string Request = "Microsoft.AspNetCore.Hosting.HttpRequestIn";

    private readonly TraceIdRatioBasedSampler _requests = new(requestShare);

    /// <inheritdoc />
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => samplingParameters.Name switch
    {
        Reading => new(SamplingDecision.RecordAndSample),
        Request => _requests.ShouldSample(in samplingParameters),
        _ => new((samplingParameters.ParentContext.TraceFlags & ActivityTraceFlags.Recorded) != ActivityTraceFlags.None ? SamplingDecision.RecordAndSample : SamplingDecision.Drop),
    };
}

/// <summary>Takes off what libraries say of their own accord: addresses, queries, clients, and why a statement failed.</summary>
internal sealed class OnlyNamedTags : BaseProcessor<Activity>
{
    private const string ExceptionEvent = "exception";

    private static readonly HashSet<string> Kept = new(StringComparer.Ordinal)
    {
        "http.request.method", "http.route", "http.response.status_code", "db.system.name", "db.system", "db.operation.name", "db.query.text", "db.statement", "db.query.summary", "error.type",
    };

    /// <inheritdoc />
    public override void OnEnd(Activity data)
    {
        foreach (var (name, _) in data.TagObjects.ToList())
        {
            if (!Kept.Contains(name) && !name.StartsWith("wardwatch.", StringComparison.Ordinal))
            {
                data.SetTag(name, null);
            }
        }

        if (data.Status == ActivityStatusCode.Error)
        {
            data.SetStatus(ActivityStatusCode.Error);
        }

        if (data.Events.Any(static happened => happened.Name == ExceptionEvent))
        {
            // Its message may hold what somebody typed, and events cannot be taken off one by one: the whole span is let go.
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }
}
