using System.Diagnostics.Metrics;

namespace Wardwatch.Server.Cluster.Live;

/// <summary>What is counted about live news between processes.</summary>
internal sealed class LiveFeedMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _joined;
    private readonly Counter<long> _received;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _missed;

    public LiveFeedMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("Wardwatch.LiveFeed");
        _sent = _meter.CreateCounter<long>("wardwatch.live_feed.sent", "{state}", "States of patients sent to other processes' screens");
        _joined = _meter.CreateCounter<long>("wardwatch.live_feed.joined", "{state}", "States that were joined into newer ones of the same patient before they were sent");
        _received = _meter.CreateCounter<long>("wardwatch.live_feed.received", "{state}", "States of patients received from other processes");
        _refused = _meter.CreateCounter<long>("wardwatch.live_feed.refused", "{message}", "Messages that did not open, or came again");
        _missed = _meter.CreateCounter<long>("wardwatch.live_feed.missed", "{message}", "Messages that were lost on the way, after which everybody's state was asked for");
    }

    public void Observe(Func<int> lost, Func<int> monitors)
    {
        _meter.CreateObservableGauge("wardwatch.live_feed.lost", lost, "{feed}", "1 while screens of this process do not hear of all patients");
        _meter.CreateObservableGauge("wardwatch.live_feed.monitors", monitors, "{node}", "Monitors of which this process hears");
    }

    public void Sent(int states) => _sent.Add(states);

    public void Joined() => _joined.Add(1);

    public void Received(int states) => _received.Add(states);

    public void Refused() => _refused.Add(1);

    public void Missed(long messages) => _missed.Add(messages);
}
