using Microsoft.AspNetCore.Authorization;
using Wardwatch.Server.Access.Contracts;

namespace Wardwatch.Server.Access;

/// <summary>Who may see and do what: roles, permissions, how far they reach. Everything else asks here.</summary>
public static class AccessModule
{
    /// <summary>Adds a policy for each permission; without one of its own, an endpoint is open to everyone signed in and to nobody else.</summary>
    public static void AddAccess(IHostApplicationBuilder builder) => builder.Services.AddAuthorization(authorization =>
    {
        authorization.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
        authorization.AddPolicy(Policies.SeePatients, policy => policy.RequireAuthenticatedUser().RequireAssertion(
            context => context.User.FindCaller() is { } caller && (caller.May(Permissions.ReadPatients) || caller.May(Permissions.ReadOwn))));
        foreach (var permission in PermissionTable.All.Keys)
        {
            authorization.AddPolicy(permission, policy => policy.RequireAuthenticatedUser().RequireAssertion(context => context.User.FindCaller()?.May(permission) == true));
        }
    });

    /// <summary>Maps <c>/api/roles</c>.</summary>
    public static void MapAccess(IEndpointRouteBuilder routes) => RoleEndpoints.Map(routes);
}
