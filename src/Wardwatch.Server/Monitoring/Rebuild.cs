using Microsoft.Extensions.Options;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Models.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>
/// Brings the state of patients back at the start: the latest readings of each, what follows from them, and which messages were seen. Runs before the lanes do.
/// </summary>
internal sealed class Rebuild(
    IPatientDirectory patients, IDeviceDirectory devices, IReadingStore history, IAnomalyModels models, PatientStates states, IAlertBook book,
    IOptions<MonitoringOptions> options, TimeProvider time)
{
    private const int PatientsAtOnce = 500;

    /// <summary>Rebuilds everybody; answers how many readings came back.</summary>
    /// <param name="processorOf">The lane's processor by patient.</param>
    /// <param name="cancellation">Stops the start.</param>
    /// <param name="only">Rebuilds these patients only; null: everybody.</param>
    public async Task<int> RunAsync(Func<int, ReadingProcessor> processorOf, CancellationToken cancellation, Func<int, bool>? only = null)
    {
        var now = time.Microseconds();
        PatientEntry[] present = [.. patients.Present.Concat(patients.Canaries).Where(patient => only is null || only(patient.Number))];
        BindDevices(now, only);
        var readings = 0;
        foreach (var some in present.Chunk(PatientsAtOnce))
        {
            await history.ReadLatestAsync(some, options.Value.RecentReadings, (in StoredReading reading) =>
            {
                Take(in reading, processorOf(reading.Key.PatientNumber));
                readings++;
                return true;
            }, cancellation);
            await RestoreAlertsAsync(some, cancellation);
        }

        var scoring = new Scoring(models);
        foreach (var patient in present)
        {
            Score(patient, scoring, now);
        }

        return readings;
    }

    /// <summary>Conditions that were active go on: they are not raised again, and their ends are noticed.</summary>
    private async Task RestoreAlertsAsync(PatientEntry[] some, CancellationToken cancellation)
    {
        foreach (var open in await book.ReadOpenAsync([.. some.Select(patient => patient.Number)], cancellation))
        {
            states.Get(open.PatientNumber).Alerts.Restore(open);
        }
    }

    /// <summary>A patient whose device has never sent still has that device.</summary>
    private void BindDevices(long now, Func<int, bool>? only)
    {
        // Later devices do not displace the first: a spare one that never sent is not what the screen should name.
        foreach (var device in devices.All.OrderByDescending(device => device.Number))
        {
            if (device.BindingAt(now) is { } binding && (only is null || only(binding.PatientNumber)))
            {
                var state = states.Get(binding.PatientNumber);
                var view = state.Current;
                view.Device = new DeviceView { Id = device.Id, State = DeviceState.Offline, WornSince = device.WornSince(now) };
                state.Set(in view);
            }
        }
    }

    private void Take(in StoredReading reading, ReadingProcessor processor)
    {
        var track = processor.TrackOf(reading.Key.DeviceNumber);
        track.Inherit(reading.Key.KeyId, reading.Key.BootId, reading.Key.Counter);
        var state = states.Get(reading.Key.PatientNumber);
        var view = state.Current;
        if ((reading.Flags & ReadingFlags.Status) != ReadingFlags.None)
        {
            track.NewestStatusAt = Math.Max(track.NewestStatusAt, Math.Min(reading.Key.MeasuredAt, reading.ReceivedAt));
            if (view.Device.Id is { } shown && shown == devices.Find(reading.Key.DeviceNumber)?.Id && reading.ReceivedAt >= view.Device.WornSince)
            {
                view.Device.StatusAt = Math.Max(view.Device.StatusAt, reading.ReceivedAt);
                WatchingDevice.Take(ref view.Device, in reading.Status);
                state.Set(in view);
            }

            return;
        }

        track.NewestMeasuredAt = Math.Max(track.NewestMeasuredAt, Math.Min(reading.Key.MeasuredAt, reading.ReceivedAt));
        track.HeardAt = Math.Max(track.HeardAt, reading.ReceivedAt);
        for (var vital = 0; vital < VitalCatalogue.Count; vital++)
        {
            if (reading.Content.Has(vital))
            {
                var measuredAt = reading.Key.MeasuredAt - reading.Content.AgeMilliseconds[vital] * 1000L;
                view.Vitals.Update((Vital)vital, ReadingDocuments.Exact(reading.Content.Values[vital]), Math.Min(measuredAt, reading.ReceivedAt));
            }
        }

        if (reading.Key.MeasuredAt >= view.MeasuredAt)
        {
            view.MeasuredAt = reading.Key.MeasuredAt;
            view.MeasuredBy = devices.Find(reading.Key.DeviceNumber)?.Id ?? view.MeasuredBy;
        }

        Hear(ref view.Device, in reading);
        state.Set(in view);
        state.Remember(new RecentReading
        {
            MeasuredAt = reading.Key.MeasuredAt,
            ReceivedAt = reading.ReceivedAt,
            DeviceNumber = reading.Key.DeviceNumber,
            Late = (reading.Flags & ReadingFlags.Late) != ReadingFlags.None,
            PartlyRefused = (reading.Flags & ReadingFlags.PartlyRefused) != ReadingFlags.None,
            Content = reading.Content,
        });
    }

    /// <summary>The device to show is the one that sent last of those that watch the patient, as <see cref="WatchingDevice"/> says; nobody is online yet.</summary>
    private void Hear(ref DeviceView shown, in StoredReading reading)
    {
        var (id, continuous) = (devices.Find(reading.Key.DeviceNumber)?.Id ?? shown.Id, WatchingDevice.IsContinuous(reading.Content.Present));
        if (reading.Key.MeasuredAt < shown.LastMeasuredAt || (shown.IsContinuous && !continuous && shown.Id != id))
        {
            return;
        }

        var before = shown.Id == id ? shown : default;
        shown = before with
        {
            Id = id,
            State = DeviceState.Offline,
            Since = reading.ReceivedAt,
            LastReceivedAt = reading.ReceivedAt,
            LastMeasuredAt = reading.Key.MeasuredAt,
            IsContinuous = continuous || before.IsContinuous,
            WornSince = devices.Find(reading.Key.DeviceNumber)?.WornSince(time.Microseconds()) ?? 0,
        };
    }

    private void Score(PatientEntry patient, Scoring scoring, long now)
    {
        if (states.Find(patient.Number) is not { } state || state.Current.MeasuredAt == 0)
        {
            return;
        }

        var view = state.Current;
        var scores = scoring.Score(in view.Vitals, now, patient.SpO2Scale);
        view.News2 = scores.News2;
        view.Anomaly = scores.Anomaly;
        view.ScoredAt = Math.Min(view.MeasuredAt, view.Device.LastReceivedAt);
        PatientState.Attend(ref view, Attention.From(in scores.News2, in view.Vitals), now);
        state.Set(in view);
        state.ToldStates = PatientState.StatesAt(in view.Vitals, now);
    }
}
