using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace Wardwatch.Server.Platform.Telemetry;

/// <summary>
/// Listens to the meters of Wardwatch, of the runtime, of the web server and of Npgsql, and writes what they measured in
/// Prometheus's text format.
/// </summary>
internal sealed class PrometheusExporter : IDisposable
{
    /// <summary>The content type of the format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly string[] MeterPrefixes = ["Wardwatch", "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql"];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, MetricFamily> _families = new();

    public PrometheusExporter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (Array.Exists(MeterPrefixes, prefix => instrument.Meter.Name.StartsWith(prefix, StringComparison.Ordinal)) && KindOf(instrument) is { } kind)
            {
                listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument, added => new MetricFamily(added, kind, BoundsOf(added))));
            }
        };
        _listener.MeasurementsCompleted = (instrument, _) => _families.TryRemove(instrument, out MetricFamily? _);
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, state) => Record(state, (double)value, tags));
        _listener.Start();
    }

    /// <summary>Everything measured up to now.</summary>
    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder(16 * 1024);
        long refused = 0;
        foreach (var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal).DistinctBy(family => family.Name))
        {
            family.Write(text);
            refused += family.Refused;
        }

        text.Append("# HELP metrics_series_refused_total Measurements not kept, since their instrument has too many series\n# TYPE metrics_series_refused_total counter\n");
        text.Append("metrics_series_refused_total ").Append(refused).Append('\n');
        return text.ToString();
    }

    /// <inheritdoc />
    public void Dispose() => _listener.Dispose();

    private static void Record(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => ((MetricFamily)state!).Record(value, tags);

    private static MetricKind? KindOf(Instrument instrument)
    {
        var type = instrument.GetType();
        var generic = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        return generic == typeof(Counter<>) ? MetricKind.Counter
            : generic == typeof(UpDownCounter<>) ? MetricKind.UpDown
            : generic == typeof(Histogram<>) ? MetricKind.Histogram
            : generic == typeof(Gauge<>) || generic == typeof(ObservableGauge<>) || generic == typeof(ObservableUpDownCounter<>) ? MetricKind.Gauge
            : generic == typeof(ObservableCounter<>) ? MetricKind.ObservedCounter
            : null;
    }

    private static double[]? BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => bounds.Select(bound => (double)bound).ToArray(),
        Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => bounds.Select(bound => (double)bound).ToArray(),
        _ => null,
    };
}
