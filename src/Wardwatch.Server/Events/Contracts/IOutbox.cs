using Npgsql;

namespace Wardwatch.Server.Events.Contracts;

/// <summary>
/// Takes events into the transaction that causes them: they are there if and only if it commits. From there on they reach each consumer at least once, in order per
/// patient, and are handled once.
/// </summary>
public interface IOutbox
{
    /// <summary>
    /// Adds an event. Locks the order of the patient's events until the transaction ends, so that the order of numbers is the order of commits; call it as late in the
    /// transaction as possible. What it carries is sealed under the patient's key (the hospital's, if it has no patient) before it reaches the database.
    /// </summary>
    /// <param name="connection">A connection within the transaction.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="origin">Where it belongs.</param>
    /// <param name="content">What it carries.</param>
    /// <param name="cancellation">Gives up, and with it the transaction.</param>
    Task AddAsync<T>(NpgsqlConnection connection, EventKind<T> kind, EventOrigin origin, T content, CancellationToken cancellation);

    /// <summary>
    /// Adds many events in one go, in the order given. A transaction that has events of several patients adds them all in one call: their locks are then taken in one
    /// order, and two such transactions cannot wait for each other.
    /// </summary>
    /// <param name="connection">A connection within the transaction.</param>
    /// <param name="events">Events of one hospital or several; any number.</param>
    /// <param name="cancellation">Gives up, and with it the transaction.</param>
    Task AddAsync(NpgsqlConnection connection, IReadOnlyList<NewEvent> events, CancellationToken cancellation);
}
