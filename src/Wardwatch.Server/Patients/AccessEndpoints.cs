using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>Somebody who saw or changed a record.</summary>
internal sealed record RecordLookResponse(DateTimeOffset At, string? Name, string? Role, string Action, string? Purpose);

/// <summary>A page of looks at a record, newest first.</summary>
internal sealed record RecordLookPage(IReadOnlyList<RecordLookResponse> Items, string? Next);

/// <summary>Who has read a record: for the patient themself, and for those who read the audit.</summary>
internal static class AccessEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/patients/{id}/accesses", ListAsync).RequireAuthorization(Policies.SeeLooks).WithTags("Audit").WithName("listRecordLooks")
            .WithSummary("Who has seen or changed this record, newest first: for the patient, and for those who read the audit.");

    private static async Task<Results<Ok<RecordLookPage>, ProblemHttpResult>> ListAsync(
        string id, HttpContext context, RecordAccess access, IRecordLooks looks, int limit = DefaultLimit, string? after = null, CancellationToken cancellation = default)
    {
        var caller = context.User.Caller();
        var permission = caller.May(Permissions.ReadAudit) ? Permissions.ReadAudit : Permissions.ReadOwn;
        if (await access.FindAsync(context, id, permission, AuditActions.ReadAudit, cancellation) is not { } patient)
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

        var found = (await looks.OfPatientAsync(caller.TenantId, patient.Number, before, limit + 1, cancellation)).ToList();
        var next = Paging.Cut(found, limit, look => look.Number.ToString(CultureInfo.InvariantCulture));

        return TypedResults.Ok(new RecordLookPage(found.ConvertAll(look => new RecordLookResponse(look.At, look.Name, look.Role, look.Action, look.Purpose)), next));
    }
}
