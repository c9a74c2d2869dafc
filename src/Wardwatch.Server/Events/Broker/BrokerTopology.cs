using RabbitMQ.Client;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events.Broker;

/// <summary>
/// What stands in the broker: a topic exchange; a durable quorum queue for each consumer, of whose readers one is active; and an exchange with a queue for messages
/// that are none of ours. Declared by whoever connects, so that whoever publishes first loses nothing.
/// </summary>
internal sealed class BrokerTopology(EventConsumers consumers) : IBrokerTopology
{
    /// <summary>The exchange to which events are published.</summary>
    public const string Exchange = "wardwatch.events";

    /// <summary>The exchange and the queue of messages that nobody can read, or that were delivered too often.</summary>
    public const string Dead = "wardwatch.events.dead";

    // Deliveries are counted when a connection breaks as well: a limit that only a message which kills its reader reaches.
    private const int MostDeliveries = 100;

    /// <inheritdoc />
    public async Task DeclareAsync(IChannel channel, CancellationToken cancellation)
    {
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancellation);
        await channel.ExchangeDeclareAsync(Dead, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellation);
        await channel.QueueDeclareAsync(Dead, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" }, cancellationToken: cancellation);
        await channel.QueueBindAsync(Dead, Dead, "", cancellationToken: cancellation);
        foreach (var consumer in consumers.All)
        {
            await channel.QueueDeclareAsync(consumer.Name, durable: true, exclusive: false, autoDelete: false, Arguments(), cancellationToken: cancellation);
            foreach (var kind in consumer.Kinds.Select(kind => kind.Name).Distinct(StringComparer.Ordinal))
            {
                await channel.QueueBindAsync(consumer.Name, Exchange, EventMessage.Pattern(kind), cancellationToken: cancellation);
            }
        }
    }

    // At least once into the dead letters as well, which RabbitMQ does only for queues that refuse what is too much.
    private static Dictionary<string, object?> Arguments() => new(StringComparer.Ordinal)
    {
        ["x-queue-type"] = "quorum",
        ["x-single-active-consumer"] = true,
        ["x-dead-letter-exchange"] = Dead,
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
        ["x-delivery-limit"] = MostDeliveries,
    };
}
