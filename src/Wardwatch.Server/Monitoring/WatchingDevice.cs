using Wardwatch.Clinical.Vitals;
using Wardwatch.Devices.Payloads;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>
/// Which of a patient's devices stands for the patient's being watched. A patient may wear several at once: a monitor, and a glucose meter that sends now and
/// then. The one shown is the one whose silence matters, and it does not change with every reading of another:
/// <code>
/// the other sends …            shown: a monitor     shown: an occasional device     shown never sent
/// what a monitor measures      if it is silent      yes                             yes
/// something else               no                   if it is silent                 unless that one is awaited
/// </code>
/// A thermometer that goes on sending can thus not hide that the monitor has fallen silent.
/// </summary>
internal static class WatchingDevice
{
    private static readonly int ContinuousVitals = MaskOf(static definition => definition.IsContinuous);

    /// <summary>Whether a reading has what a monitor measures all the time.</summary>
    public static bool IsContinuous(int presentVitals) => (presentVitals & ContinuousVitals) != 0;

    /// <summary>Takes note that a device has sent. Answers whether that changed which device is shown, or its state.</summary>
    public static bool Heard(ref PatientView view, DeviceEntry device, in VitalSet reading, long receivedAt, long measuredAt)
    {
        ref var shown = ref view.Device;
        var id = device.Id;
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

        if (another)
        {
            // What one said of its battery is not said of the next.
            shown = new DeviceView { Since = shown.Since, State = shown.State };
        }

        shown.IsContinuous = continuous || shown.IsContinuous;
        shown.Id = id;
        shown.WornSince = device.WornSince(receivedAt);
        shown.LastReceivedAt = receivedAt;
        shown.LastMeasuredAt = measuredAt;
        return changed;
    }

    /// <summary>Takes note of what a device says of itself. Answers whether it is the one that is shown; of another nobody would know of which it is.</summary>
    public static bool Said(ref PatientView view, DeviceEntry device, in StatusPayload status, long receivedAt)
    {
        ref var shown = ref view.Device;
        if (shown.Id is null)
        {
            shown = new DeviceView { Id = device.Id, State = DeviceState.Offline };
        }
        else if (shown.Id != device.Id)
        {
            return false;
        }

        shown.WornSince = device.WornSince(receivedAt);
        shown.StatusAt = receivedAt;
        Take(ref shown, in status);
        return true;
    }

    /// <summary>What a status leaves out stays as it was said before.</summary>
    public static void Take(ref DeviceView shown, in StatusPayload status)
    {
        shown.Battery = status.Battery ?? shown.Battery;
        shown.SensorsOff = status.HasSensors ? ((shown.SensorsOff ?? 0) & ~status.SensorsOn) | status.SensorsOff : shown.SensorsOff;
    }

    // One that is awaited and has never sent gives way to what watches the patient as it would, and to nothing else: its silence is what is to be seen.
    private static bool TakesOver(in DeviceView shown, bool continuous) =>
        shown.Id is null
        || (shown.LastReceivedAt == 0
            ? continuous || !shown.IsAwaited
            : continuous
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
