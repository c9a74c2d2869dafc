using System.Text.Json;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Incidents.Contracts;

namespace Wardwatch.Server.Analytics;

/// <summary>An alert as far as figures need it.</summary>
/// <param name="Alert">Its opaque id.</param>
/// <param name="Ward">Where it was raised; empty: the whole hospital's.</param>
/// <param name="Type">Its type's code.</param>
/// <param name="Priority">The priority with which it was raised.</param>
/// <param name="RaisedAt">When it was raised; null: not told of yet.</param>
/// <param name="Judgement">real, no-action or artefact, as it was said last; null: nobody has said.</param>
/// <param name="JudgedAt">When that was said.</param>
internal sealed record AlertFact(string Alert, string Ward, string Type, string Priority, DateTimeOffset? RaisedAt, string? Judgement, DateTimeOffset? JudgedAt);

/// <summary>An incident as far as figures need it: when each thing happened first.</summary>
/// <param name="Incident">Its opaque id.</param>
/// <param name="Ward">Where it was opened; empty: the whole hospital's.</param>
/// <param name="Type">The type with which it was opened.</param>
/// <param name="Priority">The highest that it had.</param>
/// <param name="OnsetAt">When the first condition began.</param>
/// <param name="OpenedAt">When it was opened.</param>
/// <param name="DeliveredAt">When somebody's screen had it.</param>
/// <param name="AcknowledgedAt">When somebody took it.</param>
/// <param name="ReviewedAt">When somebody had been at the bedside.</param>
/// <param name="ResolvedAt">When it was over.</param>
/// <param name="Outcome">real, no-action or artefact.</param>
internal sealed record ResponseFact(
    Guid Incident, string Ward, string Type, string Priority, DateTimeOffset OnsetAt, DateTimeOffset OpenedAt, DateTimeOffset? DeliveredAt, DateTimeOffset? AcknowledgedAt, DateTimeOffset? ReviewedAt,
    DateTimeOffset? ResolvedAt, string? Outcome);

/// <summary>
/// Turns events of alerts and incidents into figures, as <see cref="StayFold"/> does for stays. Each alert counts once and each time is the first, however often and in whatever
/// order it is told: a dead letter that is replayed late leads to the same figures. The synthetic patient's alerts and incidents count nowhere.
/// </summary>
internal static class AlertFold
{
    /// <summary>The kinds that figures are made from.</summary>
    public static IReadOnlyCollection<EventKind> Kinds { get; } = [AlertEvents.Raised, AlertEvents.Changed, IncidentEvents.Changed];

    /// <summary>Whether an event is one of <see cref="Kinds"/>.</summary>
    public static bool Concerns(DeliveredEvent e) => e.Name is nameof(AlertRaised) or nameof(AlertChanged) or nameof(IncidentChanged);

    /// <summary>What <see cref="Apply"/> needs to be told for an event of <see cref="Kinds"/>.</summary>
    public static Needed NeededFor(DeliveredEvent e)
    {
        if (IsCanary(e))
        {
            return default;
        }

        return e.Name switch
        {
            nameof(AlertRaised) => new() { Alert = e.Content.GetProperty("alert").GetString() },
            nameof(AlertChanged) when IsJudgement(e) => new() { Alert = e.Content.GetProperty("alert").GetString() },
            nameof(IncidentChanged) => new() { Incident = e.Content.GetProperty("incident").GetGuid() },
            _ => default,
        };
    }

