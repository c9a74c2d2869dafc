using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>
/// Which of a patient's devices stands for the patient's being watched. A patient may wear several at once: a monitor, and a glucose meter that sends now and
/// then. The one shown is the one whose silence matters, and it does not change with every reading of another:
/// <code>
/// the other sends …            shown: a monitor     shown: an occasional device     shown never sent
/// what a monitor measures      if it is silent      yes                             yes
/// something else               no                   if it is silent                 yes
/// </code>
/// A thermometer that goes on sending can thus not hide that the monitor has fallen silent.
/// </summary>
internal static class WatchingDevice
{
    private static readonly int ContinuousVitals = MaskOf(static definition => definition.IsContinuous);

    /// <summary>Whether a reading has what a monitor measures all the time.</summary>
    public static bool IsContinuous(int presentVitals) => (presentVitals & ContinuousVitals) != 0;

    /// <summary>Takes note that a device has sent. Answers whether that changed which device is shown, or its state.</summary>
    public static bool Heard(ref PatientView view, string id, in VitalSet reading, long receivedAt, long measuredAt)
    {
        ref var shown = ref view.Device;
        view.MeasuredBy = id;
        var continuous = IsContinuous(reading.PresentMask);
        var another = shown.Id != id;
        if (another && !TakesOver(in shown, continuous))
        {
            return false;
        }

        var changed = another || shown.State != DeviceState.Online;
        if (changed)
        {
            shown.Since = receivedAt;
            shown.State = DeviceState.Online;
        }

        shown.IsContinuous = continuous || (shown.IsContinuous && !another);
        shown.Id = id;
        shown.LastReceivedAt = receivedAt;
        shown.LastMeasuredAt = measuredAt;
        return changed;
    }

    private static bool TakesOver(in DeviceView shown, bool continuous) =>
        shown.Id is null || shown.LastReceivedAt == 0
        || (continuous
            ? !shown.IsContinuous || shown.State != DeviceState.Online
            : !shown.IsContinuous && shown.State != DeviceState.Online);

    private static int MaskOf(Func<VitalDefinition, bool> chosen)
    {
        var mask = 0;
        foreach (var definition in VitalCatalogue.All)
        {
            mask |= chosen(definition) ? 1 << (int)definition.Vital : 0;
        }

        return mask;
    }
}
