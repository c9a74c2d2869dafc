using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.Platform.Contracts;

/// <summary>Traces over OTLP: configuration section <c>Wardwatch:Telemetry</c>, environment <c>Wardwatch__Telemetry__Name</c>. Off unless an endpoint is set.</summary>
public sealed class TelemetryOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wardwatch:Telemetry";

    /// <summary>OpenTelemetry's own setting of the endpoint, taken where <see cref="OtlpEndpoint"/> is not set.</summary>
    public const string StandardVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Where a collector takes OTLP over HTTP, without <c>/v1/traces</c>: <c>http://collector:4318</c>. Empty: nothing is traced.</summary>
    public string? OtlpEndpoint { get; set; }

    /// <summary>One reading is followed each so many seconds, besides those that a device asks for; 0: only those.</summary>
    [Range(0, 86_400)]
    public double ReadingSeconds { get; set; } = 1;

    /// <summary>The share of requests that are followed.</summary>
    [Range(0, 1)]
    public double RequestShare { get; set; } = 0.05;

    /// <summary>The endpoint in force; null: nothing is traced.</summary>
    public static Uri? EndpointOf(IConfiguration configuration)
    {
        var given = configuration[$"{Section}:{nameof(OtlpEndpoint)}"];
        var text = string.IsNullOrWhiteSpace(given) ? configuration[StandardVariable] : given;
        return string.IsNullOrWhiteSpace(text) ? null
            : Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri
            : throw new StartupException($"'{text}' is not where a collector could be.", $"{Section}:{nameof(OtlpEndpoint)} looks like http://collector:4318.");
    }
}
