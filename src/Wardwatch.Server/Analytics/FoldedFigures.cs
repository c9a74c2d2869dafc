using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Analytics;

/// <summary>What is stored of that which some events are about.</summary>
internal sealed record StoredFigures(
    IReadOnlyDictionary<string, Stay> Stays, IReadOnlyDictionary<int, DateTimeOffset> Waiting, IReadOnlyDictionary<string, AlertFact> Alerts, IReadOnlyDictionary<Guid, ResponseFact> Responses)
{
    /// <summary>Nothing, as before the first event.</summary>
    public static readonly StoredFigures None = new(
        new Dictionary<string, Stay>(StringComparer.Ordinal), new Dictionary<int, DateTimeOffset>(), new Dictionary<string, AlertFact>(StringComparer.Ordinal), new Dictionary<Guid, ResponseFact>());
}

/// <summary>
/// What events of one hospital change, in memory: of all its events while its figures are made anew, and of a batch of them while they are kept up. What an event leaves is what the next one
/// finds, as if each had been stored by itself.
/// </summary>
/// <param name="before">What is stored of whatever <see cref="EventFold.NeededFor"/> names for these events.</param>
internal sealed class FoldedFigures(StoredFigures before)
{
    private readonly Dictionary<string, Stay> _stays = new(StringComparer.Ordinal);

    // Null: they waited and wait no more.
    private readonly Dictionary<int, DateTimeOffset?> _waiting = [];
    private readonly Dictionary<string, AlertFact> _alerts = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, ResponseFact> _responses = [];
    private readonly Dictionary<(string Ward, DateTimeOffset Hour, string Measure), double> _sums = [];
    private readonly List<Change> _changes = [];

    /// <summary>Stays that are not as they were before.</summary>
    public IEnumerable<Stay> Stays => _stays.Values.Where(stay => stay != before.Stays.GetValueOrDefault(stay.Encounter));

    /// <summary>Who has begun to wait, and since when.</summary>
    public IEnumerable<KeyValuePair<int, DateTimeOffset>> Waiting =>
        _waiting.Where(one => one.Value is not null && one.Value != WaitedBefore(one.Key)).Select(one => KeyValuePair.Create(one.Key, one.Value!.Value));

    /// <summary>Who waited before and waits no more.</summary>
    public IEnumerable<int> NoLongerWaiting => _waiting.Where(one => one.Value is null).Select(one => one.Key);

    /// <summary>Alerts that are not as they were before.</summary>
    public IEnumerable<AlertFact> Alerts => _alerts.Values.Where(alert => alert != before.Alerts.GetValueOrDefault(alert.Alert));

    /// <summary>Incidents that are not as they were before.</summary>
    public IEnumerable<ResponseFact> Responses => _responses.Values.Where(response => response != before.Responses.GetValueOrDefault(response.Incident));

    /// <summary>What is to be added to the sums, once for each ward, hour and measure.</summary>
    public IEnumerable<Change> Sums => _sums.Select(sum => new Change(sum.Key.Ward, sum.Key.Hour, sum.Key.Measure, sum.Value));

    /// <summary>Adds the next event.</summary>
    public void Add(DeliveredEvent e) => Add(e, EventFold.NeededFor(e));

    /// <summary>Adds the next event.</summary>
    /// <param name="e">The event.</param>
    /// <param name="needed">What <see cref="EventFold.NeededFor"/> says of it.</param>
    public void Add(DeliveredEvent e, Needed needed)
    {
        var patient = e.Origin.PatientNumber;
        var known = new Known(
            needed.Encounter is { } encounter ? _stays.GetValueOrDefault(encounter) ?? before.Stays.GetValueOrDefault(encounter) : null,
            needed.Waiting && patient is { } one ? WaitingSince(one) : null,
            needed.Alert is { } alert ? _alerts.GetValueOrDefault(alert) ?? before.Alerts.GetValueOrDefault(alert) : null,
            needed.Incident is { } incident ? _responses.GetValueOrDefault(incident) ?? before.Responses.GetValueOrDefault(incident) : null);
        _changes.Clear();
        Keep(patient, known, EventFold.Apply(e, known, _changes));
        foreach (var change in _changes)
        {
            var key = (change.Ward, change.Hour, change.Measure);
            _sums[key] = _sums.GetValueOrDefault(key) + change.Amount;
        }
    }

    private DateTimeOffset? WaitingSince(int patient) => _waiting.TryGetValue(patient, out var since) ? since : WaitedBefore(patient);

    private DateTimeOffset? WaitedBefore(int patient) => before.Waiting.TryGetValue(patient, out var since) ? since : null;

    private void Keep(int? patient, Known found, Known now)
    {
        if (now.Stay is { } stay)
        {
            _stays[stay.Encounter] = stay;
        }

        if (patient is { } number && now.WaitingSince != found.WaitingSince)
        {
            if (now.WaitingSince is null && !before.Waiting.ContainsKey(number))
            {
                _waiting.Remove(number);
            }
            else
            {
                _waiting[number] = now.WaitingSince;
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
