using System.Diagnostics.Metrics;

namespace Wardwatch.Server.Live;

/// <summary>What the live path counts.</summary>
internal sealed class LiveMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _conflated;
    private readonly Counter<long> _overflowed;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _cut;

    public LiveMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("Wardwatch.Live");
        _conflated = _meter.CreateCounter<long>("wardwatch.live.conflated", "{message}", "Messages joined into newer ones for slow subscribers");
        _overflowed = _meter.CreateCounter<long>("wardwatch.live.overflowed", "{change}", "Changes joined by patient because the broadcaster was behind");
        _refused = _meter.CreateCounter<long>("wardwatch.live.refused", "{subscriber}", "Subscribers refused because there were too many");
        _cut = _meter.CreateCounter<long>("wardwatch.live.cut", "{subscriber}", "Subscribers cut off, by kind of connection and reason: not-reading, too-far-behind, no-answer");
    }

    public void ObserveSubscribers(Func<int> count, Func<int> waiting)
    {
        _meter.CreateObservableGauge("wardwatch.live.subscribers", count, "{subscriber}", "Screens and clients that listen");
        _meter.CreateObservableGauge("wardwatch.live.waiting", waiting, "{message}", "Messages that wait for subscribers, in all");
    }

    public void Conflated(long messages)
    {
        if (messages > 0)
        {
            _conflated.Add(messages);
        }
    }

    public void Overflowed() => _overflowed.Add(1);

    public void Refused() => _refused.Add(1);

    public void Cut(string channel, string reason) =>
        _cut.Add(1, new KeyValuePair<string, object?>("channel", channel), new KeyValuePair<string, object?>("reason", reason));
}
