using Npgsql;

namespace Wardwatch.Server.Events;

/// <summary>Within one process: each consumer's queue is in the database, and an event moves there in the transaction that takes it out of the outbox.</summary>
internal sealed class DatabaseTransport(EventConsumers consumers, ConsumerRunners runners) : IEventTransport
{
    /// <inheritdoc />
    public bool TellsObservers => false;

    /// <inheritdoc />
    public Task PublishAsync(NpgsqlConnection connection, IReadOnlyList<SealedEvent> events, CancellationToken cancellation) =>
        EventQueue.AddForAllAsync(connection, events, name => consumers.Of(name).Select(consumer => consumer.Name), cancellation);

    /// <inheritdoc />
    public void Published(IReadOnlyList<SealedEvent> events) => runners.Wake();
}
