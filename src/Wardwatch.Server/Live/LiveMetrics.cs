using System.Diagnostics.Metrics;

namespace Wardwatch.Server.Live;

/// <summary>What the live path counts.</summary>
internal sealed class LiveMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _conflated;
    private readonly Counter<long> _overflowed;
    private readonly Counter<long> _refused;

    public LiveMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("Wardwatch.Live");
        _conflated = _meter.CreateCounter<long>("wardwatch.live.conflated", "{message}", "Messages joined into newer ones for slow subscribers");
        _overflowed = _meter.CreateCounter<long>("wardwatch.live.overflowed", "{change}", "Changes joined by patient because the broadcaster was behind");
        _refused = _meter.CreateCounter<long>("wardwatch.live.refused", "{subscriber}", "Subscribers refused because there were too many");
    }

    public void ObserveSubscribers(Func<int> count) =>
        _meter.CreateObservableGauge("wardwatch.live.subscribers", count, "{subscriber}", "Screens and clients that listen");

    public void Conflated(long messages)
    {
        if (messages > 0)
        {
            _conflated.Add(messages);
        }
    }

    public void Overflowed() => _overflowed.Add(1);

    public void Refused() => _refused.Add(1);
}
