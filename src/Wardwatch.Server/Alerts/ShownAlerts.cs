using System.Collections.Concurrent;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Alerts;

/// <summary>Alerts that ask for somebody, in memory on each node that shows them. One loop puts them in; anybody may look.</summary>
internal sealed class ShownAlerts(AlertLimits limits) : IActiveAlerts, IErasureObserver
{
    private readonly ConcurrentDictionary<string, ReadAlert> _alerts = new(StringComparer.Ordinal);
    private readonly Dictionary<int, List<ReadAlert>> _ofPatient = [];
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<int, IReadOnlyList<AlertDocument>> _byPatient = new();

    /// <summary>All of them.</summary>
    public IEnumerable<ReadAlert> All => _alerts.Values;

    /// <inheritdoc />
    public IReadOnlyList<AlertDocument> Of(int patientNumber) => _byPatient.GetValueOrDefault(patientNumber) ?? [];

    /// <inheritdoc />
    public bool AreLimitsChanged(int patientNumber) => limits.HasOwn(patientNumber);

    /// <summary>Takes an alert as it is now. Null: nothing is different; else whether it is new.</summary>
    public bool? Take(ReadAlert alert)
    {
        var known = _alerts.GetValueOrDefault(alert.Document.Id);
        var asks = alert.Document.Condition == AlertWords.Active || alert.Document.Signal == "latched";
        if (known is null ? !asks : IsSame(known.Document, alert.Document))
        {
            return null;
        }

        lock (_gate)
        {
            if (asks)
            {
                _alerts[alert.Document.Id] = alert;
            }
            else
            {
                _alerts.TryRemove(alert.Document.Id, out _);
            }

            if (alert.PatientNumber is { } patient)
            {
                Show(patient, alert, asks);
            }
        }

        return known is null;
    }

    /// <inheritdoc />
    public void Erased(int patientNumber)
    {
        lock (_gate)
        {
            foreach (var alert in _ofPatient.GetValueOrDefault(patientNumber) ?? [])
            {
                _alerts.TryRemove(alert.Document.Id, out _);
            }

            _ofPatient.Remove(patientNumber);
            _byPatient.TryRemove(patientNumber, out _);
        }
    }

    // Looks at no other patient's alerts: in a storm there are many.
    private void Show(int patient, ReadAlert alert, bool asks)
    {
        if (!_ofPatient.TryGetValue(patient, out var alerts))
        {
            _ofPatient.Add(patient, alerts = []);
        }

        alerts.RemoveAll(one => one.Document.Id == alert.Document.Id);
        if (asks)
        {
            alerts.Add(alert);
        }

        if (alerts.Count == 0)
        {
            _ofPatient.Remove(patient);
            _byPatient.TryRemove(patient, out _);
            return;
        }

        _byPatient[patient] = [.. alerts.OrderByDescending(one => RankOf(one.Document)).ThenByDescending(one => one.Number).Select(one => one.Document)];
    }

    // The cause never changes; comparing it would compare its dictionary.
    private static bool IsSame(AlertDocument known, AlertDocument now) => known with { Cause = now.Cause } == now;

    private static int RankOf(AlertDocument alert) => AlertPriorities.TryParse(alert.Priority, out var priority) ? (int)priority : 0;
}
