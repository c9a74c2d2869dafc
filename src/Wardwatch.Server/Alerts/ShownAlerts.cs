using System.Collections.Concurrent;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Alerts;

/// <summary>Alerts that ask for somebody, in memory on each node that shows them. One loop puts them in; anybody may look.</summary>
internal sealed class ShownAlerts(AlertLimits limits) : IActiveAlerts, IErasureObserver
{
    private readonly ConcurrentDictionary<string, ReadAlert> _alerts = new(StringComparer.Ordinal);
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
            _byPatient[patient] = [.. _alerts.Values.Where(one => one.PatientNumber == patient).OrderByDescending(one => RankOf(one.Document)).ThenByDescending(one => one.Number).Select(one => one.Document)];
        }

        return known is null;
    }

    /// <inheritdoc />
    public void Erased(int patientNumber)
    {
        foreach (var alert in _alerts.Values.Where(alert => alert.PatientNumber == patientNumber))
        {
            _alerts.TryRemove(alert.Document.Id, out _);
        }

        _byPatient.TryRemove(patientNumber, out _);
    }

    // The cause never changes; comparing it would compare its dictionary.
    private static bool IsSame(AlertDocument known, AlertDocument now) => known with { Cause = now.Cause } == now;

    private static int RankOf(AlertDocument alert) => AlertPriorities.TryParse(alert.Priority, out var priority) ? (int)priority : 0;
}
