using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.History;

/// <summary>How readings are committed and kept. Section <c>Wardwatch:History</c>.</summary>
public sealed class HistoryOptions
{
    /// <summary>Transactions under way at once. Two let one be filled while PostgreSQL writes the other.</summary>
    [Range(1, 16)]
    public int Writers { get; set; } = 2;

    /// <summary>The most readings in one transaction.</summary>
    [Range(1, 100_000)]
    public int MaxBatch { get; set; } = 4096;

    /// <summary>Groups that may wait for a writer; when it is full, the lanes wait, and then the sockets.</summary>
    [Range(1, 4096)]
    public int QueuedGroups { get; set; } = 64;

    /// <summary>Days of readings that are kept; older partitions are dropped whole. 0 keeps everything. At least 9, so that a late reading is never older than the history.</summary>
    [Range(0, 36_500)]
    public int RetentionDays { get; set; } = 365;

    /// <summary>The longest wait between two attempts to commit while the database is away, in seconds.</summary>
    [Range(0.05, 60)]
    public double RetrySeconds { get; set; } = 1;

    /// <summary>How long one transaction may take before it counts as failed and is tried again, in seconds.</summary>
    [Range(1, 600)]
    public int CommandTimeoutSeconds { get; set; } = 30;

    /// <summary>How long one transaction may take before screens say that readings are stored late, in seconds.</summary>
    [Range(0.1, 60)]
    public double DelayedAfterSeconds { get; set; } = 2;

    /// <summary>The most readings that one answer of the history holds.</summary>
    [Range(1, 100_000)]
    public int MaxItems { get; set; } = 10_000;
}
