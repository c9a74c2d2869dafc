using Wardwatch.Devices.Payloads;

namespace Wardwatch.Benchmarks.Stage;

/// <summary>Readings of an adult at rest, slowly varying, the same at every run.</summary>
internal static class PlausibleVitals
{
    /// <summary>All eight vitals of the standard payload.</summary>
    /// <param name="measuredAtMicros">Unix microseconds.</param>
    /// <param name="step">Counts the readings; it moves the values.</param>
    public static VitalsPayload At(long measuredAtMicros, int step)
    {
        var wave = Math.Sin(step / 300.0);
        var payload = new VitalsPayload { MeasuredAt = measuredAtMicros };
        payload.Set(VitalKind.HeartRate, Math.Round(76 + (8 * wave)));
        payload.Set(VitalKind.SpO2, Math.Round(97 + wave));
        payload.Set(VitalKind.SystolicPressure, Math.Round(121 + (9 * wave)));
        payload.Set(VitalKind.DiastolicPressure, Math.Round(78 + (5 * wave)));
        payload.Set(VitalKind.Temperature, Math.Round(36.8 + (0.3 * wave), 1));
        payload.Set(VitalKind.RespiratoryRate, Math.Round(16 + (2 * wave)));
        payload.Set(ConsciousnessLevel.Alert);
        payload.SetSupplementalOxygen(false);
        return payload;
    }
}
