using Microsoft.Extensions.Options;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Models.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>Makes lanes with all that they need.</summary>
internal sealed class LaneFactory(
    IPatientDirectory patients, IDeviceDirectory devices, IAnomalyModels models, ICommitter committer, PatientStates states, DevicePresence presence, IEnumerable<IMonitoringObserver> observers,
    MonitoringMetrics metrics, IAlertBook book, IOptions<MonitoringOptions> options, ILoggerFactory loggers, ICriticalPatients? critical = null)
{
    private readonly IMonitoringObserver[] _observers = [.. observers];

    /// <summary>Makes the lane of one share of the patients.</summary>
    /// <param name="share">Its number.</param>
    /// <param name="shares">How many there are.</param>
    /// <param name="fence">The epoch that everything it commits carries, where other processes have the other shares.</param>
    public Lane Create(int share, int shares, PartitionEpoch? fence = null)
    {
        var (settings, scoring, alerts) = (options.Value, new Scoring(models), new LaneAlerts(book));
        var processor = new ReadingProcessor(
            patients, scoring, states, new CriticalReadings(critical, settings), alerts, _observers, metrics, settings, loggers.CreateLogger<ReadingProcessor>(),
            fence is null ? null : number => EnvelopeWay.ShareOf(number, shares) == share);
        var silence = new SilenceWatch(share, shares, patients, devices, states, presence, processor.TrackOf, scoring, alerts, _observers, settings, loggers.CreateLogger<SilenceWatch>());
        return new(processor, silence, committer, settings, fence);
    }

    /// <summary>Tells the observers how each of some patients is, where nothing of them has come yet.</summary>
    public void Tell(Func<int, bool> chosen)
    {
        foreach (var patient in patients.Present)
        {
            if (chosen(patient.Number) && states.Find(patient.Number) is { } state)
            {
                foreach (var observer in _observers)
                {
                    observer.Changed(in state.Current, ChangeKind.Status);
                }
            }
        }
    }
}
