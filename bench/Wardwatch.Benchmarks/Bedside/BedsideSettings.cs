using Wardwatch.Devices.Payloads;

namespace Wardwatch.Benchmarks.Bedside;

/// <summary>What the benchmarks of the way from a reading to the bedside have in common.</summary>
internal static class BedsideSettings
{
    /// <summary>Blood glucose in mmol/L: an alert of high priority, of medium priority, none.</summary>
    public const double Low = 2.5, High = 22, Well = 7;

    /// <summary>All devices come from one address, and few accounts ask for everybody: those limits are raised. Everything else is as it is by default.</summary>
    public static Dictionary<string, string?> Limits => new(StringComparer.Ordinal)
    {
        ["Wardwatch__Limits__StaffPerMinute"] = "1000000",
        ["Wardwatch__Limits__StaffBurst"] = "1000000",
        ["Wardwatch__Limits__MaxConnectionsPerAddress"] = "20000",
        ["Wardwatch__Limits__MaxConnections"] = "20000",
        ["Wardwatch__Staff__SecondFactorRequired"] = "false",
    };

    /// <summary>A reading of blood glucose and nothing else: it is judged at once, and the value before it is over.</summary>
    public static VitalsPayload Glucose(double value, long measuredAtMicros)
    {
        var payload = new VitalsPayload { MeasuredAt = measuredAtMicros };
        payload.Set(VitalKind.Glucose, value);
        return payload;
    }

    /// <summary>Now, in Unix microseconds.</summary>
    public static long NowMicros() => MeasurementTimes.ToUnixMicroseconds(TimeProvider.System.GetUtcNow());

    /// <summary>How busy the machine is: the load average of the last minute.</summary>
    public static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?";
}
