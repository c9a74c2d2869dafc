using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events.Broker;

/// <summary>Tells this process's observers of what happens anywhere. What happens while the broker is away they are not told.</summary>
internal sealed partial class BrokerObservers(IBrokerLink link, EventObservers observers, NpgsqlDataSource database, TimeProvider time, ILogger<BrokerObservers> log) : BackgroundService
{
    private readonly ILogger<BrokerObservers> _log = log;

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        observers.Kinds.Count == 0 ? Task.CompletedTask : BrokerLoop.KeepAsync(ObserveAsync, failure => LogEnded(failure.GetType().Name), time, stoppingToken);

    private async Task ObserveAsync(CancellationToken stop)
    {
        await using var channel = await link.OpenChannelAsync(stop);
        var queue = await channel.QueueDeclareAsync(cancellationToken: stop);
        foreach (var kind in observers.Kinds)
        {
            await channel.QueueBindAsync(queue.QueueName, BrokerTopology.Exchange, EventMessage.Pattern(kind), cancellationToken: stop);
        }

        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            if (EventMessage.TryRead(delivery.BasicProperties.Type, delivery.RoutingKey, delivery.Body, time.GetUtcNow().UtcDateTime + BrokerConsumers.ClockAhead) is { } events)
            {
                await TellAsync(events, stop);
            }
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer, stop);
        await closed.Task.WaitAsync(stop);
        throw new IOException("The channel was closed.");
    }

    private async Task TellAsync(List<SealedEvent> events, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await observers.TellAsync(connection, events, cancellation);
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
        {
            LogNotTold(failure.GetType().Name);
        }
    }

    [LoggerMessage(6052, LogLevel.Warning, "Reading the broker for observers ended ({Fault}); tried again")]
    private partial void LogEnded(string fault);

    [LoggerMessage(6051, LogLevel.Warning, "Observers were not told of some events: the database does not answer ({Fault})")]
    private partial void LogNotTold(string fault);
}
