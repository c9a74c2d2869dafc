using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Incidents.Routing;

namespace Wardwatch.Server.Incidents;

/// <summary>What people read about incidents.</summary>
internal static class IncidentText
{
    /// <summary>The type that leads, in words.</summary>
    public static string Name(Incident incident) => incident.Leading?.Name ?? incident.Type;

    /// <summary>A few words: <c>Critical desaturation, bed 4</c>.</summary>
    public static string Title(Incident incident) => Place(incident) is { } place ? $"{Name(incident)}, {place}" : Name(incident);

    /// <summary>For whoever is asked.</summary>
    /// <param name="incident">About what.</param>
    /// <param name="cause">The cause in words, or null.</param>
    /// <param name="to">Whom the step asks.</param>
    public static string Asked(Incident incident, string? cause, string to) => $"{Sentence(cause ?? Title(incident))} You are asked as: {to}.";

    /// <summary>For whoever is asked since nobody has acknowledged it.</summary>
    public static string Escalated(Incident incident, DateTimeOffset now, string to) =>
        $"{Title(incident)} is not acknowledged after {Lasting(now - incident.ArmedAt)}. You are asked as: {to}.";

    /// <summary>For whoever has acknowledged it and done nothing more.</summary>
    public static string ReAlert(Incident incident, DateTimeOffset now) =>
        $"{Title(incident)} was acknowledged {Lasting(now - (incident.AcknowledgedAt ?? incident.OpenedAt))} ago, and nobody is on it yet.";

    /// <summary>For whoever is responsible when it gets worse.</summary>
    public static string Worse(Incident incident, string? cause) => Sentence(cause is { Length: > 0 } ? $"{Title(incident)}: {cause}" : $"{Title(incident)} is worse: {incident.Priority.Word()} priority");

    /// <summary>For whoever should have been there.</summary>
    public static string Overdue(Incident incident) => $"{Title(incident)}: nobody has recorded that they were there, and somebody should have been by now.";

    /// <summary>What happens next, in words.</summary>
    public static string Next(Incident incident) => incident.NextWhat == NextStep.ReAlert
        ? incident.AssigneeName ?? "Whoever is responsible"
        : Router.Words(EscalationPolicy.Targets[EscalationPolicy.Next(incident.Step) - 1], incident.Role);

    private static string? Place(Incident incident) => incident.Bed is { } bed ? $"bed {bed}" : incident.WardId;

    private static string Sentence(string text) => text.EndsWith('.') ? text : text + ".";

    // In seconds as long as they matter.
    private static string Lasting(TimeSpan time) => time.TotalSeconds < 120 ? $"{Math.Round(time.TotalSeconds)} s" : $"{Math.Floor(time.TotalMinutes)} min";
}
