using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.Timers;

/// <summary>What can be set about durable timers: configuration section <c>Wardwatch:Timers</c>, environment <c>Wardwatch__Timers__Name</c>.</summary>
public sealed class TimersOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wardwatch:Timers";

    /// <summary>Transactions in which one process lets timers act at once.</summary>
    [Range(1, 64)]
    public int Workers { get; set; } = 2;

    /// <summary>Due timers of one kind that act in one transaction, where their kind can.</summary>
    [Range(1, 1000)]
    public int Batch { get; set; } = 100;

    /// <summary>How often is looked for timers that are due, at least, in seconds. One that is set to an earlier time is told of at once.</summary>
    [Range(0.05, 1)]
    public double PollSeconds { get; set; } = 0.5;

    /// <summary>How long acting may take in one transaction, in seconds; then it counts as failed.</summary>
    [Range(0.1, 600)]
    public double HandleSeconds { get; set; } = 10;

    /// <summary>The pause after the first failure, in seconds; it doubles with each further one.</summary>
    [Range(0.01, 600)]
    public double RetrySeconds { get; set; } = 0.5;

    /// <summary>The longest such pause, in seconds. A timer is never given up.</summary>
    [Range(0.01, 3600)]
    public double MaxRetrySeconds { get; set; } = 30;

    /// <summary>How late the oldest due timer may be before the server says so in its health, in seconds.</summary>
    [Range(1, 3600)]
    public double LateSeconds { get; set; } = 5;
}
