namespace Wardwatch.Benchmarks.Ingest;

/// <summary>One run of one shape of load against one server.</summary>
internal sealed record IngestResult
{
    /// <summary>Wardwatch, or the broker that it is compared with.</summary>
    public required string System { get; init; }

    /// <summary>TLS or TCP.</summary>
    public required string Transport { get; init; }

    public required LoadShape Shape { get; init; }

    /// <summary>What was asked for, per second; 0: as fast as acknowledged.</summary>
    public required double RateWanted { get; init; }

    /// <summary>Wardwatch: readings stored and acknowledged per second. A broker: messages that came out of it per second.</summary>
    public required double RatePerSecond { get; init; }

    /// <summary>From PUBLISH to PUBACK, milliseconds.</summary>
    public required double P50 { get; init; }

    /// <inheritdoc cref="P50"/>
    public required double P99 { get; init; }

    /// <summary>What the processes used while it was measured.</summary>
    public required Cost Cost { get; init; }

    /// <summary>Messages to which the cost belongs.</summary>
    public required long Messages { get; init; }

    /// <summary>The most memory that the server held, in bytes.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>Readings in one transaction, on average; NaN for a broker.</summary>
    public double BatchSize { get; init; } = double.NaN;

    /// <summary>Milliseconds of one transaction, on average; NaN for a broker.</summary>
    public double CommitMilliseconds { get; init; } = double.NaN;

    /// <summary>Bytes that the server allocated per reading; NaN for a broker.</summary>
    public double AllocatedPerReading { get; init; } = double.NaN;

    /// <summary>Acknowledged over the whole run, warm-up included.</summary>
    public required long Acknowledged { get; init; }

    /// <summary>Of these, found: rows in the database, or messages that came out of the broker.</summary>
    public required long Verified { get; init; }

    /// <summary>What does not add up, or null.</summary>
    public string? Fault { get; init; }

    /// <summary>The share of Mosquitto's rate for the same shape over the same transport, or null where that was not measured.</summary>
    public double? RatioToRelay { get; init; }

    public double MicrosecondsPerMessage(double cpuSeconds) => Messages == 0 ? double.NaN : cpuSeconds * 1e6 / Messages;
}
