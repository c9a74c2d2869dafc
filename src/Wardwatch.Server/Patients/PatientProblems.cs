using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>Why a patient cannot be registered or changed, as answers.</summary>
internal static class PatientProblems
{
    /// <summary>400, with what is wrong by field.</summary>
    public static ProblemHttpResult Invalid(IReadOnlyDictionary<string, string[]> errors) => TypedResults.Problem(
        statusCode: 400, type: "urn:wardwatch:invalid-parameter", title: "A parameter is not valid", detail: string.Join(" ", errors.Select(error => $"{error.Key}: {string.Join(" ", error.Value)}")),
        extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["errors"] = errors });

    /// <summary>409: the number is somebody else's; whose is told to those who may know.</summary>
    public static ProblemHttpResult RecordNumberTaken(string? patient) => TypedResults.Problem(
        statusCode: 409, type: "urn:wardwatch:record-number-taken", title: "Another patient has this record number",
        extensions: patient is null ? null : new Dictionary<string, object?>(StringComparer.Ordinal) { ["patient"] = patient });

    /// <summary>409: it is a duplicate.</summary>
    public static ProblemHttpResult AlreadyMerged() => TypedResults.Problem(
        statusCode: 409, type: "urn:wardwatch:already-merged", title: "The record is a duplicate that was merged into another", detail: "Open it: mergedInto says which patient goes on.");

    /// <summary>428: without a version nobody knows what would be overwritten.</summary>
    public static ProblemHttpResult VersionRequired() => TypedResults.Problem(
        statusCode: 428, type: "urn:wardwatch:version-required", title: "Say which version is to be changed", detail: "Send the ETag of the answer that you saw as If-Match.");

    /// <summary>Any outcome but done.</summary>
    public static ProblemHttpResult Of(ChangeOutcome outcome) => outcome switch
    {
        ChangeOutcome.NotFound => Problems.PatientNotFound(),
        ChangeOutcome.VersionChanged => TypedResults.Problem(statusCode: 412, type: "urn:wardwatch:version-changed", title: "Somebody changed the patient in between", detail: "Load the patient again."),
        ChangeOutcome.NotAdmitted => TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:not-admitted", title: "The patient lies in no bed"),
        ChangeOutcome.AlreadyAdmitted => TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:already-admitted", title: "The patient lies in a bed already"),
        ChangeOutcome.BedOccupied => TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:bed-occupied", title: "Another patient lies in this bed"),
        ChangeOutcome.UnknownBed => TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:unknown-bed", title: "There is no such ward or bed"),
        ChangeOutcome.RecordNumberTaken => RecordNumberTaken(null),
        ChangeOutcome.AlreadyMerged => AlreadyMerged(),
        ChangeOutcome.BothAdmitted => TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:both-admitted", title: "Both lie in a bed", detail: "One person cannot: discharge the one that is not there."),
        ChangeOutcome.DuplicateAdmitted => TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:duplicate-admitted", title: "The duplicate lies in a bed", detail: "Merge the other way round: who lies in a bed goes on."),
        ChangeOutcome.DuplicateNotFound => TypedResults.Problem(statusCode: 404, type: "urn:wardwatch:patient-not-found", title: "There is no such patient", detail: "duplicate must be the id of another patient."),
        _ => throw new UnreachableException($"{outcome}"),
    };
}
