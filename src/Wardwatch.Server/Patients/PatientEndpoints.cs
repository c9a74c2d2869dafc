using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Access.Contracts;

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
        var group = routes.MapGroup("/api/patients").RequireAuthorization(Permissions.ReadPatients).WithTags("Patients");
        group.MapGet("/", List).WithName("listPatients").WithSummary("Patients by ward and bed; search looks in names and record numbers.");
        group.MapGet("/{id}", Get).WithName("getPatient").WithSummary("One patient.");
    }

    private static Results<Ok<PatientPage>, ProblemHttpResult> List(
        ClaimsPrincipal user, PatientDirectory directory, string? search = null, string? ward = null, int limit = DefaultLimit, string? after = null)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return Problems.InvalidParameter($"limit must be between 1 and {MaxLimit}.");
        }

        var tenantId = user.TenantId();
        var patients = directory.All.Where(patient => patient.Entry.TenantId == tenantId);
        if (after is not null)
        {
            if (directory.Find(after)?.TenantId != tenantId)
            {
                return Problems.InvalidParameter("after is not the next of a page of patients.");
            }

            // The cursor is the id of the last patient shown, so that no name stands in an address.
            patients = patients.SkipWhile(patient => patient.Entry.Id != after).Skip(1);
        }

        if (ward is not null)
        {
            patients = patients.Where(patient => patient.Entry.Ward == ward);
        }

        if (!string.IsNullOrWhiteSpace(search))
        {
            var wanted = new PatientSearch(search);
            patients = patients.Where(patient => wanted.Matches(patient.Entry));
        }

        var page = patients.Take(limit + 1).Select(PatientResponse.Of).ToList();
        string? next = null;
        if (page.Count > limit)
        {
            page.RemoveAt(limit);
            next = page[^1].Id;
        }

        return TypedResults.Ok(new PatientPage(page, next));
    }

    private static Results<Ok<PatientResponse>, ProblemHttpResult> Get(ClaimsPrincipal user, PatientDirectory directory, string id) =>
        directory.FindStored(id) is { } patient && patient.Entry.TenantId == user.TenantId()
            ? TypedResults.Ok(PatientResponse.Of(patient))
            : Problems.PatientNotFound();
}
