using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Analytics;

/// <summary>The figures of a hospital in memory, while they are made anew.</summary>
internal sealed class RebuiltFigures
{
    private readonly Dictionary<string, Stay> _stays = new(StringComparer.Ordinal);
    private readonly Dictionary<int, DateTimeOffset> _waiting = [];
    private readonly Dictionary<string, AlertFact> _alerts = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, ResponseFact> _responses = [];
    private readonly Dictionary<(string Ward, DateTimeOffset Hour, string Measure), double> _sums = [];
    private readonly List<Change> _changes = [];

    public IEnumerable<Stay> Stays => _stays.Values;

    public IEnumerable<KeyValuePair<int, DateTimeOffset>> Waiting => _waiting;

    public IEnumerable<AlertFact> Alerts => _alerts.Values;

    public IEnumerable<ResponseFact> Responses => _responses.Values;

    public IEnumerable<Change> Sums => _sums.Select(sum => new Change(sum.Key.Ward, sum.Key.Hour, sum.Key.Measure, sum.Value));

    /// <summary>Adds the next event.</summary>
    public void Add(DeliveredEvent e)
    {
        var needed = EventFold.NeededFor(e);
        var patient = e.Origin.PatientNumber;
        var known = new Known(
            needed.Encounter is { } encounter ? _stays.GetValueOrDefault(encounter) : null,
            needed.Waiting && patient is { } one && _waiting.TryGetValue(one, out var since) ? since : null,
            needed.Alert is { } alert ? _alerts.GetValueOrDefault(alert) : null,
            needed.Incident is { } incident ? _responses.GetValueOrDefault(incident) : null);
        _changes.Clear();
        Keep(patient, known, EventFold.Apply(e, known, _changes));
        foreach (var change in _changes)
        {
            var key = (change.Ward, change.Hour, change.Measure);
            _sums[key] = _sums.GetValueOrDefault(key) + change.Amount;
        }
    }

    private void Keep(int? patient, Known before, Known now)
    {
        if (now.Stay is { } stay)
        {
            _stays[stay.Encounter] = stay;
        }

        if (patient is { } number && now.WaitingSince != before.WaitingSince)
        {
            if (now.WaitingSince is { } begun)
            {
                _waiting[number] = begun;
            }
            else
            {
                _waiting.Remove(number);
            }
        }

        if (now.Alert is { } alert)
        {
            _alerts[alert.Alert] = alert;
        }

        if (now.Response is { } response)
        {
            _responses[response.Incident] = response;
        }
    }
}
