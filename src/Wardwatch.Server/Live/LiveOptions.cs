using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.Live;

/// <summary>How changes reach screens. Section <c>Wardwatch:Live</c>.</summary>
public sealed class LiveOptions
{
    /// <summary>Messages that wait for one subscriber before older readings of the same patient give way to newer ones.</summary>
    [Range(8, 100_000)]
    public int QueuedMessages { get; set; } = 256;

    /// <summary>Changes that wait for the broadcaster before they are joined by patient.</summary>
    [Range(16, 1_000_000)]
    public int QueuedChanges { get; set; } = 4096;

    /// <summary>Subscribers at once, in all; more are refused with 503.</summary>
    [Range(1, 100_000)]
    public int MaxSubscribers { get; set; } = 4096;

    /// <summary>Seconds between two heartbeats, by which a screen notices a dead connection.</summary>
    [Range(0.5, 60)]
    public double HeartbeatSeconds { get; set; } = 2;

    /// <summary>Events that are kept for plain clients that come back with Last-Event-ID.</summary>
    [Range(0, 100_000)]
    public int ReplayedEvents { get; set; } = 1000;

    /// <summary>Bytes of events that may wait for one subscriber; one for whom more wait is cut off and resumes. Events never give way to newer ones.</summary>
    [Range(64 * 1024, 1L << 30)]
    public long MostWaitingEventBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>The send buffer of the socket of a live connection, in bytes. What is in there is no longer conflated: larger means older numbers on a slow line.</summary>
    [Range(8 * 1024, 16 * 1024 * 1024)]
    public int SocketBufferBytes { get; set; } = 128 * 1024;

    /// <summary>A client that takes no data for this long is cut off, in seconds.</summary>
    [Range(1, 600)]
    public int SendTimeoutSeconds { get; set; } = 20;
}
