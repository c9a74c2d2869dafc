using System.Collections.Concurrent;
using System.Text.Json;

namespace Wardwatch.Benchmarks.Bedside;

/// <summary>One alert on its way: when each of its stages was reached, as timestamps of the clock; 0: not yet.</summary>
/// <param name="Patient">The patient's id.</param>
/// <param name="Sent">Just before the reading was written to the socket.</param>
internal sealed record AlertCase(string Patient, long Sent)
{
    private readonly TaskCompletionSource _shown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The reading was acknowledged, and so is committed with its alert.</summary>
    public long Acknowledged { get; set; }

    /// <summary>The alert was on the nurse's screen.</summary>
    public long Raised { get; private set; }

    /// <summary>Her screen showed the incident with whoever is responsible.</summary>
    public long Assigned { get; private set; }

    /// <summary>Her own notification was on her screen.</summary>
    public long Notified { get; private set; }

    /// <summary>The incident, once her screen has shown it.</summary>
    public string? Incident { get; private set; }

    /// <summary>Everything was on her screen.</summary>
    public Task Shown => _shown.Task;

    /// <summary>The moment from which on everything was.</summary>
    public long Last => Math.Max(Raised, Math.Max(Assigned, Notified));

    /// <summary>Notes what came.</summary>
    public void Note(long? raised = null, (long At, string Incident)? assigned = null, long? notified = null)
    {
        Raised = Raised == 0 ? raised ?? 0 : Raised;
        if (assigned is { } shown && Assigned == 0) (Assigned, Incident) = shown;
        Notified = Notified == 0 ? notified ?? 0 : Notified;
        if (Raised != 0 && Assigned != 0 && Notified != 0) _shown.TrySetResult();
    }
}

/// <summary>Puts what comes to nurses' screens together with the alerts that are under way, one of each patient at a time.</summary>
internal sealed class AlertCases
{
    private readonly ConcurrentDictionary<string, AlertCase> _cases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _notified = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AlertCase> _byIncident = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>An alert of a patient is about to begin.</summary>
    public AlertCase Begin(string patient)
    {
        var begun = new AlertCase(patient, TimeProvider.System.GetTimestamp());
        _cases[patient] = begun;
        return begun;
    }

    /// <summary>Takes what came to a screen. Call it from any thread.</summary>
    public void Take(ScreenEvent came)
    {
        lock (_gate)
        {
            switch (came.Kind)
            {
                case "AlertRaised" when Of(came.Content) is { } raised:
                    raised.Note(raised: came.At);
                    break;
                case "IncidentChanged" when came.Content.GetProperty("state").GetString() == "ASSIGNED" && Of(came.Content) is { } incident:
                    var id = came.Content.GetProperty("id").GetString()!;
                    _byIncident[id] = incident;
                    incident.Note(assigned: (came.At, id), notified: _notified.TryGetValue(id, out var at) ? at : null);
                    break;
                case "Notification" when came.Content.TryGetProperty("incident", out var about) && about.GetString() is { } told && _notified.TryAdd(told, came.At):
                    if (_byIncident.TryGetValue(told, out var known)) known.Note(notified: came.At);
                    break;
            }
        }
    }

    private AlertCase? Of(JsonElement document) => document.TryGetProperty("patient", out var patient) && patient.GetString() is { } id ? _cases.GetValueOrDefault(id) : null;
}
