using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster.Queue;

/// <summary>
/// What stands in the broker: a direct exchange with a durable quorum queue for each partition, of whose readers one is active and which takes no more than it can hold; and
/// an exchange with a queue for messages that nobody can read.
/// </summary>
internal sealed class EnvelopeTopology(IOptions<ClusterOptions> options) : IBrokerTopology
{
    /// <summary>The exchange to which gateways publish; the routing key is the partition's number.</summary>
    public const string Exchange = "wardwatch.envelopes";

    /// <summary>The exchange and the queue of messages that are none of ours.</summary>
    public const string Dead = "wardwatch.envelopes.dead";

    // Deliveries are counted when a reader goes away as well, and a gateway has promised that what is in the queue is not lost: a limit that nothing reaches.
    private const int MostDeliveries = 100_000_000;

    /// <summary>The queue of a partition.</summary>
    public static string QueueOf(int partition) => $"{Exchange}.{partition}";

    /// <inheritdoc />
    public async Task DeclareAsync(IChannel channel, CancellationToken cancellation)
    {
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Direct, durable: true, autoDelete: false, cancellationToken: cancellation);
        await channel.ExchangeDeclareAsync(Dead, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellation);
        await channel.QueueDeclareAsync(Dead, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" }, cancellationToken: cancellation);
        await channel.QueueBindAsync(Dead, Dead, "", cancellationToken: cancellation);
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["x-queue-type"] = "quorum",
            ["x-single-active-consumer"] = true,
            ["x-overflow"] = "reject-publish",
            ["x-max-length"] = options.Value.QueuedMessages,
            ["x-dead-letter-exchange"] = Dead,
            ["x-dead-letter-strategy"] = "at-least-once",
            ["x-delivery-limit"] = MostDeliveries,
        };
        for (var partition = 0; partition < options.Value.Partitions; partition++)
        {
            await channel.QueueDeclareAsync(QueueOf(partition), durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellation);
            await channel.QueueBindAsync(QueueOf(partition), Exchange, partition.ToString(), cancellationToken: cancellation);
        }
    }
}
