using System.Text;

namespace Wardwatch.Server.Platform.Telemetry;

/// <summary>Names of instruments in Prometheus's manner: lower case with underscores, the unit in full, <c>_total</c> behind a counter.</summary>
internal static class PrometheusNames
{
    private const string HistogramSuffix = "_count";

    /// <summary>The metric's name: <c>readings.committed</c>, a counter, becomes <c>readings_committed_total</c>.</summary>
    /// <param name="instrument">The instrument's name.</param>
    /// <param name="unit">Its unit in UCUM: <c>s</c>, <c>By</c>, <c>{reading}</c>; null if it has none.</param>
    /// <param name="counter">True if it only ever grows.</param>
    public static string Metric(string instrument, string? unit, bool counter)
    {
        var name = Sanitize(instrument);
        if (counter && name.EndsWith("_total", StringComparison.Ordinal))
        {
            name = name[..^"_total".Length];
        }

        if (UnitSuffix(unit) is { } suffix && !name.EndsWith("_" + suffix, StringComparison.Ordinal))
        {
            name += "_" + suffix;
        }

        // "_count" belongs to histograms in Prometheus; .NET and Npgsql call some of their levels so.
        if (name.EndsWith(HistogramSuffix, StringComparison.Ordinal))
        {
            name = name[..^HistogramSuffix.Length] + "_number";
        }

        return counter ? name + "_total" : name;
    }

    /// <summary>A label's name.</summary>
    public static string Label(string tag) => Sanitize(tag);

    private static string? UnitSuffix(string? unit) => unit switch
    {
        null or "" or "1" => null,
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "By" => "bytes",
        "%" => "percent",
        // {reading}: a note for people, not a unit
        _ when unit[0] == '{' => null,
        _ => Sanitize(unit),
    };

    private static string Sanitize(string text)
    {
        var name = new StringBuilder(text.Length + 1);
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c) || c == '_')
            {
                name.Append(char.ToLowerInvariant(c));
            }
            else if (name.Length > 0 && name[^1] != '_')
            {
                name.Append('_');
            }
        }

        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
        {
            name.Insert(0, '_');
        }

        return name.ToString();
    }
}
