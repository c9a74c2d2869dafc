using Npgsql;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Notifications.Contracts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Incidents;

/// <summary>Somebody of the staff.</summary>
internal sealed record IncidentPerson(Guid Id, string Name, string Role);

/// <summary>Whoever took a step.</summary>
internal sealed record IncidentActor(Guid Id, string Name);

/// <summary>A step of an incident's history.</summary>
/// <param name="At">When.</param>
/// <param name="Actor">Who; null: the server itself.</param>
/// <param name="Step">What.</param>
/// <param name="Channel">app, or null if it happened by itself.</param>
/// <param name="Note">In words, or null.</param>
internal sealed record IncidentHistoryStep(DateTimeOffset At, IncidentActor? Actor, string Step, string? Channel, string? Note);

/// <summary>What happens next if nobody does anything.</summary>
/// <param name="At">When.</param>
/// <param name="What">escalate or re-alert.</param>
/// <param name="To">Whom, in words.</param>
internal sealed record IncidentNextStep(DateTimeOffset At, string What, string To);

/// <summary>An incident as it is shown; <c>DeliveredAt</c>: when a notification of it first stood on somebody's screen.</summary>
internal sealed record IncidentDocument(
    Guid Id, long Number, IReadOnlyList<AlertDocument> Alerts, string? Patient, string? PatientName, string? Ward, string? Bed, string Type, string Name, string Category, string Priority,
    bool Technical, string State, string Role, IncidentPerson? Assignee, DateTimeOffset OpenedAt, DateTimeOffset OnsetAt, DateTimeOffset? AssignedAt, DateTimeOffset? DeliveredAt, DateTimeOffset? AcknowledgedAt,
    DateTimeOffset? StartedAt, DateTimeOffset? ReviewedAt, DateTimeOffset? ResolvedAt, DateTimeOffset? ArchivedAt, DateTimeOffset? RespondBy, string RespondState, IncidentNextStep? NextStep,
    int Step, string? Outcome, int Version, bool Canary)
{
    /// <summary>Its steps, for one incident; null in lists.</summary>
    public IReadOnlyList<IncidentHistoryStep>? History { get; init; }
}

/// <summary>A page of incidents, newest first.</summary>
internal sealed record IncidentPage(IReadOnlyList<IncidentDocument> Items, string? Next);

/// <summary>Makes documents of incidents.</summary>
internal static class IncidentDocuments
{
    /// <summary>Documents of incidents of one hospital, with their alerts.</summary>
    public static async Task<List<IncidentDocument>> OfAsync(
        NpgsqlConnection connection, int tenantId, IReadOnlyList<Incident> incidents, IAlerts alerts, IReceipts receipts, IPatientDirectory patients, CancellationToken cancellation)
    {
        var documents = new List<IncidentDocument>(incidents.Count);
        if (incidents.Count == 0)
        {
            return documents;
        }

        var ofIncident = await alerts.DocumentsAsync(connection, tenantId, [.. incidents.Select(incident => incident.IncidentId)], cancellation);
        await DeliveriesAsync(connection, tenantId, incidents, receipts, cancellation);
        foreach (var incident in incidents)
        {
            var patient = incident.PatientId is { } id ? await patients.FindAsync(tenantId, id, cancellation) : null;
            documents.Add(Of(incident, patient?.Name, [.. ofIncident[incident.IncidentId]]));
        }

        return documents;
    }

    /// <summary>Completes incidents by when a screen first showed one of their notifications, which the row knows only from the next change on.</summary>
    public static async Task DeliveriesAsync(NpgsqlConnection connection, int tenantId, IEnumerable<Incident> incidents, IReceipts receipts, CancellationToken cancellation)
    {
        Incident[] undelivered = [.. incidents.Where(incident => incident is { DeliveredAt: null, ToldAt: not null, Canary: false })];
        var shown = await receipts.FirstShownAsync(connection, tenantId, Array.ConvertAll(undelivered, incident => incident.IncidentId), cancellation);
        foreach (var incident in undelivered)
        {
            incident.DeliveredAt = shown.TryGetValue(incident.IncidentId, out var at) ? at : null;
        }
    }

    /// <summary>The steps of one incident, in order.</summary>
    public static async Task<List<IncidentHistoryStep>> HistoryAsync(NpgsqlConnection connection, Incident incident, IncidentNotes notes, CancellationToken cancellation)
    {
        var rows = new List<(Guid Entry, IncidentHistoryStep Step, byte[]? Note)>();
        await using (var command = IncidentStore.Command(connection, IncidentSql.History, incident.IncidentId))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var actor = reader.IsDBNull(3) ? null : new IncidentActor(reader.GetGuid(3), reader.IsDBNull(4) ? "" : reader.GetString(4));
                rows.Add((
                    reader.GetGuid(0), new(reader.GetFieldValue<DateTimeOffset>(1), actor, reader.GetString(2), reader.IsDBNull(5) ? null : reader.GetString(5), null),
                    reader.IsDBNull(6) ? null : reader.GetFieldValue<byte[]>(6)));
            }
        }

        var steps = new List<IncidentHistoryStep>(rows.Count);
        foreach (var (entry, step, note) in rows)
        {
            steps.Add(step with { Note = await notes.OpenAsync(incident.PatientNo, entry, note, cancellation) });
        }

        return steps;
    }

    private static IncidentDocument Of(Incident incident, string? patientName, IReadOnlyList<AlertDocument> alerts) => new(
        incident.IncidentId, incident.Number, alerts, incident.PatientId, patientName, incident.WardId, incident.Bed, incident.Type, IncidentText.Name(incident),
        (incident.Leading?.Category ?? AlertCategory.Operational).Word(), incident.Priority.Word(), incident.Technical, incident.State, incident.Role,
        incident.Assignee is { } assignee ? new(assignee, incident.AssigneeName ?? "", incident.AssigneeRole ?? "") : null,
        incident.OpenedAt, incident.OnsetAt, incident.AssignedAt, incident.DeliveredAt, incident.AcknowledgedAt, incident.StartedAt, incident.ReviewedAt, incident.ResolvedAt, incident.ArchivedAt, incident.RespondBy,
        incident.RespondState, incident is { NextAt: { } at, NextWhat: { } what } ? new(at, what, IncidentText.Next(incident)) : null, incident.Step, incident.Outcome, incident.Version,
        incident.Canary);
}
