namespace Wardwatch.Server.Notifications.Sending;

/// <summary>How an attempt ended.</summary>
internal enum SendOutcome
{
    /// <summary>The receiver has it.</summary>
    Sent,

    /// <summary>It may go better another time.</summary>
    Again,

    /// <summary>It will not go better another time.</summary>
    Failed,

    /// <summary>There is nobody to send it to any more.</summary>
    Withdrawn,

    /// <summary>It was not tried, and does not count.</summary>
    NotTried,
}

/// <summary>How an attempt ended, and why.</summary>
/// <param name="Outcome">How.</param>
/// <param name="Error">A stable code; null if it was sent. Never what a receiver wrote: that is not ours to keep.</param>
/// <param name="RetryAfter">When the receiver wants to be asked again.</param>
/// <param name="EndsTarget">The receiver is gone for good.</param>
internal readonly record struct SendResult(SendOutcome Outcome, string? Error = null, TimeSpan? RetryAfter = null, bool EndsTarget = false)
{
    public static SendResult Sent { get; } = new(SendOutcome.Sent);

    public static SendResult NotTried { get; } = new(SendOutcome.NotTried);

    public static SendResult Again(string error, TimeSpan? after = null) => new(SendOutcome.Again, error, after);

    public static SendResult Failed(string error) => new(SendOutcome.Failed, error);

    public static SendResult Withdrawn(string error) => new(SendOutcome.Withdrawn, error);
}

/// <summary>An attempt that this process makes now, with what is needed for it.</summary>
internal sealed record ClaimedAttempt
{
    public required long Number { get; init; }

    /// <summary>The same at each repetition.</summary>
    public required Guid Id { get; init; }

    /// <summary>Which claim it is of: another one may follow if this process is taken for dead.</summary>
    public required Guid Claim { get; init; }

    public required int TenantId { get; init; }

    public required string Channel { get; init; }

    public required string Destination { get; init; }

    /// <summary>The subscription or the webhook.</summary>
    public required Guid? Target { get; init; }

    /// <summary>Counts the attempts, this one included.</summary>
    public required int Attempt { get; init; }

    /// <summary>How many notifications it stands for; 0: one.</summary>
    public required int Carries { get; init; }

    public required DateTimeOffset QueuedAt { get; init; }

    public required Guid Notification { get; init; }

    public required Guid Account { get; init; }

    public required string Kind { get; init; }

    public required Wardwatch.Clinical.Alerts.AlertPriority Priority { get; init; }

    public required Guid? Incident { get; init; }

    public required string? Ward { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Sealed: the subscription, the webhook's address, or the person's mail address; null: there is none any more.</summary>
    public required byte[]? Receiver { get; init; }

    /// <summary>The webhook's secret, wrapped.</summary>
    public required byte[]? WrappedSecret { get; init; }

    /// <summary>False for a webhook that is switched off.</summary>
    public required bool IsEnabled { get; init; }
}

/// <summary>Carries attempts over one channel.</summary>
internal interface IChannelSender
{
    /// <summary>The channel.</summary>
    string Channel { get; }

    /// <summary>Makes one attempt. What can go wrong outside is an answer, not an exception.</summary>
    Task<SendResult> SendAsync(ClaimedAttempt attempt, CancellationToken cancellation);
}
