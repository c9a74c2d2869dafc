using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>
/// Runs the alert engine over a lane's patients, at each reading and at each tick of the clock. What changes goes into the group, and commits with the reading that brought it
/// about. While nothing changes, which is nearly always, it allocates nothing. An instance belongs to one lane.
/// </summary>
internal sealed class LaneAlerts(IAlertBook book)
{
    private readonly AlertTransition[] _transitions = new AlertTransition[AlertCatalogue.Count];
    private IAlertBatch? _batch;
    private long _watchedFrom;

    /// <summary>The lane runs: what was to be heard before, nobody could hear.</summary>
    public void Watch(long now) => _watchedFrom = _watchedFrom == 0 ? now : _watchedFrom;

    /// <summary>Looks at a patient as of now.</summary>
    /// <param name="state">The patient's state.</param>
    /// <param name="patient">The patient.</param>
    /// <param name="now">Microseconds since the Unix epoch.</param>
    /// <param name="group">Takes what must commit.</param>
    public void Look(PatientState state, PatientEntry patient, long now, CommitGroup group)
    {
        var alerts = state.Alerts;
        ref readonly var view = ref state.Current;

        // A reading that waited is looked at behind a tick that did not.
        now = alerts.LastStep = Math.Max(now, alerts.LastStep);
        Watch(now);
        if (alerts.IsAnotherStay(patient.Stay))
        {
            EndStay(alerts, patient, in view, now, group);
        }

        ref readonly var device = ref view.Device;
        var heard = device is { IsContinuous: true, LastReceivedAt: not 0 };
        var awaited = device is { IsAwaited: true, LastReceivedAt: 0 };
        var input = new AlertInput(in view.Vitals, in view.News2, now)
        {
            AnomalyScore = view.ScoredAt == 0 ? double.NaN : view.Anomaly.Score,
            AnomalyCompleteness = view.Anomaly.Completeness,
            DeviceHeardAt = heard ? Math.Max(device.LastReceivedAt, device.WornSince) : awaited ? device.WornSince : 0,
            DeviceFrom = device.WornSince,
            WatchedFrom = _watchedFrom,
            StatusAt = device.StatusAt,
            BatteryPercent = device.Battery ?? double.NaN,
            SensorsOff = device.SensorsOff,
            ClockOffsetSeconds = heard ? (device.LastMeasuredAt - device.LastReceivedAt) / 1e6 : double.NaN,
        };
        var count = AlertEngine.Step(alerts.Memory, book.SettingsOf(patient), in input, _transitions);
        if (count > 0)
        {
            Add(alerts, patient, in view, now, count, group);
        }
    }

    /// <summary>
    /// The discharge ended what was active then. What was raised in between, before the lane heard of it, has no other owner: its end is told here, and that of the others does nothing.
    /// </summary>
    private void EndStay(PatientAlerts alerts, PatientEntry patient, in PatientView view, long now, CommitGroup group)
    {
        var count = AlertEngine.EndAll(alerts.Memory, now, _transitions);
        if (count > 0)
        {
            Add(alerts, patient, in view, now, count, group);
        }

        alerts.BeginAnew();
    }

    private void Add(PatientAlerts alerts, PatientEntry patient, in PatientView view, long now, int count, CommitGroup group)
    {
        if (_batch is null || !ReferenceEquals(group.LastCompanion, _batch))
        {
            group.AddCompanion(_batch = book.Begin());
        }

        var scene = new AlertScene
        {
            Vitals = view.Vitals,
            News2 = view.News2,
            Anomaly = view.ScoredAt == 0 ? double.NaN : view.Anomaly.Score,
            Model = view.Anomaly.Model,
            At = now,
        };
        for (var i = 0; i < count; i++)
        {
            ref readonly var transition = ref _transitions[i];
            var (id, phase) = alerts.Note(in transition, UnixTime.ToDateTimeOffset(now));
            _batch.Add(patient, id, phase, in transition, in scene, AlertText.Format(in transition));
        }
    }
}
