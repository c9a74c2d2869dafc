using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>In which state a patient is.</summary>
internal sealed record SetStatusRequest(string? Status, string? Note = null);

/// <summary>Why a patient is critical.</summary>
internal sealed record SetCriticalRequest(string? Note = null);

/// <summary>The bed that a patient gets.</summary>
internal sealed record AdmitRequest(string? Ward, string? Bed, string? Status = null);

/// <summary>The bed to which a patient goes.</summary>
internal sealed record TransferRequest(string? Ward, string? Bed);

/// <summary>Where a patient goes who leaves.</summary>
/// <param name="To">home, other-hospital, died, other, or absent.</param>
/// <param name="Note">In words.</param>
internal sealed record DischargeRequest(string? To = null, string? Note = null);

/// <summary>Admitting, transferring, discharging, and saying in which state a patient is.</summary>
internal static class MoveEndpoints
{
    private static readonly string[] Destinations = ["home", "other-hospital", "died", "other"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var patient = routes.MapGroup("/api/patients/{id}").WithTags("Patients");
        patient.MapPost("/admit", AdmitAsync).RequireAuthorization(Permissions.MovePatients).WithName("admitPatient").WithSummary("Give a patient a bed.");
        patient.MapPost("/transfer", TransferAsync).RequireAuthorization(Permissions.MovePatients).WithName("transferPatient").WithSummary("Move a patient to another bed; what they wear goes along.");
        patient.MapPost("/discharge", DischargeAsync).RequireAuthorization(Permissions.MovePatients).WithName("dischargePatient").WithSummary("Let a patient go; the stay and what they wear end.");
        patient.MapPut("/status", SetStatusAsync).RequireAuthorization(Permissions.SetPatientStatus).WithName("setPatientStatus").WithSummary("Say in which state a patient is.");
        patient.MapPost("/critical", SetCriticalAsync).RequireAuthorization(Permissions.SetPatientStatus).WithName("setPatientCritical").WithSummary("The patient is critical: needs no version, and may be said again.");
    }

    private static async Task<Results<Ok<PatientResponse>, ProblemHttpResult>> AdmitAsync(
        string id, AdmitRequest request, HttpContext context, RecordAccess records, PatientMoves moves, PatientDirectory directory, CancellationToken cancellation)
    {
        var scope = context.User.Caller().ScopeOf(Permissions.MovePatients);

        // Whoever lies nowhere is on nobody's ward: it is the ward to which they come that must be the caller's.
        var known = await directory.FindAsync(scope.TenantId, id, cancellation);
        if (known is not { IsPresent: false } && await records.FindAsync(context, id, Permissions.MovePatients, AuditActions.AdmitPatient, cancellation) is null)
        {
            return Problems.PatientNotFound();
        }

        var fields = new PatientFields();
        fields.Place(request.Ward, request.Bed);
        var status = fields.Status("status", request.Status ?? "admitted");
        if (!fields.AreValid)
        {
            return PatientProblems.Invalid(fields.Errors);
        }

        if (!scope.CoversWard(scope.TenantId, request.Ward!))
        {
            return Problems.WardNotFound();
        }

        return await ChangeAsync(context, directory, id, AuditActions.AdmitPatient, $"{request.Ward}, bed {request.Bed}",
            (by, version) => moves.AdmitAsync(by, id, version, request.Ward!, request.Bed!, status, cancellation), cancellation);
    }

    private static async Task<Results<Ok<PatientResponse>, ProblemHttpResult>> TransferAsync(
        string id, TransferRequest request, HttpContext context, RecordAccess records, PatientMoves moves, PatientDirectory directory, CancellationToken cancellation)
    {
        if (await records.FindAsync(context, id, Permissions.MovePatients, AuditActions.TransferPatient, cancellation) is null)
        {
            return Problems.PatientNotFound();
        }

        var fields = new PatientFields();
        fields.Place(request.Ward, request.Bed);
        return fields.AreValid
            ? await ChangeAsync(context, directory, id, AuditActions.TransferPatient, $"{request.Ward}, bed {request.Bed}",
                (by, version) => moves.TransferAsync(by, id, version, request.Ward!, request.Bed!, cancellation), cancellation)
            : PatientProblems.Invalid(fields.Errors);
    }

