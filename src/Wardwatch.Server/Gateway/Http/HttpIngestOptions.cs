using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.Gateway.Http;

/// <summary>Readings that come over HTTP.</summary>
public sealed class HttpIngestOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Wardwatch:HttpIngest";

    /// <summary>The most readings of one HTTP request.</summary>
    [Range(1, 10_000)]
    public int MaxReadingsPerRequest { get; set; } = 1000;

    /// <summary>How long a request waits for room in a lane before it is answered 429, in seconds.</summary>
    [Range(0.01, 20)]
    public double RoomSeconds { get; set; } = 2;

    /// <summary>How long a request waits for its commit before it is answered 503, in seconds.</summary>
    [Range(0.1, 29)]
    public double CommitSeconds { get; set; } = 20;
}