    /// <summary>Folds an event of <see cref="Kinds"/> in.</summary>
    /// <param name="e">The event.</param>
    /// <param name="known">What <see cref="NeededFor"/> named, as far as there is any.</param>
    /// <param name="changes">Takes what is added to sums.</param>
    /// <returns>What is known now.</returns>
    public static Known Apply(DeliveredEvent e, Known known, List<Change> changes)
    {
        if (IsCanary(e))
        {
            return known;
        }

        changes.Add(new("", StayFold.HourOf(e.Origin.At), Measures.EventPrefix + e.Name, 1));
        return e.Name switch
        {
            nameof(AlertRaised) => known with { Alert = Raise(e.Content.Deserialize(AlertEvents.Raised.Json)!, known.Alert, changes) },
            nameof(AlertChanged) when IsJudgement(e) => known with { Alert = Judge(e.Content.Deserialize(AlertEvents.Changed.Json)!, known.Alert, changes) },
            nameof(IncidentChanged) => known with { Response = Merge(e.Content.Deserialize(IncidentEvents.Changed.Json)!, known.Response) },
            _ => known,
        };
    }

    private static AlertFact Raise(AlertRaised raised, AlertFact? known, List<Change> changes)
    {
        if (known is { RaisedAt: not null })
        {
            return known;
        }

        var alert = new AlertFact(raised.Alert, raised.Ward ?? "", raised.Type, raised.Priority, Stored(raised.RaisedAt), known?.Judgement, known?.JudgedAt);
        changes.Add(new(alert.Ward, StayFold.HourOf(raised.RaisedAt), $"{Measures.AlertPrefix}{alert.Type}:{alert.Priority}", 1));
        CountJudgement(alert, 1, changes);
        return alert;
    }

    // Who thinks again is counted once: what was said before is taken back, in the hour in which the alert was raised.
    private static AlertFact? Judge(AlertChanged changed, AlertFact? known, List<Change> changes)
    {
        var at = Stored(changed.At);
        var before = known ?? new(changed.Alert, changed.Ward ?? "", changed.Type, changed.Priority, RaisedAt: null, Judgement: null, JudgedAt: null);
        if (before.Judgement == changed.Judgement || (before.JudgedAt is { } judged && judged > at))
        {
            return before.Judgement == changed.Judgement && before.JudgedAt < at ? before with { JudgedAt = at } : before;
        }

        var after = before with { Judgement = changed.Judgement, JudgedAt = at };
        CountJudgement(before, -1, changes);
        CountJudgement(after, 1, changes);
        return after;
    }

    private static void CountJudgement(AlertFact alert, double amount, List<Change> changes)
    {
        if (alert is { RaisedAt: { } raised, Judgement: { } judgement })
        {
            changes.Add(new(alert.Ward, StayFold.HourOf(raised), $"{Measures.JudgedPrefix}{alert.Type}:{judgement}", amount));
        }
    }

    private static ResponseFact Merge(IncidentChanged told, ResponseFact? known)
    {
        var opens = known is null || told.Step == "opened";
        return new(
            told.Incident, opens ? told.Ward ?? "" : known!.Ward, opens ? told.Type : known!.Type, Highest(told.Priority, known?.Priority), First(told.OnsetAt, known?.OnsetAt)!.Value,
            First(told.OpenedAt, known?.OpenedAt)!.Value, First(told.DeliveredAt, known?.DeliveredAt), First(told.AcknowledgedAt, known?.AcknowledgedAt), First(told.ReviewedAt, known?.ReviewedAt),
            First(told.ResolvedAt, known?.ResolvedAt), known?.Outcome ?? told.Outcome);
    }

    private static DateTimeOffset? First(DateTimeOffset? told, DateTimeOffset? known)
    {
        var whole = told is { } at ? Stored(at) : (DateTimeOffset?)null;
        return known is { } before && (whole is not { } now || before <= now) ? before : whole;
    }

    // As PostgreSQL keeps times: so that what was stored and comes again is the same, and what is folded before it is stored.
    private static DateTimeOffset Stored(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    private static string Highest(string told, string? known) =>
        known is not null && AlertPriorities.TryParse(known, out var before) && (!AlertPriorities.TryParse(told, out var now) || before >= now) ? known : told;

    private static bool IsJudgement(DeliveredEvent e) => e.Content.GetProperty("phase").ValueEquals("judged");

    private static bool IsCanary(DeliveredEvent e) => e.Content.TryGetProperty("canary", out var canary) && canary.ValueKind == JsonValueKind.True;
}
