using System.Text;
using RabbitMQ.Client;
using Wardwatch.Server.Events.Broker;

namespace Wardwatch.SystemTests.Events;

/// <summary>Somebody else with the broker's password.</summary>
internal sealed class Stranger : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private Stranger(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    public static async Task<Stranger> ConnectAsync(string address, CancellationToken cancellation)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(address) }.CreateConnectionAsync(cancellation);
        return new(connection, await connection.CreateChannelAsync(cancellationToken: cancellation));
    }

    public async Task PublishAsync(string routingKey, string type, string body, CancellationToken cancellation) =>
        await _channel.BasicPublishAsync(BrokerTopology.Exchange, routingKey, mandatory: true, new BasicProperties { Type = type }, Encoding.UTF8.GetBytes(body), cancellation);

    public async Task<uint> DeadAsync(CancellationToken cancellation) => await _channel.MessageCountAsync(BrokerTopology.Dead, cancellation);

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
