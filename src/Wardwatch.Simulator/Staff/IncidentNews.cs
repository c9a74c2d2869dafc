using System.Text.Json;

namespace Wardwatch.Simulator.Staff;

/// <summary>An incident as the server shows it: as much of it as the scripted staff look at.</summary>
internal sealed record IncidentNews
{
    public required string Id { get; init; }

    public required string Patient { get; init; }

    public required string Ward { get; init; }

    public required string Bed { get; init; }

    /// <summary>What leads, in words.</summary>
    public required string Name { get; init; }

    /// <summary>What set it off last, in numbers: <c>SBP 76 &lt; 80</c>; or the name again.</summary>
    public required string Cause { get; init; }

    public required string Priority { get; init; }

    public required string State { get; init; }

    public required int Step { get; init; }

    /// <summary>Who is responsible, by name; empty: nobody.</summary>
    public required string Assignee { get; init; }

    /// <summary>As what.</summary>
    public required string Role { get; init; }

    /// <summary>Who is asked next, in words; empty: nobody.</summary>
    public required string Next { get; init; }

    public required bool IsReviewed { get; init; }

    /// <summary>Whether all its conditions are over.</summary>
    public required bool IsOver { get; init; }

    public required int Version { get; init; }

    public bool IsUnacknowledged => State is "OPEN" or "ASSIGNED";

    public bool IsResolved => State == "RESOLVED";

    /// <summary>Reads one; null: it is about no patient, or about a device, and nothing for these staff.</summary>
    public static IncidentNews? Of(JsonElement incident)
    {
        if (incident.GetProperty("technical").GetBoolean() || Text(incident, "patient") is not { } patient || Text(incident, "ward") is not { } ward || Text(incident, "bed") is not { } bed) return null;
        var alerts = incident.GetProperty("alerts").EnumerateArray().ToList();
        var (type, assignee, next) = (Text(incident, "type"), incident.GetProperty("assignee"), incident.GetProperty("nextStep"));
        var name = Text(incident, "name") ?? "";
        var leading = alerts.FindLast(alert => Text(alert, "type") == type);
        return new IncidentNews
        {
            Id = Text(incident, "id") ?? "",
            Patient = patient,
            Ward = ward,
            Bed = bed,
            Name = name,
            Cause = leading.ValueKind == JsonValueKind.Object ? Text(leading.GetProperty("cause"), "text") ?? name : name,
            Priority = Text(incident, "priority") ?? "",
            State = Text(incident, "state") ?? "",
            Step = incident.GetProperty("step").GetInt32(),
            Assignee = assignee.ValueKind == JsonValueKind.Object ? Text(assignee, "name") ?? "" : "",
            Role = (assignee.ValueKind == JsonValueKind.Object ? Text(assignee, "role") ?? "" : "").Replace('-', ' '),
            Next = next.ValueKind == JsonValueKind.Object ? Text(next, "to") ?? "" : "",
            IsReviewed = incident.GetProperty("reviewedAt").ValueKind == JsonValueKind.String,
            IsOver = alerts.TrueForAll(alert => Text(alert, "condition") == "ended"),
            Version = incident.GetProperty("version").GetInt32(),
        };
    }

    private static string? Text(JsonElement of, string name) => of.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
