using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>A patient as the API shows it.</summary>
internal sealed record PatientResponse(
    string Id, string RecordNumber, string Name, DateOnly DateOfBirth, string Sex, string Status, string? Ward, string? Bed, int Version)
{
    public static PatientResponse Of(StoredPatient patient) => new(
        patient.Entry.Id, patient.Entry.RecordNumber, patient.Entry.Name, patient.Entry.DateOfBirth, patient.Entry.Sex,
        patient.Entry.Status, patient.Entry.Ward, patient.Entry.Bed, patient.Version);
}

/// <summary>A page of patients; <see cref="Next"/> goes into <c>?after=</c> for the next one, null at the end.</summary>
internal sealed record PatientPage(IReadOnlyList<PatientResponse> Items, string? Next);

/// <summary>Finding and reading patients.</summary>
internal static class PatientEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/patients").RequireAuthorization(Policies.SeePatients).WithTags("Patients");
        group.MapGet("/", ListAsync).WithName("listPatients").WithSummary("Patients by ward and bed; search looks in names and record numbers.");
        group.MapGet("/{id}", GetAsync).WithName("getPatient").WithSummary("One patient.");
    }

    private static async Task<Results<Ok<PatientPage>, ProblemHttpResult>> ListAsync(
        HttpContext context, PatientDirectory directory, RecordAccess access, IAuditTrail trail, string? search = null, string? ward = null, int limit = DefaultLimit, string? after = null,
        CancellationToken cancellation = default)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return Problems.InvalidParameter($"limit must be between 1 and {MaxLimit}.");
        }

        var visible = context.User.Caller().Visible;
        bool IsVisible(PatientEntry? patient) => patient is not null && visible.Covers(patient.TenantId, patient.Ward, patient.Number);
        var patients = directory.All.Where(patient => IsVisible(patient.Entry));
        if (after is not null)
        {
            if (!IsVisible(directory.Find(after)))
            {
                return Problems.InvalidParameter("after is not the next of a page of patients.");
            }

            // The cursor is the id of the last patient shown, so that no name stands in an address.
            patients = patients.SkipWhile(patient => patient.Entry.Id != after).Skip(1);
        }

        if (ward is not null)
        {
            if (access.WardsFor(visible).All(known => known.Id != ward))
            {
                return Problems.WardNotFound();
            }

            patients = patients.Where(patient => patient.Entry.Ward == ward);
        }

        if (!string.IsNullOrWhiteSpace(search))
        {
            var wanted = new PatientSearch(search);
            patients = patients.Where(patient => wanted.Matches(patient.Entry));
        }

        var found = patients.Take(limit + 1).ToList();
        var page = found.ConvertAll(PatientResponse.Of);
        string? next = null;
        if (page.Count > limit)
        {
            page.RemoveAt(limit);
            found.RemoveAt(limit);
            next = page[^1].Id;
        }

        await trail.RecordAsync(AuditEntry.Of(context, AuditActions.ListPatients) with { Patients = found.ConvertAll(patient => patient.Entry.Number) }, cancellation);
        return TypedResults.Ok(new PatientPage(page, next));
    }

    private static async Task<Results<Ok<PatientResponse>, ProblemHttpResult>> GetAsync(
        HttpContext context, PatientDirectory directory, RecordAccess access, string id, CancellationToken cancellation) =>
        await access.OpenAsync(context, id, AuditActions.ReadPatient, cancellation) is not null && directory.FindStored(id) is { } patient
            ? TypedResults.Ok(PatientResponse.Of(patient))
            : Problems.PatientNotFound();
}
