using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Analytics;

/// <summary>What an event asks to know before it can be folded in; the default: nothing.</summary>
/// <param name="Encounter">The stay it is about, or null.</param>
/// <param name="Waiting">Whether since when the patient waits matters.</param>
internal readonly record struct Needed(string? Encounter, bool Waiting)
{
    /// <summary>The alert it is about, or null.</summary>
    public string? Alert { get; init; }

    /// <summary>The incident it is about, or null.</summary>
    public Guid? Incident { get; init; }
}

/// <summary>What is known of what an event is about.</summary>
/// <param name="Stay">The stay, or null.</param>
/// <param name="WaitingSince">Since when the patient waits; null: not, or not asked.</param>
/// <param name="Alert">The alert, or null.</param>
/// <param name="Response">The incident, or null.</param>
internal sealed record Known(Stay? Stay = null, DateTimeOffset? WaitingSince = null, AlertFact? Alert = null, ResponseFact? Response = null);

/// <summary>Turns any event that figures are made from into what is known afterwards and what is added to sums: the one way, for the consumer and for making figures anew.</summary>
internal static class EventFold
{
    /// <summary>The kinds that figures are made from.</summary>
    public static IReadOnlyCollection<EventKind> Kinds { get; } = [.. StayFold.Kinds, .. AlertFold.Kinds];

    /// <summary>What <see cref="Apply"/> needs to be told for an event.</summary>
    public static Needed NeededFor(DeliveredEvent e) => AlertFold.Concerns(e) ? AlertFold.NeededFor(e) : StayFold.NeededFor(e);

    /// <summary>Folds an event in.</summary>
    /// <param name="e">The event.</param>
    /// <param name="known">What <see cref="NeededFor"/> named, as far as there is any.</param>
    /// <param name="changes">Takes what is added to sums.</param>
    /// <returns>What is known now.</returns>
    public static Known Apply(DeliveredEvent e, Known known, List<Change> changes)
    {
        if (AlertFold.Concerns(e))
        {
            return AlertFold.Apply(e, known, changes);
        }

        var folded = StayFold.Apply(e, known.Stay, known.WaitingSince);
        changes.AddRange(folded.Changes);
        return known with { Stay = folded.Stay ?? known.Stay, WaitingSince = folded.WaitingSince };
    }
}
