using System.Diagnostics;

namespace Wardwatch.Server.Events;

/// <summary>The way of an event through the outbox and its consumers, in the trace of what caused it: a row of the outbox, and a message of the broker, carry its identity.</summary>
internal static class EventTraces
{
    /// <summary>The source of these activities.</summary>
    public static ActivitySource Source { get; } = new("Wardwatch.Events");

    /// <summary>Tells of events that left the outbox, each in its own trace. Costs a comparison while nobody listens.</summary>
    /// <param name="events">The events.</param>
    /// <param name="began">When they were handed over.</param>
    public static void Published(IReadOnlyList<SealedEvent> events, DateTimeOffset began)
    {
        if (!Source.HasListeners())
        {
            return;
        }

        foreach (var published in events)
        {
            if (published.Trace is { } parent)
            {
                Source.StartActivity($"publish {published.Name}", ActivityKind.Producer, parent, startTime: began)?.Stop();
            }
        }
    }
}
