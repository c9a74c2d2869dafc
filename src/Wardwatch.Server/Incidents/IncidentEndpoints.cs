using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Incidents.Lifecycle;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Incidents;

/// <summary>What somebody says about a step, at most 1000 characters.</summary>
internal sealed record IncidentNoteRequest(string? Note = null);

/// <summary>How an incident ended.</summary>
/// <param name="Outcome">real, no-action or artefact.</param>
/// <param name="Note">In words, at most 1000 characters.</param>
internal sealed record ResolveIncidentRequest(string? Outcome, string? Note = null);

/// <summary>What somebody found at the bedside.</summary>
/// <param name="Finding">1 to 1000 characters.</param>
/// <param name="Actions">What was done, at most 1000 characters, or absent.</param>
internal sealed record ReviewIncidentRequest(string? Finding, string? Actions = null);

/// <summary>Incidents: seeing them, and responding to them.</summary>
internal static class IncidentEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 500;
    private const int MostNote = 1000;
    private static readonly string[] States = ["open", "closed", "mine"];
    private static readonly string[] Outcomes = ["real", "no-action", "artefact"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var see = routes.MapGroup("/api/incidents").RequireAuthorization(Policies.SeeAlerts).WithTags("Incidents");
        see.MapGet("/", ListAsync).WithName("listIncidents").WithSummary("Incidents within reach, newest first.");
        see.MapGet("/{id}", GetAsync).WithName("getIncident").WithSummary("One incident with its history.");
        var act = routes.MapGroup("/api/incidents/{id}").RequireAuthorization(Policies.ActOnAnyAlerts).WithTags("Incidents");
        act.MapPost("/acknowledge", AcknowledgeAsync).WithName("acknowledgeIncident").WithSummary("I know, and see to it. Whoever says so first is responsible.");
        act.MapPost("/start", StartAsync).WithName("startIncident").WithSummary("I am on it.");
        act.MapPost("/resolve", ResolveAsync).WithName("resolveIncident").WithSummary("It is done: it was real, needed no action, or was an artefact.");
        act.MapPost("/claim", ClaimAsync).WithName("claimIncident").WithSummary("I take it over from whoever is responsible.");
        act.MapPost("/comment", CommentAsync).WithName("commentIncident").WithSummary("Something to be said, 1 to 1000 characters.");
        act.MapPost("/review", ReviewAsync).WithName("reviewIncident").WithSummary("I have been at the bedside: stops the response clock.");
    }

    private static async Task<Results<Ok<IncidentPage>, ProblemHttpResult>> ListAsync(
        HttpContext context, TenantDatabase database, IncidentTools tools, RecordAccess records, IAuditTrail audit, string? ward = null, string? patient = null, string? state = null,
        string? priority = null, int limit = DefaultLimit, string? after = null, CancellationToken cancellation = default)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return Problems.InvalidParameter($"limit must be between 1 and {MaxLimit}.");
        }

        if (!Paging.TryReadCursor(after, out var before))
        {
            return Problems.InvalidParameter("after must be the next of an earlier answer.");
        }

        if (state is not null && !States.Contains(state))
        {
            return Problems.InvalidParameter($"state must be {string.Join(", ", States)} or absent.");
        }

        AlertPriority? wanted = AlertPriorities.TryParse(priority, out var parsed) ? parsed : null;
        if (priority is not null && wanted is null)
        {
            return Problems.InvalidParameter("priority must be high, medium, low or absent.");
        }

        var caller = context.User.Caller();
        var of = patient is null ? null : await records.FindAsync(context, patient, Permissions.ReadPatients, AuditActions.ListIncidents, cancellation);
        if (patient is not null && of is null)
        {
            return Problems.PatientNotFound();
        }

        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        var incidents = await ReadPageAsync(transaction.Connection, caller, ward, of?.Number, state, wanted, before, limit + 1, cancellation);
        var next = Paging.Cut(incidents, limit, incident => $"{incident.Number}");
        var documents = await IncidentDocuments.OfAsync(transaction.Connection, caller.TenantId, incidents, tools.Alerts, tools.Receipts, tools.Patients, cancellation);
        await transaction.CommitAsync(cancellation);
        await audit.RecordAsync(
            AuditEntry.Of(context, AuditActions.ListIncidents) with { Patients = [.. incidents.Select(incident => incident.PatientNo).OfType<int>().Distinct()], Detail = ward }, cancellation);
        return TypedResults.Ok(new IncidentPage(documents, next));
    }

    private static async Task<Results<Ok<IncidentDocument>, ProblemHttpResult>> GetAsync(
        string id, HttpContext context, TenantDatabase database, IncidentTools tools, IAuditTrail audit, CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        await using var transaction = await database.BeginAsync(caller.TenantId, cancellation);
        if (!Guid.TryParse(id, out var incidentId) || await IncidentReach.FindAsync(transaction.Connection, caller, incidentId, cancellation) is not { } incident)
        {
            await audit.RecordAsync(AuditEntry.Of(context, AuditActions.ReadIncident) with { Done = false, Detail = $"incident {id}: there is none, or not the caller's" }, cancellation);
            return NotFound();
        }

        var document = await DocumentAsync(transaction.Connection, tools, incident, cancellation);
        await transaction.CommitAsync(cancellation);
        await audit.RecordAsync(
            AuditEntry.Of(context, AuditActions.ReadIncident) with { Patients = incident.PatientNo is { } patient ? [patient] : [], Detail = $"incident {incident.Number}" }, cancellation);
        return TypedResults.Ok(document);
    }

    private static Task<Results<Ok<IncidentDocument>, ProblemHttpResult>> AcknowledgeAsync(
        string id, HttpContext context, TenantDatabase database, IncidentActions actions, IncidentTools tools, IncidentNoteRequest? request = null, CancellationToken cancellation = default) =>
        TakeAsync(context, id, new(IncidentStep.Acknowledge, request?.Note), database, actions, tools, cancellation);

    private static Task<Results<Ok<IncidentDocument>, ProblemHttpResult>> StartAsync(
        string id, HttpContext context, TenantDatabase database, IncidentActions actions, IncidentTools tools, IncidentNoteRequest? request = null, CancellationToken cancellation = default) =>
        TakeAsync(context, id, new(IncidentStep.Start, request?.Note), database, actions, tools, cancellation);

    private static Task<Results<Ok<IncidentDocument>, ProblemHttpResult>> ClaimAsync(
        string id, HttpContext context, TenantDatabase database, IncidentActions actions, IncidentTools tools, IncidentNoteRequest? request = null, CancellationToken cancellation = default) =>
        TakeAsync(context, id, new(IncidentStep.Claim, request?.Note), database, actions, tools, cancellation);

    private static async Task<Results<Ok<IncidentDocument>, ProblemHttpResult>> ResolveAsync(
        string id, ResolveIncidentRequest request, HttpContext context, TenantDatabase database, IncidentActions actions, IncidentTools tools, CancellationToken cancellation) =>
        request.Outcome is not null && Outcomes.Contains(request.Outcome)
            ? await TakeAsync(context, id, new(IncidentStep.Resolve, request.Note, request.Outcome), database, actions, tools, cancellation)
            : Problems.InvalidParameter($"outcome must be {string.Join(", ", Outcomes)}.");

    private static async Task<Results<Ok<IncidentDocument>, ProblemHttpResult>> CommentAsync(
        string id, IncidentNoteRequest request, HttpContext context, TenantDatabase database, IncidentActions actions, IncidentTools tools, CancellationToken cancellation) =>
        string.IsNullOrWhiteSpace(request.Note)
            ? Problems.InvalidParameter($"note must have 1 to {MostNote} characters.")
            : await TakeAsync(context, id, new(IncidentStep.Comment, request.Note), database, actions, tools, cancellation);

    private static async Task<Results<Ok<IncidentDocument>, ProblemHttpResult>> ReviewAsync(
        string id, ReviewIncidentRequest request, HttpContext context, TenantDatabase database, IncidentActions actions, IncidentTools tools, CancellationToken cancellation)
    {
        if (request.Finding?.Trim() is not { Length: >= 1 and <= MostNote } finding || request.Actions?.Trim().Length > MostNote)
        {
            return Problems.InvalidParameter($"finding must have 1 to {MostNote} characters, actions at most {MostNote}.");
        }

        var note = string.IsNullOrWhiteSpace(request.Actions) ? finding : $"{finding}\n{request.Actions.Trim()}";
        return await TakeCheckedAsync(context, id, new(IncidentStep.Review, note), database, actions, tools, cancellation);
    }

    private static async Task<Results<Ok<IncidentDocument>, ProblemHttpResult>> TakeAsync(
        HttpContext context, string id, WantedStep wanted, TenantDatabase database, IncidentActions actions, IncidentTools tools, CancellationToken cancellation) =>
        wanted.Note?.Length > MostNote
            ? Problems.InvalidParameter($"note must have at most {MostNote} characters.")
            : await TakeCheckedAsync(context, id, wanted, database, actions, tools, cancellation);

    private static async Task<Results<Ok<IncidentDocument>, ProblemHttpResult>> TakeCheckedAsync(
        HttpContext context, string id, WantedStep wanted, TenantDatabase database, IncidentActions actions, IncidentTools tools, CancellationToken cancellation)
    {
        var (incident, refusal) = Guid.TryParse(id, out var incidentId) ? await actions.TakeAsync(context, incidentId, wanted, cancellation) : new(null, null);
        if (incident is null)
        {
            return NotFound();
        }

        if (refusal is not null)
        {
            return TypedResults.Problem(
                statusCode: 409, type: "urn:wardwatch:incident-step-refused", title: "The incident does not allow this step", detail: refusal,
                extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["state"] = incident.State, ["version"] = incident.Version });
        }

        await using var transaction = await database.BeginAsync(incident.TenantId, cancellation);
        return TypedResults.Ok(await DocumentAsync(transaction.Connection, tools, incident, cancellation));
    }

    private static async Task<IncidentDocument> DocumentAsync(NpgsqlConnection connection, IncidentTools tools, Incident incident, CancellationToken cancellation)
    {
        var document = (await IncidentDocuments.OfAsync(connection, incident.TenantId, [incident], tools.Alerts, tools.Receipts, tools.Patients, cancellation))[0];
        using var notes = new IncidentNotes(tools.Keyring, tools.Patients, connection, incident.TenantId);
        return document with { History = await IncidentDocuments.HistoryAsync(connection, incident, notes, cancellation) };
    }

    private static async Task<List<Incident>> ReadPageAsync(
        NpgsqlConnection connection, Caller caller, string? ward, int? patient, string? state, AlertPriority? priority, long? before, int limit, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(IncidentSql.List, connection);
        IncidentReach.Add(command.Parameters, caller);
        Add(ward, NpgsqlDbType.Text);
        Add(patient, NpgsqlDbType.Integer);
        Add(state ?? "", NpgsqlDbType.Text);
        Add((short?)priority, NpgsqlDbType.Smallint);
        Add(before, NpgsqlDbType.Bigint);
        Add(limit, NpgsqlDbType.Integer);
        return await IncidentStore.ReadAsync(command, IncidentRows.Default.Incident, cancellation);

        void Add(object? value, NpgsqlDbType type) => command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = type });
    }

    private static ProblemHttpResult NotFound() => TypedResults.Problem(statusCode: 404, type: "urn:wardwatch:incident-not-found", title: "There is no such incident");
}
