using System.Text.Json.Serialization;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.History.Contracts;

/// <summary>What drove an anomaly score.</summary>
/// <param name="Vital">The vital's key.</param>
/// <param name="Contribution">Its share of the score; positive drives it up.</param>
public sealed record AnomalyDriver(string Vital, double Contribution);

/// <summary>Least and greatest points.</summary>
public sealed record PointsDocument(int Min, int Max);

/// <summary>One reading of the past.</summary>
/// <param name="At">When it was measured.</param>
/// <param name="ReceivedAt">When it came.</param>
/// <param name="Device">The device's id.</param>
/// <param name="Late">True if it came late or out of order, or belonged to an earlier wearer of the device.</param>
/// <param name="PartlyRefused">True if single values of it were refused as implausible or unreadable.</param>
/// <param name="Vitals">Its values by key.</param>
/// <param name="MeasuredAt">For values with a time of their own (a cuff's pressure that is sent along later): when they were measured.</param>
/// <param name="Anomaly">Its anomaly score, if there was one.</param>
/// <param name="News2">NEWS2's bounds then.</param>
public sealed record ReadingDocument(
    DateTimeOffset At, DateTimeOffset ReceivedAt, string? Device, bool Late, bool PartlyRefused, IReadOnlyDictionary<string, object> Vitals,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, DateTimeOffset>? MeasuredAt,
    ReadingAnomaly? Anomaly, PointsDocument? News2);

/// <summary>The anomaly score of a past reading.</summary>
public sealed record ReadingAnomaly(double Score, double Completeness, IReadOnlyList<AnomalyDriver> Drivers);

/// <summary>Makes documents of readings.</summary>
public static class ReadingDocuments
{
    /// <summary>A reading as the API shows it.</summary>
    public static ReadingDocument Build(long measuredAt, long receivedAt, string? device, bool late, bool partlyRefused, in ReadingContent content) => new(
        UnixTime.ToDateTimeOffset(measuredAt), UnixTime.ToDateTimeOffset(receivedAt), device, late, partlyRefused,
        Values(in content), OwnTimes(measuredAt, in content), Anomaly(in content), content.News2Min == 255 ? null : new PointsDocument(content.News2Min, content.News2Max));

    /// <summary>
    /// The double that a person would write for a stored single: 37.1, not 37.09999847. A single keeps seven digits, more than any of these sensors has.
    /// </summary>
    public static double Exact(float value) => float.IsFinite(value) ? (double)(decimal)value : double.NaN;

    /// <summary>The form in which the API gives a vital: a number, the letter of the ACVPU scale, or true and false.</summary>
    public static object Value(Vital vital, double value) => vital switch
    {
        Vital.Consciousness => "ACVPU".Substring((int)value, 1),
        Vital.SupplementalOxygen => value != 0,
        _ => value,
    };

    private static Dictionary<string, object> Values(in ReadingContent content)
    {
        var values = new Dictionary<string, object>(VitalCatalogue.Count, StringComparer.Ordinal);
        for (var vital = 0; vital < VitalCatalogue.Count; vital++)
        {
            if (content.Has(vital))
            {
                values.Add(VitalCatalogue.Of((Vital)vital).WireKey, Value((Vital)vital, Exact(content.Values[vital])));
            }
        }

        return values;
    }

    private static Dictionary<string, DateTimeOffset>? OwnTimes(long readingMeasuredAt, in ReadingContent content)
    {
        Dictionary<string, DateTimeOffset>? times = null;
        for (var vital = 0; vital < VitalCatalogue.Count; vital++)
        {
            if (content.Has(vital) && content.AgeMilliseconds[vital] != 0)
            {
                times ??= new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
                times.Add(VitalCatalogue.Of((Vital)vital).WireKey, UnixTime.ToDateTimeOffset(readingMeasuredAt - content.AgeMilliseconds[vital] * 1000L));
            }
        }

        return times;
    }

    private static ReadingAnomaly? Anomaly(in ReadingContent content)
    {
        if (float.IsNaN(content.AnomalyScore))
        {
            return null;
        }

        var drivers = new AnomalyDriver[content.Drivers];
        for (var driver = 0; driver < drivers.Length; driver++)
        {
            drivers[driver] = new AnomalyDriver(
                VitalCatalogue.Of((Vital)content.DriverVitals[driver]).WireKey, Math.Round(content.DriverContributions[driver], 3));
        }

        return new ReadingAnomaly(Math.Round(content.AnomalyScore, 4), Math.Round(content.Completeness, 3), drivers);
    }
}
