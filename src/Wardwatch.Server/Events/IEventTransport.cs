using Npgsql;

namespace Wardwatch.Server.Events;

/// <summary>How published events reach their consumers: through the database within one process, or through a broker.</summary>
internal interface IEventTransport
{
    /// <summary>Whether observers are told by the transport, on every node. If not, whoever publishes tells them.</summary>
    bool TellsObservers { get; }

    /// <summary>Hands events over, durably, before this ends; or, over the connection, if and only if its transaction commits.</summary>
    /// <param name="connection">Within the transaction that takes the events out of the outbox.</param>
    /// <param name="events">Of some partitions, each one's in their order.</param>
    /// <param name="cancellation">Gives up; the events are published again.</param>
    Task PublishAsync(NpgsqlConnection connection, IReadOnlyList<SealedEvent> events, CancellationToken cancellation);

    /// <summary>The transaction of <see cref="PublishAsync"/> has committed.</summary>
    void Published(IReadOnlyList<SealedEvent> events);
}
