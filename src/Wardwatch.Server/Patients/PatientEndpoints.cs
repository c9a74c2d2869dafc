using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>Who a patient is.</summary>
/// <param name="RecordNumber">The hospital's record number.</param>
/// <param name="Name">Family name, comma, given names.</param>
/// <param name="DateOfBirth">As <c>1962-03-04</c>.</param>
/// <param name="Sex">female, male, other or unknown.</param>
/// <param name="Ward">With a bed, the patient is admitted at once.</param>
/// <param name="Bed">The label of a bed in the ward.</param>
/// <param name="Status">admitted (as when absent), stable, observation or critical.</param>
/// <param name="Consent">What they agreed to.</param>
internal sealed record RegisterPatientRequest(
    string? RecordNumber, string? Name, string? DateOfBirth, string? Sex, string? Ward = null, string? Bed = null, string? Status = null, ConsentDocument? Consent = null);

/// <summary>Who a patient is, corrected.</summary>
internal sealed record ChangePatientRequest(string? RecordNumber, string? Name, string? DateOfBirth, string? Sex, ConsentDocument? Consent);

/// <summary>Finding, reading, registering and correcting patients.</summary>
internal static class PatientEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    private static readonly string[] Statuses = ["admitted", "stable", "observation", "critical", "discharged"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/patients").WithTags("Patients");
        group.MapGet("/", ListAsync).RequireAuthorization(Policies.SeePatients).WithName("listPatients").WithSummary("Patients by ward and bed, then the others; search looks in names and record numbers.");
        group.MapGet("/{id}", GetAsync).RequireAuthorization(Policies.SeePatients).WithName("getPatient").WithSummary("One patient.");
        group.MapPost("/", RegisterAsync).RequireAuthorization(Permissions.RegisterPatients).WithName("registerPatient").WithSummary("Register a patient; with a bed, admit them at once.");
        group.MapPut("/{id}", ChangeAsync).RequireAuthorization(Permissions.RegisterPatients).WithName("changePatient").WithSummary("Correct who a patient is and what they agreed to.");
    }

    private static async Task<Results<Ok<PatientPage>, ProblemHttpResult>> ListAsync(
        HttpContext context, PatientListing listing, RecordAccess access, IAuditTrail trail, string? search = null, string? ward = null, string? status = null, bool? present = null,
        int limit = DefaultLimit, string? after = null, CancellationToken cancellation = default)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return Problems.InvalidParameter($"limit must be between 1 and {MaxLimit}.");
        }

        if (search is { Length: > PatientSearch.MostCharacters })
        {
            return Problems.InvalidParameter($"search must have at most {PatientSearch.MostCharacters} characters.");
        }

        if (status is not null && !Statuses.Contains(status))
        {
            return Problems.InvalidParameter($"status must be one of {string.Join(", ", Statuses)}.");
        }

        var caller = context.User.Caller();
        if (ward is not null && access.WardsFor(caller.Visible).All(known => known.Id != ward))
        {
            return Problems.WardNotFound();
        }

        if (after?.Contains('\0', StringComparison.Ordinal) == true || await listing.ListAsync(caller, new(search, ward, status, present, limit, after), cancellation) is not var (found, next))
        {
            return Problems.InvalidParameter("after is not the next of a page of patients.");
        }

        await trail.RecordAsync(AuditEntry.Of(context, AuditActions.ListPatients) with { Patients = found.ConvertAll(patient => patient.Entry.Number) }, cancellation);
        return TypedResults.Ok(new PatientPage(found.ConvertAll(PatientResponse.Of), next));
    }

    private static async Task<Results<Ok<PatientResponse>, ProblemHttpResult>> GetAsync(
        HttpContext context, PatientDirectory directory, RecordAccess access, string id, CancellationToken cancellation) =>
        await access.OpenAsync(context, id, AuditActions.ReadPatient, cancellation) is { } entry && await directory.FindStoredAsync(entry.TenantId, id, cancellation) is { } patient
            ? TypedResults.Ok(PatientResponse.Answer(context, patient))
            : Problems.PatientNotFound();

    private static async Task<Results<Created<PatientResponse>, ProblemHttpResult>> RegisterAsync(
        RegisterPatientRequest request, HttpContext context, PatientRegistry registry, PatientDirectory directory, TimeProvider time, CancellationToken cancellation)
    {
        var (fields, scope) = (new PatientFields(), context.User.Caller().ScopeOf(Permissions.RegisterPatients));
        var patient = Read(fields, request, time);
        if (request.Ward is not null || request.Bed is not null || !scope.WholeHospital)
        {
            // Whoever works on wards registers for one of them: elsewhere they would not see the patient themself.
            fields.Place(request.Ward, request.Bed);
        }

        if (!fields.AreValid)
        {
            return PatientProblems.Invalid(fields.Errors);
        }

        if (request.Ward is not null && !scope.CoversWard(scope.TenantId, request.Ward))
        {
            return Problems.WardNotFound();
        }

        var by = new Actor(AuditEntry.Of(context, AuditActions.RegisterPatient), context.User.Caller().Name);
        var (outcome, id) = await registry.RegisterAsync(by, patient, cancellation);
        if (outcome == RegistrationOutcome.Registered)
        {
            var stored = await directory.FindStoredAsync(scope.TenantId, id!, cancellation);
            return stored is null ? Problems.PatientNotFound() : TypedResults.Created($"/api/patients/{id}", PatientResponse.Answer(context, stored));
        }

        return outcome switch
        {
            RegistrationOutcome.BedTaken => PatientProblems.Of(ChangeOutcome.BedOccupied),
            RegistrationOutcome.UnknownBed => PatientProblems.Of(ChangeOutcome.UnknownBed),
            _ => PatientProblems.RecordNumberTaken(await WhoseAsync(context, directory, patient.RecordNumber, cancellation)),
        };
    }

    private static async Task<Results<Ok<PatientResponse>, ProblemHttpResult>> ChangeAsync(
        string id, ChangePatientRequest request, HttpContext context, RecordAccess records, PatientCorrections corrections, PatientDirectory directory, TimeProvider time, CancellationToken cancellation)
    {
        if (await records.FindAsync(context, id, Permissions.RegisterPatients, AuditActions.ChangePatient, cancellation) is null)
        {
            return Problems.PatientNotFound();
        }

        var fields = new PatientFields();
        var patient = Read(fields, new(request.RecordNumber, request.Name, request.DateOfBirth, request.Sex, Consent: request.Consent), time);
        if (request.Consent is null)
        {
            fields.Add("consent", "must say what the patient agreed to.");
        }

        if (!fields.AreValid)
        {
            return PatientProblems.Invalid(fields.Errors);
        }

        if (!PatientVersions.TryRead(context, out var version))
        {
            return PatientProblems.VersionRequired();
        }

        var by = new Actor(AuditEntry.Of(context, AuditActions.ChangePatient), context.User.Caller().Name);
        var identity = new PatientIdentity(patient.Name, patient.RecordNumber, patient.DateOfBirth, patient.Sex);
        return await corrections.ChangeAsync(by, id, version, identity, patient.Consent, cancellation) switch
        {
            ChangeOutcome.Done => await AnswerAsync(context, directory, id, cancellation),
            ChangeOutcome.RecordNumberTaken => PatientProblems.RecordNumberTaken(await WhoseAsync(context, directory, patient.RecordNumber, cancellation)),
            var refused => PatientProblems.Of(refused),
        };
    }

    /// <summary>The patient as they are now.</summary>
    internal static async Task<Results<Ok<PatientResponse>, ProblemHttpResult>> AnswerAsync(HttpContext context, PatientDirectory directory, string id, CancellationToken cancellation) =>
        await directory.FindStoredAsync(context.User.TenantId(), id, cancellation) is { } patient ? TypedResults.Ok(PatientResponse.Answer(context, patient)) : Problems.PatientNotFound();

    private static NewPatient Read(PatientFields fields, RegisterPatientRequest request, TimeProvider time) => new(
        fields.Name("name", request.Name), fields.RecordNumber("recordNumber", request.RecordNumber), fields.DateOfBirth("dateOfBirth", request.DateOfBirth, time.GetUtcNow()),
        fields.Sex("sex", request.Sex), request.Ward, request.Bed)
    {
        Status = fields.Status("status", request.Status ?? "admitted"),
        Consent = request.Consent?.ToConsent() ?? new(false, false),
    };

    // Whoever may see the patient is told who it is; and so is whoever may admit them, since they lie nowhere: the one who has the number has them before them.
    private static async Task<string?> WhoseAsync(HttpContext context, PatientDirectory directory, string recordNumber, CancellationToken cancellation)
    {
        var (caller, other) = (context.User.Caller(), await directory.FindByRecordNumberAsync(context.User.TenantId(), recordNumber, cancellation));
        return other is not null && (caller.Visible.Covers(other.Entry.TenantId, other.Entry.Ward, other.Entry.Number) || !other.Entry.IsPresent) ? other.Entry.Id : null;
    }
}
