using Npgsql;
using Polly;
using Polly.Retry;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events.Broker;

/// <summary>Reads each consumer's queue, and what this node's observers want to know, for as long as the process runs; connects again whenever the broker comes back.</summary>
internal sealed partial class BrokerConsumers(
    IBrokerLink link, EventConsumers consumers, ConsumerRunners runners, EventObservers observers, NpgsqlDataSource database, EventsMetrics metrics,
    Microsoft.Extensions.Options.IOptions<EventsOptions> options, TimeProvider time, ILogger<BrokerConsumers> log) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // What was recorded by a clock that runs ahead is believed up to here.
    private static readonly TimeSpan ClockAhead = TimeSpan.FromDays(1);

    private readonly ILogger<BrokerConsumers> _log = log;

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var reading = consumers.All.Select(consumer => KeepAsync(consumer.Name, stop => ReadAsync(consumer.Name, stop), stoppingToken));
        return Task.WhenAll(observers.Kinds.Count > 0 ? reading.Append(KeepAsync("observers", ObserveAsync, stoppingToken)) : reading);
    }

    private async Task KeepAsync(string what, Func<CancellationToken, Task> readAsync, CancellationToken stop)
    {
        var pipeline = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = _ => new(!stop.IsCancellationRequested),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(200),
            MaxDelay = LongestPause,
            UseJitter = true,
            OnRetry = arguments =>
            {
                LogEnded(what, arguments.Outcome.Exception?.GetType().Name);
                return default;
            },
        }).Build();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await pipeline.ExecuteAsync(async cancellation => await readAsync(cancellation), stop);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                // What was not acknowledged is delivered again.
            }
        }
    }

    private async Task ReadAsync(string consumer, CancellationToken stop)
    {
        await using var channel = await link.OpenChannelAsync(stop);
        await using var reader = new BrokerReader(channel, consumer, runners.WorkerOf(consumer)!, options.Value, metrics, () => time.GetUtcNow().UtcDateTime + ClockAhead, time);
        await reader.RunAsync(stop);
        throw new IOException("The channel was closed.");
    }

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
            if (EventMessage.TryRead(delivery.BasicProperties.Type, delivery.RoutingKey, delivery.Body, time.GetUtcNow().UtcDateTime + ClockAhead) is { } events)
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

    [LoggerMessage(6050, LogLevel.Warning, "Reading the broker for {What} ended ({Fault}); tried again")]
    private partial void LogEnded(string what, string? fault);

    [LoggerMessage(6051, LogLevel.Warning, "Observers were not told of some events: the database does not answer ({Fault})")]
    private partial void LogNotTold(string fault);
}
