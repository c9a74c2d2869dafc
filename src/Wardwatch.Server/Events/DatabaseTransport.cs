using Npgsql;

namespace Wardwatch.Server.Events;

/// <summary>Within one process: each consumer's queue is in the database, and an event moves there in the transaction that takes it out of the outbox.</summary>
internal sealed class DatabaseTransport(EventConsumers consumers, ConsumerRunners runners) : IEventTransport
{
    /// <inheritdoc />
    public bool TellsObservers => false;

    /// <inheritdoc />
    public async Task PublishAsync(NpgsqlConnection connection, IReadOnlyList<SealedEvent> events, CancellationToken cancellation)
    {
        foreach (var consumer in consumers.All)
        {
            SealedEvent[] wanted = [.. events.Where(published => consumers.Of(published.Name).Contains(consumer))];
            await EventQueue.AddAsync(connection, consumer.Name, wanted, cancellation);
        }
    }

    /// <inheritdoc />
    public void Published(IReadOnlyList<SealedEvent> events) => runners.Wake();
}
