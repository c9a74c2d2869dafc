using System.Diagnostics.Metrics;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Events;

/// <summary>What is counted about events. Consumers are few and named by the program; patients and devices are never a label.</summary>
internal sealed class EventsMetrics
{
    private readonly Counter<long> _published;
    private readonly Counter<long> _publishFailures;
    private readonly Counter<long> _handled;
    private readonly Counter<long> _again;
    private readonly Counter<long> _retried;
    private readonly Counter<long> _dead;
    private readonly Counter<long> _erased;
    private readonly Counter<long> _unreadable;
    private readonly Histogram<double> _batchSeconds;

    public EventsMetrics(IMeterFactory meters, EventsState state, IBrokerLink? broker = null)
    {
        var meter = meters.Create("Wardwatch.Events");
        _published = meter.CreateCounter<long>("wardwatch.events.published", "{event}", "Events taken out of the outbox and handed to consumers' queues");
        _publishFailures = meter.CreateCounter<long>("wardwatch.events.publish_failures", "{batch}", "Batches that could not be published and stayed in the outbox");
        _handled = meter.CreateCounter<long>("wardwatch.events.handled", "{event}", "Events handled, by consumer");
        _again = meter.CreateCounter<long>("wardwatch.events.repeated", "{event}", "Events that came again and were passed over, by consumer");
        _retried = meter.CreateCounter<long>("wardwatch.events.retried", "{event}", "Attempts that failed and are made again, by consumer");
        _dead = meter.CreateCounter<long>("wardwatch.events.dead", "{event}", "Events that went to the dead letters, by consumer and reason");
        _erased = meter.CreateCounter<long>("wardwatch.events.erased", "{event}", "Events passed over since their patient was erased, by consumer");
        _unreadable = meter.CreateCounter<long>("wardwatch.events.unreadable", "{message}", "Messages of the broker that are none of ours, set aside there");
        _batchSeconds = meter.CreateHistogram<double>("wardwatch.events.batch.duration", "s", "Time of a transaction that handled events, by consumer");
        meter.CreateObservableGauge("wardwatch.events.outbox.lag", () => state.LagSeconds, "s", "Age of the oldest event that is not published");
        meter.CreateObservableGauge("wardwatch.events.broker.away", () => broker?.Away is null ? 0 : 1, "{broker}", "1 while the broker cannot be reached");
    }

    public void Published(int count) => _published.Add(count);

    public void PublishFailed() => _publishFailures.Add(1);

    public void Handled(string consumer, int count, double seconds)
    {
        _handled.Add(count, Of(consumer));
        _batchSeconds.Record(seconds, Of(consumer));
    }

    public void Repeated(string consumer, int count) => _again.Add(count, Of(consumer));

    public void Retried(string consumer) => _retried.Add(1, Of(consumer));

    public void Dead(string consumer, string reason) => _dead.Add(1, Of(consumer), new("reason", reason));

    public void Erased(string consumer) => _erased.Add(1, Of(consumer));

    public void Unreadable() => _unreadable.Add(1);

    private static KeyValuePair<string, object?> Of(string consumer) => new("consumer", consumer);
}
