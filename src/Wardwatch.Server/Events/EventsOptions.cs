using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.Events;

/// <summary>What can be set about events: configuration section <c>Wardwatch:Events</c>, environment <c>Wardwatch__Events__Name</c>.</summary>
public sealed class EventsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wardwatch:Events";

    /// <summary>Transactions in which events are published at once, each with partitions of its own.</summary>
    [Range(1, 64)]
    public int Publishers { get; set; } = 2;

    /// <summary>Transactions in which each consumer works at once, each with partitions of its own.</summary>
    [Range(1, 64)]
    public int Workers { get; set; } = 2;

    /// <summary>Events that are published, or handled, in one transaction.</summary>
    [Range(1, 5000)]
    public int Batch { get; set; } = 500;

    /// <summary>How often is looked for work that nobody told of, in seconds.</summary>
    [Range(0.05, 60)]
    public double PollSeconds { get; set; } = 1;

    /// <summary>How long a consumer may take over one event, in seconds.</summary>
    [Range(0.1, 600)]
    public double HandleSeconds { get; set; } = 10;

    /// <summary>How often an event is tried before it goes to the dead letters.</summary>
    [Range(1, 100)]
    public int Attempts { get; set; } = 6;

    /// <summary>The pause after the first failure, in seconds; it doubles with each further one, and is drawn from half to one and a half of that.</summary>
    [Range(0.01, 600)]
    public double RetrySeconds { get; set; } = 0.5;

    /// <summary>The longest such pause, in seconds.</summary>
    [Range(0.01, 86400)]
    public double MaxRetrySeconds { get; set; } = 60;

    /// <summary>For how long a consumer rests when most of what it does fails, before it tries one event, in seconds.</summary>
    [Range(0.5, 3600)]
    public double BreakSeconds { get; set; } = 5;

    /// <summary>How long the oldest event may wait to be published before the server says so in its health, in seconds.</summary>
    [Range(1, 86400)]
    public double LagSeconds { get; set; } = 30;

    /// <summary>For how many days events are kept, from which projections are rebuilt; dropped by whole months. 0 keeps all.</summary>
    [Range(0, 36500)]
    public int RetentionDays { get; set; } = 400;

    /// <summary>For how many days dead letters, those of devices too, are kept after they were replayed or dropped. 0 keeps all.</summary>
    [Range(0, 36500)]
    public int DeadLetterDays { get; set; } = 90;

    /// <summary>For how many days it is remembered who has handled what. An event that reaches a consumer later than that goes to the dead letters, since it might have been handled.</summary>
    [Range(7, 36500)]
    public int InboxDays { get; set; } = 30;
}
