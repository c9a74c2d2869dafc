using System.Text.Json;
using Npgsql;

namespace Wardwatch.Server.Events.Contracts;

/// <summary>An event as a consumer gets it: opened, after its transaction committed.</summary>
/// <param name="Id">The same at each delivery.</param>
/// <param name="Number">Counts up in the order of commits of one patient; between patients it says nothing.</param>
/// <param name="Name">The kind's name.</param>
/// <param name="Version">The kind's version.</param>
/// <param name="Origin">Where it belongs.</param>
/// <param name="Content">What it carries, as the kind's schema says.</param>
public sealed record DeliveredEvent(Guid Id, long Number, string Name, int Version, EventOrigin Origin, JsonElement Content);

/// <summary>
/// Handles events, each once in the whole installation: what it does with <c>connection</c> commits together with the note in the inbox that it was done.
/// One that throws is tried again with growing pauses, and holds up later events of the same patient only; then it goes to the dead letters with its reason.
/// </summary>
public interface IEventConsumer
{
    /// <summary>Lower-case letters and hyphens; names its queue and stands in the inbox, so it never changes: <c>analytics</c>.</summary>
    string Name { get; }

    /// <summary>The kinds it wants. One of another version than it knows goes to the dead letters as <c>unknown-version</c>.</summary>
    IReadOnlyCollection<EventKind> Kinds { get; }

    /// <summary>Whether people wait for what it does. While many events wait for it, other consumers give way.</summary>
    bool IsUrgent => false;

    /// <summary>Handles one event.</summary>
    /// <param name="delivered">The event.</param>
    /// <param name="connection">Within a transaction that the caller commits.</param>
    /// <param name="cancellation">Gives up; the event comes again.</param>
    Task HandleAsync(DeliveredEvent delivered, NpgsqlConnection connection, CancellationToken cancellation);
}

/// <summary>Is told of events on every node that shows them, soon after their commit. Nothing is kept for it: who was not there reads the state again.</summary>
public interface IEventObserver
{
    /// <summary>The kinds it wants.</summary>
    IReadOnlyCollection<EventKind> Kinds { get; }

    /// <summary>An event happened. Must not wait and must not throw.</summary>
    void Happened(DeliveredEvent delivered);
}

/// <summary>
/// Handles many events in one call, for a consumer whose statements take many rows at once, or that adds events itself: it then does so once, at the end. If it throws, the events
/// are given to it one by one.
/// </summary>
public interface IEventBatchConsumer : IEventConsumer
{
    /// <summary>Handles events in their order.</summary>
    /// <param name="delivered">At least one; of one patient in the order in which they happened.</param>
    /// <param name="connection">Within a transaction that the caller commits.</param>
    /// <param name="cancellation">Gives up; the events come again.</param>
    Task HandleAsync(IReadOnlyList<DeliveredEvent> delivered, NpgsqlConnection connection, CancellationToken cancellation);
}
