using System.Diagnostics.Metrics;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Cluster.Queue;

/// <summary>What is counted on the envelopes' way over the broker.</summary>
internal sealed class ClusterMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _sentBytes;
    private readonly Counter<long> _sentEnvelopes;
    private readonly Counter<long> _notTaken;
    private readonly Counter<long> _received;
    private readonly Counter<long> _unreadable;
    private readonly Counter<long> _returned;
    private readonly Counter<long> _takeOvers;
    private readonly Histogram<double> _confirmSeconds;

    public ClusterMetrics(IMeterFactory meters)
    {
        var meter = _meter = meters.Create("Wardwatch.Cluster");
        _sent = meter.CreateCounter<long>("wardwatch.cluster.messages.sent", "{message}", "Messages of envelopes that the broker has confirmed");
        _sentBytes = meter.CreateCounter<long>("wardwatch.cluster.sent", "By", "Bytes of these");
        _sentEnvelopes = meter.CreateCounter<long>("wardwatch.cluster.envelopes.sent", "{envelope}", "Envelopes in these");
        _notTaken = meter.CreateCounter<long>("wardwatch.cluster.messages.not_taken", "{attempt}", "Attempts to send that the broker did not confirm and that are made again, by reason");
        _received = meter.CreateCounter<long>("wardwatch.cluster.messages.received", "{message}", "Messages of envelopes received from partitions' queues");
        _unreadable = meter.CreateCounter<long>("wardwatch.cluster.messages.unreadable", "{message}", "Messages that are none of ours, set aside in the broker");
        _returned = meter.CreateCounter<long>("wardwatch.cluster.messages.returned", "{message}", "Messages whose readings were not committed here and that the broker delivers again");
        _takeOvers = meter.CreateCounter<long>("wardwatch.cluster.partitions.taken", "{partition}", "Partitions taken, by from whom: nobody, or a node that was not heard any more");
        _confirmSeconds = meter.CreateHistogram<double>("wardwatch.cluster.confirm.duration", "s", "Time from sending a message to the broker's confirmation");
    }

    public void ObserveUnsent(Func<int> batches) => _meter.CreateObservableGauge("wardwatch.cluster.batches.unsent", batches, "{batch}", "Batches of devices that wait to be sent to the broker");

    public void ObservePartitions(Func<int> held, Func<int> unread)
    {
        _meter.CreateObservableGauge("wardwatch.cluster.partitions.held", held, "{partition}", "Partitions that this process has");
        _meter.CreateObservableGauge("wardwatch.cluster.partitions.unread", unread, "{partition}", "Partitions with messages that nobody reads");
    }

    public void Sent(List<EnvelopeBatch> batches, int bytes, double seconds)
    {
        _sent.Add(1);
        _sentBytes.Add(bytes);
        _sentEnvelopes.Add(batches.Sum(static batch => batch.Count));
        _confirmSeconds.Record(seconds);
    }

    public void NotTaken(string reason) => _notTaken.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Received() => _received.Add(1);

    public void Unreadable() => _unreadable.Add(1);

    public void Returned(int messages) => _returned.Add(messages);

    public void Taken(bool over) => _takeOvers.Add(1, new KeyValuePair<string, object?>("from", over ? "unheard" : "nobody"));
}
