using System.Globalization;

namespace Wardwatch.Benchmarks.Stage;

/// <summary>What <c>/metrics</c> said at one moment.</summary>
internal sealed class MetricsSnapshot
{
    private readonly Dictionary<string, double> _values = new(StringComparer.Ordinal);

    /// <summary>Reads Prometheus' text format; series of one name that differ in their labels are added up.</summary>
    public static MetricsSnapshot Parse(string text)
    {
        var snapshot = new MetricsSnapshot();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '#') continue;
            var nameEnd = line.AsSpan().IndexOfAny('{', ' ');
            var valueAt = line.LastIndexOf(' ');
            if (nameEnd <= 0 || !double.TryParse(line.AsSpan(valueAt + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)) continue;
            var name = line[..nameEnd];
            snapshot._values[name] = snapshot._values.GetValueOrDefault(name) + value;
        }

        return snapshot;
    }

    /// <summary>A metric's value; 0 where there is none yet.</summary>
    public double this[string name] => _values.GetValueOrDefault(name);

    /// <summary>The mean of a histogram's values between an earlier snapshot and this one; NaN where there was none.</summary>
    public double MeanSince(MetricsSnapshot earlier, string histogram) =>
        (this[histogram + "_sum"] - earlier[histogram + "_sum"]) / (this[histogram + "_count"] - earlier[histogram + "_count"]);
}
