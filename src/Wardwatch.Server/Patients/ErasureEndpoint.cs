using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>Why a patient is erased; whoever asks shows that they mean this one by their record number.</summary>
/// <param name="RecordNumber">The patient's record number; case, blanks and punctuation do not count.</param>
/// <param name="Reason">10 to 500 characters.</param>
internal sealed record ErasePatientRequest(string? RecordNumber, string? Reason);

/// <summary>Erasing a patient.</summary>
internal static class ErasureEndpoint
{
    /// <summary>The least and the most characters of a reason.</summary>
    public const int LeastReason = 10, MostReason = 500;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/api/patients/{id}/erase", EraseAsync)
        .RequireAuthorization(Permissions.ErasePatients).WithTags("Patients").WithName("erasePatient")
        .WithSummary("Destroy a patient's key for good: nothing of them can be read again.");

    private static async Task<Results<NoContent, ProblemHttpResult>> EraseAsync(
        string id, ErasePatientRequest request, HttpContext context, RecordAccess records, PatientErasure erasure, CancellationToken cancellation)
    {
        if (await records.FindAsync(context, id, Permissions.ErasePatients, AuditActions.ErasePatient, cancellation) is not { } patient)
        {
            return Problems.PatientNotFound();
        }

        if (request.Reason?.Trim() is not { Length: >= LeastReason and <= MostReason } reason)
        {
            return Problems.InvalidParameter($"reason must have {LeastReason} to {MostReason} characters.");
        }

        if (request.RecordNumber is not { Length: > 0 and <= MostReason } recordNumber || !PatientErasure.IsRecordNumberOf(patient, recordNumber))
        {
            return TypedResults.Problem(statusCode: 400, type: "urn:wardwatch:record-number-differs", title: "This is not the patient's record number");
        }

        return await erasure.EraseAsync(AuditEntry.Of(context, AuditActions.ErasePatient) with { Purpose = reason }, id, cancellation) switch
        {
            ErasureOutcome.Erased => TypedResults.NoContent(),
            ErasureOutcome.Duplicate => PatientProblems.AlreadyMerged(),
            _ => Problems.PatientNotFound(),
        };
    }
}
