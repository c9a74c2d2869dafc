using System.Threading.Channels;
using Polly;
using Polly.Retry;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Wardwatch.Server.Events.Broker;

/// <summary>
/// Reads one consumer's queue over one channel: messages go to workers by their lane over bounded channels, and are acknowledged when everything in them is
/// handled or set aside durably. Small ones are taken together, and acknowledged together as far as those delivered before them are done as well.
/// </summary>
internal sealed class BrokerReader : IAsyncDisposable
{
    private const ushort Prefetch = 64;

    private readonly IChannel _channel;
    private readonly string _queue;
    private readonly ConsumerWorker _worker;
    private readonly EventsOptions _options;
    private readonly EventsMetrics _metrics;
    private readonly Func<DateTime> _latest;
    private readonly TimeProvider _time;
    private readonly Channel<Delivery>[] _deliveries;
    private readonly DeliveryTags _tags = new(Prefetch / 2);
    private readonly SemaphoreSlim _acknowledging = new(1, 1);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="channel">A channel of one's own.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="worker">Takes what is delivered.</param>
    /// <param name="options">How many workers, and how much they take at once.</param>
    /// <param name="metrics">Counts what is none of ours.</param>
    /// <param name="latest">Later than this nothing can have been recorded.</param>
    /// <param name="time">The clock.</param>
    public BrokerReader(IChannel channel, string queue, ConsumerWorker worker, EventsOptions options, EventsMetrics metrics, Func<DateTime> latest, TimeProvider time)
    {
        (_channel, _queue, _worker, _options, _metrics, _latest, _time) = (channel, queue, worker, options, metrics, latest, time);
        _deliveries = [.. Enumerable.Range(0, options.Workers).Select(_ => Channel.CreateBounded<Delivery>(Prefetch))];
    }

    /// <summary>Reads until the channel is closed or <paramref name="stop"/>; what is being handled then is brought to its end.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        _channel.ChannelShutdownAsync += OnClosedAsync;
        await _channel.BasicQosAsync(0, Prefetch, global: false, stop);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var working = Task.WhenAll(_deliveries.Select(deliveries => WorkAsync(deliveries.Reader, ending.Token)));
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, delivery) => TakeAsync(delivery, ending.Token);
        await _channel.BasicConsumeAsync(_queue, autoAck: false, consumer, stop);
        await Task.WhenAny(_closed.Task, working);

        // Nobody else of this process begins before these have ended, so that two never work on one patient.
        await ending.CancelAsync();
        await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.ThrowIfCancellationRequested();
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _channel.ChannelShutdownAsync -= OnClosedAsync;
        _acknowledging.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task OnClosedAsync(object sender, ShutdownEventArgs reason)
    {
        _closed.TrySetResult();
        return Task.CompletedTask;
    }

    // The body is the library's again when this ends: it is read here.
    private async Task TakeAsync(BasicDeliverEventArgs delivery, CancellationToken stop)
    {
        if (EventMessage.TryRead(delivery.BasicProperties.Type, delivery.RoutingKey, delivery.Body, _latest()) is not { } events)
        {
            _metrics.Unreadable();
            await _channel.BasicRejectAsync(delivery.DeliveryTag, requeue: false, stop);
            return;
        }

        _tags.Add(delivery.DeliveryTag);
        await _deliveries[EventPartitions.LaneOf(events[0].Partition) % _deliveries.Length].Writer.WriteAsync(new(delivery.DeliveryTag, events), stop);
    }

    private async Task WorkAsync(ChannelReader<Delivery> deliveries, CancellationToken stop)
    {
        var pipeline = new ResiliencePipelineBuilder { TimeProvider = _time }.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = arguments => new(arguments.Outcome.Exception is not null && !stop.IsCancellationRequested),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(100),
            MaxDelay = TimeSpan.FromSeconds(_options.BreakSeconds),
            UseJitter = true,
        }).Build();
        var tags = new List<ulong>();
        var events = new List<SealedEvent>();
        while (await deliveries.WaitToReadAsync(stop))
        {
            tags.Clear();
            events.Clear();
            while (events.Count < _options.Batch && deliveries.TryRead(out var delivery))
            {
                tags.Add(delivery.Tag);
                events.AddRange(delivery.Events);
            }

            await pipeline.ExecuteAsync(async cancellation => await _worker.AcceptAsync(events, cancellation), stop);
            await AcknowledgeAsync(tags, stop);
        }
    }

    // One after another: an acknowledgement of several must not overtake one of fewer, which would then be of none.
    private async Task AcknowledgeAsync(List<ulong> tags, CancellationToken stop)
    {
        await _acknowledging.WaitAsync(stop);
        try
        {
            foreach (var (tag, withAllBefore) in _tags.Done(tags))
            {
                await _channel.BasicAckAsync(tag, withAllBefore, stop);
            }
        }
        finally
        {
            _acknowledging.Release();
        }
    }

    private readonly record struct Delivery(ulong Tag, List<SealedEvent> Events);
}
