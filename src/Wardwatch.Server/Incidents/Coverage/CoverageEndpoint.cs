using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.OnCall.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Incidents.Coverage;

/// <summary>Somebody who would be asked.</summary>
internal sealed record CoveragePerson(Guid Id, string Name);

/// <summary>A step that would be taken: so many seconds after the alert, whom it asks, and who that is at the beginning of the time.</summary>
internal sealed record CoverageStepResponse(int After, string To, IReadOnlyList<CoveragePerson> People);

/// <summary>Whom an alert of a type would reach from a bed.</summary>
/// <param name="Ward">The ward.</param>
/// <param name="Bed">The bed.</param>
/// <param name="Type">The alert type's code.</param>
/// <param name="Steps">In order.</param>
/// <param name="Hole">What is missing, and when, in sentences; null if nothing is.</param>
internal sealed record CoverageItem(string Ward, string Bed, string Type, IReadOnlyList<CoverageStepResponse> Steps, string? Hole);

/// <summary>The proof of a time.</summary>
/// <param name="Items">Each bed and type.</param>
/// <param name="Holes">How many of them have a hole.</param>
/// <param name="CheckedAt">When it was made.</param>
internal sealed record CoverageResponse(IReadOnlyList<CoverageItem> Items, int Holes, DateTimeOffset CheckedAt);

/// <summary>Whom the alerts of each bed would reach: the router that is asked about real ones, asked dry.</summary>
internal static class CoverageEndpoint
{
    private const int MostHours = 168;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/oncall/coverage", GetAsync).RequireAuthorization(Permissions.ReadOnCall).WithTags("On call")
        .WithName("proveCoverage").WithSummary("Whom each alert of each bed would reach, now and at every change of duty; names the holes.");

    private static async Task<Results<Ok<CoverageResponse>, ProblemHttpResult>> GetAsync(
        HttpContext context, TenantDatabase database, IOnCall onCall, IPatientDirectory patients, IOptions<IncidentsOptions> options, TimeProvider time,
        string? ward = null, DateTimeOffset? from = null, DateTimeOffset? until = null, CancellationToken cancellation = default)
    {
        var scope = context.User.Caller().ScopeOf(Permissions.ReadOnCall);
        List<WardEntry> wards = [.. patients.Wards.Where(one => scope.CoversWard(one.TenantId, one.Id) && (ward is null || one.Id == ward))];
        if (ward is not null && wards.Count == 0)
        {
            return Problems.WardNotFound();
        }

        var now = time.GetUtcNow();
        var begin = from?.ToUniversalTime() ?? now;
        var end = until?.ToUniversalTime() ?? begin.AddHours(options.Value.CoverageHours);
        if (begin < now.AddDays(-1) || end <= begin || end > begin.AddHours(MostHours) || begin > now.AddDays(366))
        {
            return Problems.InvalidParameter($"from must lie between yesterday and a year ahead, and until after it by at most {MostHours} hours.");
        }

        await using var transaction = await database.BeginAsync(scope.TenantId, cancellation);
        var proof = new CoverageProof(await onCall.ReadAsync(transaction.Connection, scope.TenantId, begin, end, cancellation), options.Value, begin, end);
        var items = new List<CoverageItem>();
        foreach (var one in wards)
        {
            var types = AlertCatalogue.All.ToArray().Select(type => (type.Code, Finding: proof.Of(one.Id, type), Steps: StepsOf(proof.Of(one.Id, type)))).ToList();
            items.AddRange(one.Beds.SelectMany(bed => types.Select(type => new CoverageItem(one.Id, bed, type.Code, type.Steps, type.Finding.Hole))));
        }

        return TypedResults.Ok(new CoverageResponse(items, items.Count(item => item.Hole is not null), now));
    }

    private static List<CoverageStepResponse> StepsOf(CoverageFinding finding) =>
        [.. finding.Steps.Select(step => new CoverageStepResponse(step.After, step.To, [.. step.People.Select(person => new CoveragePerson(person.AccountId, person.Name))]))];
}
