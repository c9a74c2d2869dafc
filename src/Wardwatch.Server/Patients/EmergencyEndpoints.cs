using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>A patient whom somebody looks for in an emergency: enough to know that it is the right one, and no more.</summary>
internal sealed record EmergencyPatientResponse(string Id, string ShortName, string? Ward, string? Bed);

/// <summary>Why a record is opened.</summary>
internal sealed record OpenRecordRequest(string? Reason);

/// <summary>An opened record, and until when it stays open.</summary>
internal sealed record OpenedRecordResponse(string Patient, DateTimeOffset Until);

/// <summary>Somebody of the staff.</summary>
internal sealed record EmergencyActor(string Id, string? User, string? Name);

/// <summary>An emergency access and how it was judged.</summary>
internal sealed record EmergencyAccessResponse(
    string Id, DateTimeOffset At, DateTimeOffset Until, EmergencyActor Actor, EmergencyPatientResponse? Patient, string Reason,
    string? ReviewedBy, DateTimeOffset? ReviewedAt, string? Verdict, string? Note);

/// <summary>A page of emergency accesses, newest first.</summary>
internal sealed record EmergencyAccessPage(IReadOnlyList<EmergencyAccessResponse> Items, string? Next);

/// <summary>How an emergency access is judged.</summary>
internal sealed record ReviewEmergencyRequest(string? Verdict, string? Note);

/// <summary>
/// Emergency access ("break-glass"): any clinician may open any patient of the hospital with a reason. It is on record, the ward is told at once, and somebody
/// judges it afterwards. It takes one sentence and no waiting: a patient who crashes on the wrong ward must not die of a permission.
/// </summary>
internal static class EmergencyEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;
    private const int LeastReason = 10;
    private const int MostReason = 500;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var use = routes.MapGroup("/api").RequireAuthorization(Permissions.UseEmergencyAccess).WithTags("Emergency access");
        use.MapGet("/break-glass/patient", FindPatientAsync).WithName("findPatientInEmergency").WithSummary("The patient of a record number, or in a bed, on whatever ward.");
        use.MapPost("/patients/{id}/break-glass", OpenAsync).WithName("openRecordInEmergency").WithSummary("Open a record in an emergency, with a reason, for four hours.");
        var review = routes.MapGroup("/api/break-glass").RequireAuthorization(Permissions.ReviewEmergencyAccess).WithTags("Emergency access");
        review.MapGet("/", ListAsync).WithName("listEmergencyAccesses").WithSummary("Emergency accesses, newest first; ?open=true for those that nobody has judged.");
        review.MapPost("/{id:long}/review", ReviewAsync).WithName("reviewEmergencyAccess").WithSummary("Judge an emergency access.");
    }

    private static async Task<Results<Ok<EmergencyPatientResponse>, ProblemHttpResult>> FindPatientAsync(
        HttpContext context, PatientDirectory directory, EmergencyAccesses accesses, string? recordNumber = null, string? ward = null, string? bed = null, CancellationToken cancellation = default)
    {
        var tenantId = context.User.TenantId();
        PatientEntry? found = null;
        if (!string.IsNullOrWhiteSpace(recordNumber))
        {
            found = (await directory.FindByRecordNumberAsync(tenantId, recordNumber, cancellation))?.Entry;
        }
        else if (!string.IsNullOrWhiteSpace(ward) && !string.IsNullOrWhiteSpace(bed))
        {
            found = directory.Present.FirstOrDefault(patient => patient.TenantId == tenantId && patient.Ward == ward && patient.Bed == bed);
        }
        else
        {
            return Problems.InvalidParameter("Give recordNumber, or ward and bed.");
        }

        await accesses.RecordSearchAsync(context, found, cancellation);
        return found is null ? Problems.PatientNotFound() : TypedResults.Ok(Short(found));
    }

    private static async Task<Results<Created<OpenedRecordResponse>, ProblemHttpResult>> OpenAsync(
        string id, OpenRecordRequest request, HttpContext context, PatientDirectory directory, EmergencyAccesses accesses, CancellationToken cancellation)
    {
        if (request.Reason?.Trim() is not { Length: >= LeastReason and <= MostReason } reason)
        {
            return Problems.InvalidParameter($"reason must say why, in {LeastReason} to {MostReason} characters.");
        }

        if (await directory.FindAsync(context.User.TenantId(), id, cancellation) is not { } patient)
        {
            return Problems.PatientNotFound();
        }

        var until = await accesses.OpenAsync(context, patient, reason, cancellation);
        return TypedResults.Created($"/api/patients/{patient.Id}", new OpenedRecordResponse(patient.Id, until));
    }

    private static async Task<Results<Ok<EmergencyAccessPage>, ProblemHttpResult>> ListAsync(
        HttpContext context, EmergencyAccesses accesses, bool open = false, int limit = DefaultLimit, string? after = null, CancellationToken cancellation = default)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return Problems.InvalidParameter($"limit must be between 1 and {MaxLimit}.");
        }

        if (!Paging.TryReadCursor(after, out var before))
        {
            return Problems.InvalidParameter("after must be the next of an earlier answer.");
        }

        var items = await accesses.ListAsync(context.User.Caller(), open, before, limit + 1, cancellation);
        var next = Paging.Cut(items, limit, item => item.Id);

        return TypedResults.Ok(new EmergencyAccessPage(items, next));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ReviewAsync(
        long id, ReviewEmergencyRequest request, HttpContext context, EmergencyAccesses accesses, CancellationToken cancellation)
    {
        if (request.Verdict is not ("justified" or "unjustified") || request.Note is { Length: > 2000 })
        {
            return Problems.InvalidParameter("verdict must be justified or unjustified, note a text of at most 2000 characters.");
        }

        return await accesses.ReviewAsync(context, id, request.Verdict, request.Note, cancellation) switch
        {
            ReviewOutcome.Reviewed => TypedResults.NoContent(),
            ReviewOutcome.AlreadyReviewed => TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:already-reviewed", title: "Somebody else has judged it"),
            ReviewOutcome.OwnAccess => TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:own-access", title: "Nobody judges their own emergency access"),
            _ => TypedResults.Problem(statusCode: 404, type: "urn:wardwatch:emergency-access-not-found", title: "There is no such emergency access"),
        };
    }

    /// <summary>The patient in short.</summary>
    internal static EmergencyPatientResponse Short(PatientEntry patient) => new(patient.Id, patient.ShortName, patient.Ward, patient.Bed);
}
