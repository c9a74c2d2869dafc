using Npgsql;
using RabbitMQ.Client;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events.Broker;

/// <summary>
/// Over the broker: an event leaves the outbox only when the broker has confirmed that it is in every queue that wants it. Each message is confirmed before the
/// next of its lane is sent, since a refused one that is sent again would otherwise come behind its successors; the lanes of a batch are under way at once.
/// </summary>
internal sealed class BrokerTransport(IBrokerLink link, EventConsumers consumers) : IEventTransport, IAsyncDisposable
{
    private static readonly TimeSpan ConfirmedWithin = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private IChannel? _channel;

    /// <inheritdoc />
    public bool TellsObservers => true;

    /// <inheritdoc />
    public async Task PublishAsync(NpgsqlConnection connection, IReadOnlyList<SealedEvent> events, CancellationToken cancellation)
    {
        var channel = await ChannelAsync(cancellation);

        // Ends when each lane has ended, well or not: none may still send when its events are taken again.
        await Task.WhenAll(events.GroupBy(one => EventPartitions.LaneOf(one.Partition)).Select(lane => PublishAsync(channel, [.. lane], cancellation)));
    }

    /// <inheritdoc />
    public void Published(IReadOnlyList<SealedEvent> events)
    {
        // The broker tells the consumers.
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_channel is { } channel)
        {
            await channel.DisposeAsync();
        }

        _gate.Dispose();
    }

    private async Task PublishAsync(IChannel channel, IReadOnlyList<SealedEvent> lane, CancellationToken cancellation)
    {
        foreach (var group in EventMessage.Group(lane))
        {
            var (name, version) = (group[0].Name, group[0].Version);
            var properties = new BasicProperties { Persistent = true, ContentType = "application/json", Type = name, MessageId = group[0].Id.ToString("N") };

            // Without a queue that wants it, a message that somebody wants is returned, and this throws; what nobody wants is in the history all the same.
            await channel.BasicPublishAsync(BrokerTopology.Exchange, EventMessage.RoutingKey(name, version), mandatory: consumers.Of(name).Count > 0, properties, EventMessage.Write(group), cancellation)
                .AsTask().WaitAsync(ConfirmedWithin, cancellation);
        }
    }

    // One channel for all lanes: each is under way with one message at a time.
    private async Task<IChannel> ChannelAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            return _channel = _channel is { IsOpen: true } open ? open : await link.OpenPublishingChannelAsync(cancellation);
        }
        finally
        {
            _gate.Release();
        }
    }
}
