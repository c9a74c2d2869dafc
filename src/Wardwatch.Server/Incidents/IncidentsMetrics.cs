using System.Diagnostics.Metrics;
using Wardwatch.Clinical.Alerts;

namespace Wardwatch.Server.Incidents;

/// <summary>What is counted about incidents, without those of synthetic patients. The names are those that other programs expect; patients, wards and people are never a label.</summary>
internal sealed class IncidentsMetrics
{
    private static readonly double[] Seconds = [1, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 86_400];

    private readonly Counter<long> _opened;
    private readonly Counter<long> _joined;
    private readonly Counter<long> _escalations;
    private readonly Counter<long> _holes;
    private readonly Counter<long> _overdue;
    private readonly Histogram<double> _assign;
    private readonly Histogram<double> _mtta;
    private readonly Histogram<double> _mttr;
    private long[] _open = new long[(int)AlertPriority.High + 1];

    public IncidentsMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Wardwatch.Incidents");
        _opened = meter.CreateCounter<long>("incidents", "{incident}", "Incidents opened, by priority and category");
        _joined = meter.CreateCounter<long>("incident.alerts.joined", "{alert}", "Alerts that joined an incident that was open");
        _escalations = meter.CreateCounter<long>("incident.escalations", "{step}", "Steps that were taken since nobody had acknowledged, by step");
        _holes = meter.CreateCounter<long>("incident.empty_steps", "{step}", "Steps at which nobody was on duty");
        _overdue = meter.CreateCounter<long>("incident.overdue", "{incident}", "Incidents to which nobody had come in time");
        _assign = meter.CreateHistogram("incident.time_to_assign", "s", "Time from the alert to the first assignment, by priority", advice: Buckets([0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300]));
        _mtta = meter.CreateHistogram("incident.mtta", "s", "Time from opened to acknowledged, by priority", advice: Buckets(Seconds));
        _mttr = meter.CreateHistogram("incident.mttr", "s", "Time from opened to resolved, by priority", advice: Buckets(Seconds));
        meter.CreateObservableGauge("incidents.open", Open, "{incident}", "Incidents that are not resolved, by priority");
    }

    public void Opened(Incident incident)
    {
        if (!incident.Canary)
        {
            _opened.Add(1, Of(incident.Priority), new("category", incident.Leading?.Category.Word() ?? "unknown"));
        }
    }

    public void Joined(Incident incident)
    {
        if (!incident.Canary)
        {
            _joined.Add(1);
        }
    }

    public void Escalated(Incident incident)
    {
        if (!incident.Canary)
        {
            _escalations.Add(1, new KeyValuePair<string, object?>("step", incident.Step));
        }
    }

    public void Empty(int steps) => _holes.Add(steps);

    public void Overdue() => _overdue.Add(1);

    public void Assigned(Incident incident, TimeSpan afterAlert) => Record(_assign, incident, afterAlert);

    public void Acknowledged(Incident incident, TimeSpan afterOpened) => Record(_mtta, incident, afterOpened);

    public void Resolved(Incident incident, TimeSpan afterOpened) => Record(_mttr, incident, afterOpened);

    /// <summary>Takes down how many are open, by priority.</summary>
    public void SeenOpen(long[] byPriority) => Volatile.Write(ref _open, byPriority);

    private static void Record(Histogram<double> histogram, Incident incident, TimeSpan time)
    {
        if (!incident.Canary)
        {
            histogram.Record(Math.Max(0, time.TotalSeconds), Of(incident.Priority));
        }
    }

    private static InstrumentAdvice<double> Buckets(double[] boundaries) => new() { HistogramBucketBoundaries = boundaries };

    private static KeyValuePair<string, object?> Of(AlertPriority priority) => new("priority", priority.Word());

    private IEnumerable<Measurement<long>> Open() => Enum.GetValues<AlertPriority>().Select(priority => new Measurement<long>(Volatile.Read(ref _open)[(int)priority], Of(priority)));
}
