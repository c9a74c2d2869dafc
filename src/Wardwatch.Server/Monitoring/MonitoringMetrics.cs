using System.Diagnostics.Metrics;
using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>What the lanes count. Each lane has its own tallies and adds them once per drained queue, so that counting costs the hot path nothing.</summary>
internal sealed class MonitoringMetrics
{
    private readonly Counter<long> _processed;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _late;
    private readonly Counter<long> _replayed;
    private readonly Counter<long> _valuesRefused;
    private readonly Counter<long> _unmapped;
    private readonly Meter _meter;

    /// <summary>How much came, by ward.</summary>
    public WardReadings Wards { get; } = new();

    public MonitoringMetrics(IMeterFactory meters)
    {
        var meter = _meter = meters.Create("Wardwatch.Monitoring");
        _processed = meter.CreateCounter<long>("wardwatch.readings.processed", "{reading}", "Readings decrypted, checked and scored");
        _refused = meter.CreateCounter<long>("wardwatch.messages.refused", "{message}", "Messages that could not be believed, by reason");
        _late = meter.CreateCounter<long>("wardwatch.readings.late", "{reading}", "Readings that came late or out of order");
        _replayed = meter.CreateCounter<long>("wardwatch.readings.replayed", "{reading}", "Readings whose counter had been seen before");
        _valuesRefused = meter.CreateCounter<long>("wardwatch.values.refused", "{value}", "Single values refused as implausible or unreadable");
        _unmapped = meter.CreateCounter<long>("wardwatch.values.unmapped", "{member}", "Payload members that are kept but not understood");
    }

    public void Add(ref LaneTally tally)
    {
        AddIfAny(_processed, tally.Processed);
        AddIfAny(_late, tally.Late);
        AddIfAny(_replayed, tally.Replayed);
        AddIfAny(_valuesRefused, tally.ValuesRefused);
        AddIfAny(_unmapped, tally.Unmapped);
        tally = default;
    }

    public void ObserveDepth(Func<int> batches) =>
        _meter.CreateObservableGauge("wardwatch.lanes.queued", batches, "{batch}", "Batches that wait for a lane");

    public void Refused(RefusalReason reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason.Name()));

    private static void AddIfAny(Counter<long> counter, int value)
    {
        if (value > 0)
        {
            counter.Add(value);
        }
    }
}

/// <summary>Counts between two reports.</summary>
internal struct LaneTally
{
    public int Processed, Late, Replayed, ValuesRefused, Unmapped;
}
