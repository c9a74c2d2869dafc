using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>A ward with its beds in their order.</summary>
/// <param name="Id">1 to 64 letters, digits, dots, underscores or hyphens; it stands in topics and never changes.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Beds">The labels of its beds, in their order on the wall.</param>
/// <param name="Patients">How many patients lie there.</param>
internal sealed record WardResponse(string Id, string Name, IReadOnlyList<string> Beds, int Patients);

/// <summary>Every ward, in its order.</summary>
internal sealed record WardPage(IReadOnlyList<WardResponse> Items, string? Next);

/// <summary>A ward to be set up.</summary>
internal sealed record AddWardRequest(string? Id, string? Name, IReadOnlyList<string>? Beds);

/// <summary>What a ward is to be.</summary>
internal sealed record ChangeWardRequest(string? Name, IReadOnlyList<string>? Beds);

/// <summary>Wards and beds.</summary>
internal static partial class WardEndpoints
{
    private const int MostBeds = 200;
    private const int MostName = 100;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/wards").WithTags("Wards");
        group.MapGet("/", List).RequireAuthorization(Policies.SeeWards).WithName("listWards").WithSummary("Every ward with its beds, and how many patients lie there.");
        group.MapPost("/", AddAsync).RequireAuthorization(Permissions.ManageWards).WithName("addWard").WithSummary("Set up a ward.");
        group.MapPut("/{id}", ChangeAsync).RequireAuthorization(Permissions.ManageWards).WithName("changeWard").WithSummary("Rename a ward, set its beds and their order.");
    }

    private static Ok<WardPage> List(HttpContext context, PatientDirectory directory)
    {
        var tenantId = context.User.TenantId();
        return TypedResults.Ok(new WardPage([.. directory.Wards.Where(ward => ward.TenantId == tenantId).Select(ward => Of(ward, directory))], Next: null));
    }

    private static async Task<Results<Created<WardResponse>, ProblemHttpResult>> AddAsync(
        AddWardRequest request, HttpContext context, PatientDirectory directory, WardRegistry registry, CancellationToken cancellation)
    {
        if (request.Id is null || !IdPattern().IsMatch(request.Id))
        {
            return Problems.InvalidParameter("id must have 1 to 64 letters, digits, dots, underscores or hyphens.");
        }

        if (FaultOf(request.Name, request.Beds) is { } fault)
        {
            return Problems.InvalidParameter(fault);
        }

        return await registry.AddAsync(context, request.Id, request.Name!.Trim(), request.Beds!, cancellation)
            ? TypedResults.Created($"/api/wards/{request.Id}", Find(context, directory, request.Id))
            : TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:ward-exists", title: "There is already a ward with this id");
    }

    private static async Task<Results<Ok<WardResponse>, ProblemHttpResult>> ChangeAsync(
        string id, ChangeWardRequest request, HttpContext context, PatientDirectory directory, WardRegistry registry, CancellationToken cancellation)
    {
        if (FaultOf(request.Name, request.Beds) is { } fault)
        {
            return Problems.InvalidParameter(fault);
        }

        return await registry.ChangeAsync(context, id, request.Name!.Trim(), request.Beds!, cancellation) switch
        {
            WardOutcome.Done => TypedResults.Ok(Find(context, directory, id)),
            WardOutcome.BedOccupied => TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:bed-occupied", title: "A patient lies in a bed that would go"),
            _ => Problems.WardNotFound(),
        };
    }

    private static string? FaultOf(string? name, IReadOnlyList<string>? beds)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > MostName || name.Any(char.IsControl))
        {
            return $"name must be a text of at most {MostName} characters.";
        }

        return beds is not { Count: >= 1 and <= MostBeds } || beds.Any(bed => bed is null || !BedPattern().IsMatch(bed)) || beds.Distinct(StringComparer.Ordinal).Count() != beds.Count
            ? $"beds must be 1 to {MostBeds} different labels of 1 to 16 letters, digits, blanks, dots or hyphens."
            : null;
    }

    private static WardResponse Find(HttpContext context, PatientDirectory directory, string id)
    {
        var tenantId = context.User.TenantId();
        return Of(directory.Wards.First(ward => ward.TenantId == tenantId && ward.Id == id), directory);
    }

    private static WardResponse Of(WardEntry ward, PatientDirectory directory) =>
        new(ward.Id, ward.Name, ward.Beds, directory.Present.Count(patient => patient.TenantId == ward.TenantId && patient.Ward == ward.Id));

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IdPattern();

    [GeneratedRegex("^[\\p{L}\\p{Nd}][\\p{L}\\p{Nd} .-]{0,15}\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BedPattern();
}
