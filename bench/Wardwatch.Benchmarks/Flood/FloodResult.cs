using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Flood;

/// <summary>What one flood did.</summary>
internal sealed record FloodResult
{
    /// <summary>Its name.</summary>
    public required string Flood { get; init; }

    /// <summary>Connections that the clients opened.</summary>
    public required long Opened { get; init; }

    /// <summary>Connections that the server closed for one of its limits, or did not let in.</summary>
    public required long Refused { get; init; }

    /// <summary>Connections that the server closed because something took too long.</summary>
    public required long TookTooLong { get; init; }

    /// <summary>Times that a connection which sent too much was not read for a while.</summary>
    public required long Slowdowns { get; init; }

    /// <summary>The server's memory before, in bytes (resident).</summary>
    public required long BytesBefore { get; init; }

    /// <summary>The most that it was meanwhile.</summary>
    public required long BytesPeak { get; init; }

    /// <summary>The managed heap before, and the most that was seen of it meanwhile.</summary>
    public required double HeapBefore { get; init; }

    /// <inheritdoc cref="HeapBefore"/>
    public required double HeapPeak { get; init; }

    /// <summary>From PUBLISH to PUBACK of a device that does nothing wrong.</summary>
    public required Distribution Healthy { get; init; }

    /// <summary>What should not have happened; null if nothing.</summary>
    public string? Fault { get; init; }
}