    private static async Task<Results<Ok<PatientResponse>, ProblemHttpResult>> DischargeAsync(
        string id, DischargeRequest? request, HttpContext context, RecordAccess records, PatientMoves moves, PatientDirectory directory, CancellationToken cancellation)
    {
        if (await records.FindAsync(context, id, Permissions.MovePatients, AuditActions.DischargePatient, cancellation) is not { } patient)
        {
            return Problems.PatientNotFound();
        }

        var fields = new PatientFields();
        fields.Note(request?.Note);
        if (request?.To is not null && !Destinations.Contains(request.To))
        {
            fields.Add("to", $"must be {string.Join(", ", Destinations)} or absent.");
        }

        return fields.AreValid
            ? await ChangeAsync(context, directory, id, AuditActions.DischargePatient, $"{patient.Ward}, bed {patient.Bed}",
                (by, version) => moves.DischargeAsync(by, id, version, request?.To, request?.Note, cancellation), cancellation)
            : PatientProblems.Invalid(fields.Errors);
    }

    private static async Task<Results<Ok<PatientResponse>, ProblemHttpResult>> SetStatusAsync(
        string id, SetStatusRequest request, HttpContext context, RecordAccess records, PatientMoves moves, PatientDirectory directory, CancellationToken cancellation)
    {
        if (await records.FindAsync(context, id, Permissions.SetPatientStatus, AuditActions.SetPatientStatus, cancellation) is null)
        {
            return Problems.PatientNotFound();
        }

        var fields = new PatientFields();
        var status = fields.Status("status", request.Status);
        fields.Note(request.Note);
        return fields.AreValid
            ? await ChangeAsync(context, directory, id, AuditActions.SetPatientStatus, status,
                (by, version) => moves.SetStatusAsync(by, id, version, status, request.Note, cancellation), cancellation)
            : PatientProblems.Invalid(fields.Errors);
    }

    private static async Task<Results<Ok<PatientResponse>, ProblemHttpResult>> SetCriticalAsync(
        string id, SetCriticalRequest? request, HttpContext context, RecordAccess records, PatientMoves moves, PatientDirectory directory, CancellationToken cancellation)
    {
        if (await records.FindAsync(context, id, Permissions.SetPatientStatus, AuditActions.SetPatientStatus, cancellation) is null)
        {
            return Problems.PatientNotFound();
        }

        var fields = new PatientFields();
        fields.Note(request?.Note);
        if (!fields.AreValid)
        {
            return PatientProblems.Invalid(fields.Errors);
        }

        // An emergency waits for no version.
        var by = new Actor(AuditEntry.Of(context, AuditActions.SetPatientStatus) with { Detail = "critical" }, context.User.Caller().Name);
        return await moves.SetStatusAsync(by, id, null, "critical", request?.Note, cancellation) is not ChangeOutcome.Done and var refused
            ? PatientProblems.Of(refused)
            : await PatientEndpoints.AnswerAsync(context, directory, id, cancellation);
    }

    private static async Task<Results<Ok<PatientResponse>, ProblemHttpResult>> ChangeAsync(
        HttpContext context, PatientDirectory directory, string id, string action, string detail, Func<Actor, int?, Task<ChangeOutcome>> change, CancellationToken cancellation)
    {
        if (!PatientVersions.TryRead(context, out var version))
        {
            return PatientProblems.VersionRequired();
        }

        var by = new Actor(AuditEntry.Of(context, action) with { Detail = detail }, context.User.Caller().Name);
        return await change(by, version) is not ChangeOutcome.Done and var refused
            ? PatientProblems.Of(refused)
            : await PatientEndpoints.AnswerAsync(context, directory, id, cancellation);
    }
}
