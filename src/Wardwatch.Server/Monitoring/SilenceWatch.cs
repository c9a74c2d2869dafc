using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>
/// Notices what does not come: at each tick it looks at every patient of its lane and tells when a device falls silent, a value grows stale,
/// or a score loses inputs to age. Each parameter has its own clock, so a live device cannot hide a dead sensor.
/// </summary>
internal sealed partial class SilenceWatch(
    int lane, int lanes, IPatientDirectory patients, PatientStates states, DevicePresence presence, Scoring scoring,
    IMonitoringObserver[] observers, MonitoringOptions options, ILogger<SilenceWatch> logger)
{
    // Scores are renewed at ticks only when readings have stopped renewing them.
    private const long ScoreIdle = 5_000_000;

    private readonly ILogger<SilenceWatch> _logger = logger;
    private readonly long _silentAfter = (long)(options.SilentAfterSeconds * 1e6);
    private IReadOnlyList<PatientEntry>? _present;
    private PatientEntry[] _mine = [];

    /// <summary>Looks at everybody once.</summary>
    /// <param name="now">Microseconds since the Unix epoch.</param>
    public void Tick(long now)
    {
        var present = patients.Present;
        if (!ReferenceEquals(present, _present))
        {
            _present = present;
            _mine = [.. present.Where(patient => LaneMap.Of(patient.Number, lanes) == lane)];
        }

        foreach (var patient in _mine)
        {
            try
            {
                if (states.Find(patient.Number) is { } state)
                {
                    Look(state, patient, now);
                }
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // A defect met at one patient must neither hide the silence of the others nor end the lane.
                LogDefect(e);
            }
        }
    }

    private void Look(PatientState state, PatientEntry patient, long now)
    {
        ref readonly var current = ref state.Current;
        var told = PatientState.StatesAt(in current.Vitals, now);
        var device = DeviceStateAt(in current.Device, now);
        var idle = now - current.Device.LastReceivedAt > ScoreIdle && current.ScoredAt != 0;
        if (told == state.ToldStates && device == current.Device.State && !idle)
        {
            return;
        }

        var view = current;
        var changed = told != state.ToldStates || device != current.Device.State;
        state.ToldStates = told;
        if (device != view.Device.State)
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

/// <summary>Which lane a patient belongs to: a stable spread, the same at every start.</summary>
internal static class LaneMap
{
    public static int Of(int patientNumber, int lanes) => (int)((uint)(patientNumber * -1640531527) % (uint)lanes);
}
