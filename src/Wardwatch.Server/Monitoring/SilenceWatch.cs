using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>
/// Notices what does not come: at each tick it looks at every patient of its lane and tells when a device falls silent, a value grows stale,
/// a score loses inputs to age, or a condition of an alert has held for its delay. Each parameter has its own clock, so a live device cannot hide a dead sensor. Patients who have left are forgotten.
/// </summary>
internal sealed partial class SilenceWatch(
    int lane, int lanes, IPatientDirectory patients, IDeviceDirectory devices, PatientStates states, DevicePresence presence, Func<int, DeviceTrack> trackOf, Scoring scoring,
    LaneAlerts alerts, IMonitoringObserver[] observers, MonitoringOptions options, ILogger<SilenceWatch> logger)
{
    // Scores are renewed at ticks only when readings have stopped renewing them.
    private const long ScoreIdle = 5_000_000;

    // A device that still sends for a patient who has left makes a state anew, so that it takes more than one look to be rid of it.
    private const int TicksBetweenTrims = 60;

    private readonly ILogger<SilenceWatch> _logger = logger;
    private readonly long _silentAfter = (long)(options.SilentAfterSeconds * 1e6);
    private IReadOnlyList<PatientEntry>? _present;
    private PatientEntry[] _mine = [];
    private Dictionary<int, List<DeviceEntry>> _awaited = [];
    private int? _devicesVersion;
    private int _ticks;

    /// <summary>Looks at everybody once.</summary>
    /// <param name="now">Microseconds since the Unix epoch.</param>
    /// <param name="group">Takes what must commit.</param>
    public void Tick(long now, CommitGroup group)
    {
        alerts.Watch(now);
        var present = patients.Present;
        if (!ReferenceEquals(present, _present))
        {
            _present = present;
            _mine = [.. present.Where(patient => IsMine(patient.Number))];
            _ticks = 0;
        }

        if (devices.Version is var version && version != _devicesVersion)
        {
            _devicesVersion = version;
            _awaited = FindAwaited(now);
        }

        if (_ticks++ % TicksBetweenTrims == 0)
        {
            // A synthetic patient is not waited for, and its alert must still be able to end.
            states.Trim(IsMine, _mine.Concat(patients.Canaries).Select(patient => patient.Number).ToHashSet());
        }

        foreach (var patient in _mine)
        {
            try
            {
                // Who was given a device and has sent nothing has a state all the same: that nothing comes is to be seen.
                var state = states.Find(patient.Number);
                if (state is null && Missing(patient, now) is not null)
                {
                    state = states.Get(patient.Number);
                }

                if (state is not null)
                {
                    Look(state, patient, now);
                    alerts.Look(state, patient, now, group);
                }
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // A defect met at one patient must neither hide the silence of the others nor end the lane.
                LogDefect(e);
            }
        }
    }

    private bool IsMine(int patientNumber) => EnvelopeWay.ShareOf(patientNumber, lanes) == lane;

    private void Look(PatientState state, PatientEntry patient, long now)
    {
        ref readonly var current = ref state.Current;
        var told = PatientState.StatesAt(in current.Vitals, now);
        var device = DeviceStateAt(in current.Device, now);
        var takenOff = device != DeviceState.Online && !IsWorn(current.Device.Id, patient, now);
        var idle = now - current.Device.LastReceivedAt > ScoreIdle && current.ScoredAt != 0;
        var missing = takenOff || current.Device is { IsContinuous: true, LastReceivedAt: not 0 } or { IsAwaited: true, LastReceivedAt: 0 } ? null : Missing(patient, now);
        if (told == state.ToldStates && device == current.Device.State && !idle && !takenOff && missing is null)
        {
            return;
        }

        var view = current;
        var changed = told != state.ToldStates || device != current.Device.State;
        state.ToldStates = told;
        if (takenOff)
        {
            // Whoever takes a device off the patient does not wait for it: its silence is no news. Another that is worn is expected instead.
            view.Device = Missing(patient, now) ?? Expected(patient, now);
            changed = true;
        }
        else if (missing is { } awaited)
        {
            // What it has said of itself so far stays.
            view.Device = view.Device.Id == awaited.Id ? view.Device with { IsAwaited = true, WornSince = awaited.WornSince } : awaited;
            changed = true;
        }
        else if (device != view.Device.State)
        {
            view.Device.State = device;
            view.Device.Since = device == DeviceState.Online ? now : view.Device.LastReceivedAt;
        }

        if (idle)
        {
            changed |= Rescore(ref view, patient, now);
        }

        if (changed)
        {
            state.Set(in view);
            foreach (var observer in observers)
            {
                observer.Changed(in state.Current, ChangeKind.Status);
            }
        }
    }

    /// <summary>Computes the scores as of now. Their time stays that of the last reading: nothing new is known, only less.</summary>
    private bool Rescore(ref PatientView view, PatientEntry patient, long now)
    {
        var scores = scoring.Score(in view.Vitals, now, patient.SpO2Scale);
        var changed = scores.News2.Min != view.News2.Min || scores.News2.Max != view.News2.Max
            || !scores.Anomaly.Completeness.Equals(view.Anomaly.Completeness);
        view.News2 = scores.News2;
        view.Anomaly = scores.Anomaly;
        changed |= PatientState.Attend(ref view, Attention.From(in scores.News2, in view.Vitals), now);
        return changed;
    }

    private bool IsWorn(string? deviceId, PatientEntry patient, long now) =>
        deviceId is null || devices.Find(deviceId)?.BindingAt(now)?.PatientNumber == patient.Number;

    private DeviceView Expected(PatientEntry patient, long now)
    {
        var worn = devices.All.Where(device => device.BindingAt(now)?.PatientNumber == patient.Number).MinBy(device => device.Number);
        return new DeviceView { Id = worn?.Id, State = DeviceState.Offline, WornSince = worn?.WornSince(now) ?? 0 };
    }

    /// <summary>The first device that the patient was given and that has sent nothing since; null: there is none. What watches the patient already is not asked for here.</summary>
    private DeviceView? Missing(PatientEntry patient, long now)
    {
        if (!_awaited.TryGetValue(patient.Number, out var given))
        {
            return null;
        }

        foreach (var device in given)
        {
            if (device.BindingAt(now) is { IsAwaited: true } binding && binding.PatientNumber == patient.Number && device.WornSince(now) is var since && trackOf(device.Number).HeardAt < since)
            {
                return new DeviceView { Id = device.Id, State = DeviceState.Offline, IsAwaited = true, WornSince = since };
            }
        }

        return null;
    }

    private Dictionary<int, List<DeviceEntry>> FindAwaited(long now)
    {
        var found = new Dictionary<int, List<DeviceEntry>>();
        foreach (var device in devices.All.OrderBy(device => device.Number))
        {
            foreach (var binding in device.Bindings.Where(binding => binding.IsAwaited && binding.UntilMicroseconds > now && IsMine(binding.PatientNumber)))
            {
                var given = found.TryGetValue(binding.PatientNumber, out var list) ? list : found[binding.PatientNumber] = [];
                if (!given.Contains(device))
                {
                    given.Add(device);
                }
            }
        }

        return found;
    }

    private DeviceState DeviceStateAt(in DeviceView device, long now)
    {
        if (device.LastReceivedAt != 0 && now - device.LastReceivedAt <= _silentAfter)
        {
            return DeviceState.Online;
        }

        return device.Id is { } id && presence.IsConnected(id) ? DeviceState.Silent : DeviceState.Offline;
    }

    [LoggerMessage(2020, LogLevel.Error, "The watch over silent devices met a defect at one patient.")]
    private partial void LogDefect(Exception e);
}
