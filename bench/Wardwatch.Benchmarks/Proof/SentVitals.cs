using Wardwatch.Devices.Payloads;
using Wardwatch.Server.History.Contracts;

namespace Wardwatch.Benchmarks.Proof;

/// <summary>
/// The values of a reading, which follow from its boot id and counter: nothing needs to be kept to know what must be in the database, and a record that
/// stands in another reading's place is found by its values as well.
/// </summary>
internal static class SentVitals
{
    private const int BootSpread = 9_973; // a prime: neighbouring boots get values that do not run in parallel

    /// <summary>The payload of a reading.</summary>
    public static VitalsPayload At(ulong boot, ulong counter, long measuredAt)
    {
        var n = (boot % BootSpread) + counter;
        var payload = new VitalsPayload { MeasuredAt = measuredAt };
        payload.Set(VitalKind.HeartRate, 40 + (n % 157));
        payload.Set(VitalKind.SpO2, 80 + (n % 19));
        payload.Set(VitalKind.SystolicPressure, 95 + (n % 83));
        payload.Set(VitalKind.DiastolicPressure, 45 + (n % 43));
        payload.Set(VitalKind.Temperature, Math.Round(35 + (n % 59 / 10.0), 1));
        payload.Set(VitalKind.RespiratoryRate, 8 + (n % 31));
        return payload;
    }

    /// <summary>True if a record holds these values, these only, and all of the reading's own time.</summary>
    public static bool AreIn(in ReadingContent content, ulong boot, ulong counter)
    {
        var sent = At(boot, counter, measuredAt: 0);
        for (var i = 0; i < ReadingContent.VitalCount; i++)
        {
            if (sent.ValueOf((VitalKind)i) is not { } value)
            {
                if (content.Has(i)) return false;
            }
            else if (!content.Has(i) || !content.Values[i].Equals((float)value) || content.AgeMilliseconds[i] != 0)
            {
                return false;
            }
        }

        return true;
    }
}
