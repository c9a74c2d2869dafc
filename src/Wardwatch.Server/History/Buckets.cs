using System.Numerics;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Server.History;

/// <summary>
/// Joins readings into buckets of equal length: least, mean and greatest of each numeric vital and of the anomaly score. Buckets begin at whole multiples of their
/// length since the Unix epoch, so that the same range asked twice gives the same buckets. Empty buckets are left out: a gap stays a gap.
/// </summary>
internal sealed class Buckets(long bucketMicroseconds, int most)
{
    /// <summary>The most anomalies that are listed one by one: the highest of the range.</summary>
    public const int MostAnomalies = 500;

    // A record keeps a value's age in whole milliseconds, so that the time computed from it moves by less than one.
    private const long SameMeasurement = 2_000;

    private readonly List<BucketDocument> _done = [];
    private readonly PriorityQueue<AnomalyPeak, double> _anomalies = new();
    private readonly Tally[] _tallies = new Tally[VitalCatalogue.Count];
    private readonly long[] _lastMeasured = new long[VitalCatalogue.Count];
    private Tally _anomaly;
    private long _current = long.MinValue;
    private int _count;
    private int _news2Min = int.MaxValue;
    private int _news2Max = int.MinValue;

    /// <summary>Takes the next reading, in order of time; false once there are as many buckets as were asked for.</summary>
    public bool Add(in StoredReading reading, double anomalyThreshold)
    {
        var bucket = reading.Key.MeasuredAt / bucketMicroseconds;
        if (bucket != _current)
        {
            Close();
            if (_done.Count == most)
            {
                return false;
            }

            _current = bucket;
        }

        _count++;
        Count(in reading);
        if (reading.Content.AnomalyScore >= anomalyThreshold)
        {
            // Only the highest stay; making documents of them waits until then.
            _anomalies.Enqueue(new AnomalyPeak(reading.Key.MeasuredAt, reading.Content), reading.Content.AnomalyScore);
            if (_anomalies.Count > MostAnomalies)
            {
                _anomalies.Dequeue();
            }
        }

        return true;
    }

    /// <summary>Everything that was added.</summary>
    public (IReadOnlyList<BucketDocument> Items, IReadOnlyList<AnomalyPoint> Anomalies) Finish()
    {
        Close();
        var points = _anomalies.UnorderedItems.Select(item => item.Element).OrderBy(peak => peak.MeasuredAt).Select(peak => peak.ToPoint());
        return (_done, [.. points]);
    }

    private void Count(in StoredReading reading)
    {
        ref readonly var content = ref reading.Content;
        for (var left = (uint)content.Present; left != 0; left &= left - 1)
        {
            // A cuff's pressure that a monitor repeats with each reading was measured once, and counts once.
            var vital = BitOperations.TrailingZeroCount(left);
            var age = content.AgeMilliseconds[vital];
            var measuredAt = reading.Key.MeasuredAt - age * 1000L;
            if (age == 0 || Math.Abs(measuredAt - _lastMeasured[vital]) > SameMeasurement)
            {
                _lastMeasured[vital] = measuredAt;
                _tallies[vital].Add(content.Values[vital]);
            }
        }

        if (!float.IsNaN(content.AnomalyScore))
        {
            _anomaly.Add(content.AnomalyScore);
        }

        if (content.News2Min != 255)
        {
            _news2Min = Math.Min(_news2Min, content.News2Min);
            _news2Max = Math.Max(_news2Max, content.News2Max);
        }
    }

    private void Close()
    {
        if (_count > 0)
        {
            _done.Add(ToDocument());
        }

        Array.Clear(_tallies);
        _anomaly = default;
        _count = 0;
        (_news2Min, _news2Max) = (int.MaxValue, int.MinValue);
    }

    private BucketDocument ToDocument()
    {
        var vitals = new Dictionary<string, SpreadDocument>(StringComparer.Ordinal);
        foreach (var definition in VitalCatalogue.All)
        {
            ref readonly var tally = ref _tallies[(int)definition.Vital];

            // The mean of levels of consciousness would be nonsense.
            if (tally.Count > 0 && definition.Vital is not (Vital.Consciousness or Vital.SupplementalOxygen))
            {
                vitals.Add(definition.WireKey, tally.ToDocument(digits: 3));
            }
        }

        return new BucketDocument(
            Platform.Contracts.UnixTime.ToDateTimeOffset(_current * bucketMicroseconds), _count, vitals,
            _anomaly.Count > 0 ? _anomaly.ToDocument(digits: 4) : null,
            _news2Min <= _news2Max ? new PointsDocument(_news2Min, _news2Max) : null);
    }

    private struct Tally
    {
        private float _min;
        private float _max;
        private double _sum;

        public int Count { get; private set; }

        public void Add(float value)
        {
            _min = Count == 0 ? value : Math.Min(_min, value);
            _max = Count == 0 ? value : Math.Max(_max, value);
            _sum += value;
            Count++;
        }

        public readonly SpreadDocument ToDocument(int digits) => new(
            Math.Round(ReadingDocuments.Exact(_min), digits), Math.Round(_sum / Count, digits), Math.Round(ReadingDocuments.Exact(_max), digits), Count);
    }

    private readonly record struct AnomalyPeak(long MeasuredAt, ReadingContent Content)
    {
        public AnomalyPoint ToPoint()
        {
            var content = Content;
            var anomaly = ReadingDocuments.Build(MeasuredAt, MeasuredAt, device: null, late: false, partlyRefused: false, in content).Anomaly!;
            return new AnomalyPoint(Platform.Contracts.UnixTime.ToDateTimeOffset(MeasuredAt), anomaly.Score, anomaly.Drivers);
        }
    }
}

/// <summary>Least, mean and greatest value, and of how many.</summary>
internal sealed record SpreadDocument(double Min, double Mean, double Max, int Count);

/// <summary>One bucket of a trend.</summary>
/// <param name="Start">Its beginning.</param>
/// <param name="Count">Readings in it.</param>
/// <param name="Vitals">Numeric vitals by key.</param>
/// <param name="Anomaly">The anomaly score.</param>
/// <param name="News2">The least lower and the greatest upper bound.</param>
internal sealed record BucketDocument(DateTimeOffset Start, int Count, IReadOnlyDictionary<string, SpreadDocument> Vitals, SpreadDocument? Anomaly, PointsDocument? News2);

/// <summary>A past anomaly with what drove it.</summary>
internal sealed record AnomalyPoint(DateTimeOffset At, double Score, IReadOnlyList<AnomalyDriver> Drivers);
