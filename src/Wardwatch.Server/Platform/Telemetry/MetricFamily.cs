using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Wardwatch.Server.Platform.Telemetry;

/// <summary>How a family's measurements are kept.</summary>
internal enum MetricKind
{
    /// <summary>Grows; each measurement adds.</summary>
    Counter,

    /// <summary>Goes up and down; each measurement adds.</summary>
    UpDown,

    /// <summary>The last measurement stands, a level.</summary>
    Gauge,

    /// <summary>The last measurement stands, a total that grows.</summary>
    ObservedCounter,

    /// <summary>Measurements are counted in buckets.</summary>
    Histogram,
}

/// <summary>One instrument's series, and how they are written. Recording is lock-free and, for a known series, free of allocation.</summary>
internal sealed class MetricFamily
{
    /// <summary>At most so many series; further ones are counted in <see cref="Refused"/>, since a tag with too many values would fill the memory.</summary>
    public const int MostSeries = 2000;

    private static readonly double[] DefaultSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
    private static readonly double[] DefaultOther = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000];

    private readonly string _help;
    private readonly double[] _bounds;
    private readonly ConcurrentDictionary<TagSet, Series> _series = new(TagSet.Comparer.Instance);
    private readonly ConcurrentDictionary<TagSet, Series>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _lookup;
    private long _refused;

    public MetricFamily(Instrument instrument, MetricKind kind, double[]? bounds)
    {
        Kind = kind;
        Name = PrometheusNames.Metric(instrument.Name, instrument.Unit, kind is MetricKind.Counter or MetricKind.ObservedCounter);
        _help = (instrument.Description ?? instrument.Name).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        _bounds = kind == MetricKind.Histogram ? bounds ?? (instrument.Unit == "s" ? DefaultSeconds : DefaultOther) : [];
        _lookup = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
    }

    /// <summary>How measurements are kept.</summary>
    public MetricKind Kind { get; }

    /// <summary>The name in Prometheus's manner.</summary>
    public string Name { get; }

    /// <summary>Measurements that were refused for a new series beyond <see cref="MostSeries"/>.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Takes one measurement.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!_lookup.TryGetValue(tags, out var series))
        {
            if (_series.Count >= MostSeries)
            {
                Interlocked.Increment(ref _refused);
                return;
            }

            _lookup.TryAdd(tags, new Series(_bounds.Length));
            series = _lookup[tags];
        }

        switch (Kind)
        {
            case MetricKind.Counter or MetricKind.UpDown:
                series.Add(value);
                break;
            case MetricKind.Histogram:
                series.Observe(value, _bounds);
                break;
            default:
                series.Set(value);
                break;
        }
    }

    /// <summary>Writes the family in Prometheus's text format, version 0.0.4.</summary>
    public void Write(StringBuilder text)
    {
        if (_series.IsEmpty)
        {
            return;
        }

        var type = Kind switch
        {
            MetricKind.Counter or MetricKind.ObservedCounter => "counter",
            MetricKind.Histogram => "histogram",
            _ => "gauge",
        };
        text.Append("# HELP ").Append(Name).Append(' ').Append(_help).Append('\n');
        text.Append("# TYPE ").Append(Name).Append(' ').Append(type).Append('\n');
        foreach (var (tags, series) in _series.OrderBy(pair => pair.Key.Labels, StringComparer.Ordinal))
        {
            if (Kind == MetricKind.Histogram)
            {
                WriteHistogram(text, tags.Labels, series);
            }
            else
            {
                WriteSample(text, Name, tags.Labels, series.Value);
            }
        }
    }

    private void WriteHistogram(StringBuilder text, string labels, Series series)
    {
        var separator = labels.Length == 0 ? "" : ",";
        long count = 0;
        for (var i = 0; i <= _bounds.Length; i++)
        {
            count += series.Bucket(i);
            var bound = i == _bounds.Length ? "+Inf" : Number(_bounds[i]);
            WriteSample(text, Name + "_bucket", $"{labels}{separator}le=\"{bound}\"", count);
        }

        WriteSample(text, Name + "_sum", labels, series.Value);
        WriteSample(text, Name + "_count", labels, count);
    }

    private static void WriteSample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    /// <summary>One series: a value (for a histogram the sum), and counts per bucket.</summary>
    private sealed class Series(int bounds)
    {
        private readonly long[] _buckets = new long[bounds + 1];
        private double _value;

        public double Value => Volatile.Read(ref _value);

        public long Bucket(int index) => Interlocked.Read(ref _buckets[index]);

        public void Set(double value) => Volatile.Write(ref _value, value);

        public void Add(double value)
        {
            var seen = Volatile.Read(ref _value);
            while (true)
            {
                var before = Interlocked.CompareExchange(ref _value, seen + value, seen);
                if (before.Equals(seen))
                {
                    return;
                }

                seen = before;
            }
        }

        public void Observe(double value, double[] upperBounds)
        {
            var index = 0;
            while (index < upperBounds.Length && value > upperBounds[index])
            {
                index++;
            }

            Interlocked.Increment(ref _buckets[index]);
            Add(value);
        }
    }
}
