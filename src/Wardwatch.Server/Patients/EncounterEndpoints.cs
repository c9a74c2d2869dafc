using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>Which record is the same person's, and why that is believed.</summary>
internal sealed record MergePatientRequest(string? Duplicate, string? Reason);

/// <summary>Stays, beds, and two records of one person.</summary>
internal static class EncounterEndpoints
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/patients/{id}/encounters", ListAsync).RequireAuthorization(Policies.SeePatients).WithTags("Patients").WithName("listEncounters")
            .WithSummary("A patient's stays, newest first, each with its beds, states and devices.");
        routes.MapPost("/api/patients/{id}/merge", MergeAsync).RequireAuthorization(Permissions.MergePatients).WithTags("Patients").WithName("mergePatients")
            .WithSummary("Two records are one person: the duplicate leads to this one from now on.");
        routes.MapGet("/api/wards/{id}/beds", BedsAsync).RequireAuthorization(Permissions.ReadPatients).WithTags("Wards").WithName("listBeds")
            .WithSummary("Every bed of a ward and who lies in it.");
    }

    private static async Task<Results<Ok<EncounterPage>, ProblemHttpResult>> ListAsync(
        string id, HttpContext context, RecordAccess access, EncounterHistory history, int limit = DefaultLimit, string? after = null, CancellationToken cancellation = default)
    {
        if (await access.OpenAsync(context, id, AuditActions.ReadEncounters, cancellation) is not { } patient)
        {
            return Problems.PatientNotFound();
        }

        if (limit is < 1 or > MaxLimit)
        {
            return Problems.InvalidParameter($"limit must be between 1 and {MaxLimit}.");
        }

        if (!Paging.TryReadCursor(after, out var before))
        {
            return Problems.InvalidParameter("after must be the next of an earlier answer.");
        }

        var items = await history.ReadAsync(patient, before, limit + 1, cancellation);
        var next = Paging.Cut(items, limit, item => item.Id);
        return TypedResults.Ok(new EncounterPage(items, next));
    }

    private static async Task<Results<Ok<PatientResponse>, ProblemHttpResult>> MergeAsync(
        string id, MergePatientRequest request, HttpContext context, RecordAccess records, PatientCorrections corrections, PatientDirectory directory, CancellationToken cancellation)
    {
        if (await records.FindAsync(context, id, Permissions.MergePatients, AuditActions.MergePatients, cancellation) is null)
        {
            return Problems.PatientNotFound();
        }

        var fields = new PatientFields();
        var reason = request.Reason?.Trim() ?? "";
        if (reason.Length is < ErasureEndpoint.LeastReason or > ErasureEndpoint.MostReason)
        {
            fields.Add("reason", $"must have {ErasureEndpoint.LeastReason} to {ErasureEndpoint.MostReason} characters.");
        }

        if (string.IsNullOrEmpty(request.Duplicate) || request.Duplicate.Contains('\0', StringComparison.Ordinal))
        {
            fields.Add("duplicate", "must be the id of another patient.");
        }

        if (!fields.AreValid)
        {
            return PatientProblems.Invalid(fields.Errors);
        }

        if (!PatientVersions.TryRead(context, out var version))
        {
            return PatientProblems.VersionRequired();
        }

        // A duplicate lies nowhere, so that it is on nobody's ward: whoever may merge this patient may say that it is the same person, on record.
        var duplicate = await directory.FindAsync(context.User.TenantId(), request.Duplicate!, cancellation);
        if (duplicate is null || (duplicate.IsPresent && !context.User.Caller().ScopeOf(Permissions.MergePatients).Covers(duplicate.TenantId, duplicate.Ward, duplicate.Number)))
        {
            return PatientProblems.Of(ChangeOutcome.DuplicateNotFound);
        }

        var by = new Actor(AuditEntry.Of(context, AuditActions.MergePatients) with { Purpose = reason, Detail = $"duplicate {duplicate.Id}" }, context.User.Caller().Name);
        return await corrections.MergeAsync(by, id, version, duplicate, cancellation) is not ChangeOutcome.Done and var refused
            ? PatientProblems.Of(refused)
            : await PatientEndpoints.AnswerAsync(context, directory, id, cancellation);
    }

    private static async Task<Results<Ok<BedPage>, ProblemHttpResult>> BedsAsync(
        string id, HttpContext context, RecordAccess access, PatientDirectory directory, CancellationToken cancellation)
    {
        if (await access.OpenWardAsync(context, id, AuditActions.ViewBeds, cancellation) is not { } present
            || directory.Wards.FirstOrDefault(ward => ward.TenantId == context.User.TenantId() && ward.Id == id) is not { } ward)
        {
            return Problems.WardNotFound();
        }

        // A specialist sees their patients in their beds; to them the others are not told from empty ones, so only what they may see is listed.
        var whole = context.User.Caller().Visible.CoversWard(ward.TenantId, ward.Id);
        var byBed = present.Where(patient => patient.Bed is not null).ToDictionary(patient => patient.Bed!, StringComparer.Ordinal);
        return TypedResults.Ok(new BedPage(
            [
                .. ward.Beds.Where(bed => whole || byBed.ContainsKey(bed)).Select(bed => new BedDocument(
                    bed, byBed.GetValueOrDefault(bed) is { } patient ? new(patient.Id, patient.ShortName, patient.Status, directory.StatusSince(patient)) : null)),
            ],
            Next: null));
    }
}
