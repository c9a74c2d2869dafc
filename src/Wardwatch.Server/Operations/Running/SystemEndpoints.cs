using System.Diagnostics;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Cluster.Contracts;

namespace Wardwatch.Server.Operations.Running;

/// <summary>What runs, and the way to empty a node.</summary>
internal static class SystemEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/system").WithTags("Operation");
        group.MapGet("/", ReadAsync).RequireAuthorization(Permissions.ReadOperations).WithName("getSystem")
            .WithSummary("Nodes, partitions, queues, health and what somebody should look at.");
        group.MapPost("/nodes/{name}/drain", DrainAsync).RequireAuthorization(Permissions.ManageOperations).WithName("drainNode")
            .WithSummary("Let a node take nothing new, give back what it has, and end.");
    }

    private static async Task<Ok<SystemDocument>> ReadAsync(ClaimsPrincipal user, SystemReader reader, CancellationToken cancellation) =>
        TypedResults.Ok(await reader.ReadAsync(user.TenantId(), cancellation));

    private static async Task<Results<Accepted<DrainResponse>, ProblemHttpResult>> DrainAsync(
        string name, [FromBody(EmptyBodyBehavior = Microsoft.AspNetCore.Mvc.ModelBinding.EmptyBodyBehavior.Allow)] DrainRequest? request, HttpContext context, INodes nodes, IAuditTrail trail,
        CancellationToken cancellation)
    {
        var outcome = await nodes.DrainAsync(name, request?.Force ?? false, cancellation);
        if (outcome != DrainOutcome.Unknown)
        {
            await trail.RecordAsync(AuditEntry.Of(context, AuditActions.DrainNode) with { Detail = name, Done = outcome == DrainOutcome.Draining }, cancellation);
        }

        return outcome switch
        {
            DrainOutcome.Draining => TypedResults.Accepted((string?)null, new DrainResponse(name, "draining")),
            DrainOutcome.Unknown => TypedResults.Problem(statusCode: 404, type: "urn:wardwatch:unknown-node", title: "There is no such node"),
            DrainOutcome.LastNode => TypedResults.Problem(
                statusCode: 409, type: "urn:wardwatch:last-node", title: "Nobody else does what this node does", detail: "With force it is emptied all the same, and nobody does it until another one starts."),
            var other => throw new UnreachableException($"{other}"),
        };
    }
}
