using System.Text.Json;
using Npgsql;

namespace Wardwatch.Server.Events.Contracts;

/// <summary>How handling a dead letter again ended.</summary>
public enum EventReplay
{
    /// <summary>There is none with this number, or it is another hospital's.</summary>
    NotFound,

    /// <summary>It was replayed or dropped before.</summary>
    Settled,

    /// <summary>The consumer has handled it now.</summary>
    Handled,

    /// <summary>The consumer failed again; it stays.</summary>
    Failed,

    /// <summary>The consumer, or this version of the kind, is not known here; it stays.</summary>
    Unknown,

    /// <summary>It does not open: it was changed, or its patient was erased; it stays.</summary>
    Unreadable,
}

/// <summary>Events that a consumer could not handle.</summary>
public interface IEventDeadLetters
{
    /// <summary>What one carries; null if it does not open (any more).</summary>
    /// <param name="connection">A connection of the hospital's.</param>
    /// <param name="number">The dead letter.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<JsonElement?> OpenAsync(NpgsqlConnection connection, long number, CancellationToken cancellation);

    /// <summary>Has the consumer handle one after all, once: that it was replayed commits together with what the consumer does. Later events of the patient were handled before it.</summary>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="number">The dead letter.</param>
    /// <param name="actor">Who wants it.</param>
    /// <param name="record">Records it, in the same transaction.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<EventReplay> ReplayAsync(int tenantId, long number, Guid actor, Func<NpgsqlConnection, Task> record, CancellationToken cancellation);
}
