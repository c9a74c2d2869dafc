using Npgsql;
using RabbitMQ.Client;

namespace Wardwatch.Server.Events.Broker;

/// <summary>
/// Over the broker: an event leaves the outbox only when the broker has confirmed that it is in every queue that wants it. Each message is confirmed before the
/// next of its partition is sent, since a refused one that is sent again would otherwise come behind its successors; several partitions are under way at once.
/// </summary>
internal sealed class BrokerTransport(BrokerLink link, EventConsumers consumers) : IEventTransport
{
    private static readonly TimeSpan ConfirmedWithin = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public bool TellsObservers => true;

    /// <inheritdoc />
    public async Task PublishAsync(NpgsqlConnection connection, IReadOnlyList<SealedEvent> events, CancellationToken cancellation)
    {
        var channel = await link.PublishingChannelAsync(cancellation);
        foreach (var group in EventMessage.Group(events))
        {
            var (name, version) = (group[0].Name, group[0].Version);
            var properties = new BasicProperties { Persistent = true, ContentType = "application/json", Type = name, MessageId = group[0].Id.ToString("N") };

            // Without a queue that wants it, a message that somebody wants is returned, and this throws; what nobody wants is in the history all the same.
            await channel.BasicPublishAsync(BrokerTopology.Exchange, EventMessage.RoutingKey(name, version), mandatory: consumers.Of(name).Count > 0, properties, EventMessage.Write(group), cancellation)
                .AsTask().WaitAsync(ConfirmedWithin, cancellation);
        }
    }

    /// <inheritdoc />
    public void Published(IReadOnlyList<SealedEvent> events)
    {
        // The broker tells the consumers.
    }
}
