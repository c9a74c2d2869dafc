using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Monitoring.Contracts;

/// <summary>Makes documents of live states. Used by requests and by live messages alike, so that both say the same.</summary>
public static class PatientDocumentBuilder
{
    internal static readonly string[] States = ["live", "delayed", "stale", "offline"];
    internal static readonly string[] DeviceStates = ["online", "silent", "offline"];

    /// <summary>A patient with the live state; the state may be empty.</summary>
    /// <param name="patient">The patient.</param>
    /// <param name="view">The state.</param>
    /// <param name="alerts">The alerts that ask for somebody.</param>
    /// <param name="limitsChanged">Whether the patient has limits of their own.</param>
    /// <param name="now">Microseconds since the Unix epoch.</param>
    public static PatientDocument Patient(PatientEntry patient, in PatientView view, IReadOnlyList<AlertDocument> alerts, bool limitsChanged, long now) => new(
        patient.Id, patient.Name, patient.ShortName, patient.RecordNumber, patient.DateOfBirth, patient.Sex, patient.Bed, patient.Ward, patient.Status,
        patient.SpO2Scale, Device(in view.Device), Vitals(in view.Vitals, now), Anomaly(in view), News2(in view, patient.SpO2Scale), Attention(in view),
        alerts, limitsChanged, view.Sequence);

    /// <summary>The latest values with their ages as of <paramref name="now"/>.</summary>
    public static Dictionary<string, VitalValue> Vitals(in VitalSet vitals, long now)
    {
        var values = new Dictionary<string, VitalValue>(vitals.Count, StringComparer.Ordinal);
        foreach (var definition in VitalCatalogue.All)
        {
            if (vitals.TryGet(definition.Vital, out var value, out var at))
            {
                var age = Math.Max(0, (now - at) / 1e6);
                values.Add(definition.WireKey, new VitalValue(ReadingDocuments.Value(definition.Vital, value), UnixTime.ToDateTimeOffset(at),
                    Math.Round(age, 3), States[(int)definition.Ages.StateAt(age)]));
            }
        }

        return values;
    }

    /// <summary>The anomaly score, or null if there is none.</summary>
    public static AnomalyDocument? Anomaly(in PatientView view)
    {
        if (view.ScoredAt == 0 || float.IsNaN(view.Anomaly.Score))
        {
            return null;
        }

        var drivers = new AnomalyDriver[view.Anomaly.Count];
        for (var i = 0; i < drivers.Length; i++)
        {
            var driver = view.Anomaly.Drivers[i];
            drivers[i] = new AnomalyDriver(VitalCatalogue.Of(driver.Vital).WireKey, Math.Round(driver.Contribution, 3));
        }

        return new AnomalyDocument(Math.Round(view.Anomaly.Score, 4), UnixTime.ToDateTimeOffset(view.ScoredAt), Math.Round(view.Anomaly.Completeness, 3),
            drivers, view.Anomaly.Model);
    }

    /// <summary>NEWS2, or null if nothing was ever measured.</summary>
    public static News2Document? News2(in PatientView view, int scale)
    {
        if (view.ScoredAt == 0)
        {
            return null;
        }

        var parameters = new Dictionary<string, PointsDocument>(StringComparer.Ordinal);
        foreach (var vital in Wardwatch.Clinical.Scores.News2.Parameters)
        {
            parameters.Add(VitalCatalogue.Of(vital).WireKey, new PointsDocument(view.News2.MinOf(vital), view.News2.MaxOf(vital)));
        }

        return new News2Document(view.News2.Min, view.News2.Max, view.News2.Complete, UnixTime.ToDateTimeOffset(view.ScoredAt), scale, parameters);
    }

    /// <summary>What asks for attention: the score first, then a silent device.</summary>
    public static AttentionDocument? Attention(in PatientView view)
    {
        if (view.Attention.Priority != AttentionPriority.None)
        {
            return new AttentionDocument(
                view.Attention.Priority == AttentionPriority.High ? "high" : "medium", AttentionText.Format(view.Attention),
                view.Attention.Vital is { } vital ? VitalCatalogue.Of(vital).WireKey : null, UnixTime.ToDateTimeOffset(view.AttentionSince));
        }

        // A spare that never sent is not news; one that stopped is, and one that somebody put on and that does not begin.
        return view.Device is { Id: { } id, State: not DeviceState.Online } and ({ LastReceivedAt: > 0 } or { IsAwaited: true })
            ? new AttentionDocument("technical", $"No data from device {id}", Vital: null, UnixTime.ToDateTimeOffset(view.Device is { LastReceivedAt: > 0 and var last } ? last : view.Device.WornSince))
            : null;
    }

    /// <summary>The device, or null if there is none.</summary>
    public static DeviceDocument? Device(in DeviceView device)
    {
        if (device.Id is null)
        {
            return null;
        }

        var heard = device.LastReceivedAt != 0;
        return new DeviceDocument(device.Id, DeviceStates[(int)device.State], Since(in device) is { } since ? UnixTime.ToDateTimeOffset(since) : null,
            heard ? UnixTime.ToDateTimeOffset(device.LastReceivedAt) : null,
            heard ? ClockOffset(in device) : null, device.Battery is { } battery ? Math.Round(battery, 1) : null, SensorsOff(in device),
            device.StatusAt != 0 ? UnixTime.ToDateTimeOffset(device.StatusAt) : null);
    }

    /// <summary>Since when it has been so: of one that never sent, since it is worn.</summary>
    internal static long? Since(in DeviceView device) => device.LastReceivedAt != 0 ? device.Since : device.WornSince != 0 ? device.WornSince : null;

    private static string[]? SensorsOff(in DeviceView device)
    {
        if (device.SensorsOff is not { } off)
        {
            return null;
        }

        return [.. VitalCatalogue.All.ToArray().Where(definition => (off >> (int)definition.Vital & 1) != 0).Select(definition => definition.WireKey)];
    }

    // Zero is added so that a clock which is slightly behind does not read as "-0".
    internal static double ClockOffset(in DeviceView device) => Math.Round((device.LastMeasuredAt - device.LastReceivedAt) / 1e6, 1) + 0.0;
}
