namespace Wardwatch.Server.Events.Contracts;

/// <summary>Why an event went to the dead letters: stable codes.</summary>
public static class DeadReasons
{
    /// <summary>The consumer does not know this version of the kind.</summary>
    public const string UnknownVersion = "unknown-version";

    /// <summary>The consumer failed at each attempt.</summary>
    public const string HandlerFailed = "handler-failed";

    /// <summary>The consumer took too long at the last attempt.</summary>
    public const string TimedOut = "timed-out";

    /// <summary>What it carries does not open: it was changed.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>It came later than it is remembered who has handled what, so that it may have been handled.</summary>
    public const string TooOld = "too-old";

    /// <summary>Every reason.</summary>
    public static IReadOnlyList<string> All { get; } = [UnknownVersion, HandlerFailed, TimedOut, Unreadable, TooOld];
}
