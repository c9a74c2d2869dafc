using Microsoft.AspNetCore.Authorization;
using Wardwatch.Server.Access.Contracts;

namespace Wardwatch.Server.Access;

/// <summary>Who may see and do what: roles, permissions, how far they reach. Everything else asks here.</summary>
public static class AccessModule
{
    /// <summary>Adds limits of requests, and a policy for each permission; without one of its own, an endpoint is open to everyone signed in and to nobody else.</summary>
    public static void AddAccess(IHostApplicationBuilder builder)
    {
        RequestLimits.Add(builder.Services);
        builder.Services.AddAuthorization(AddPolicies);
    }

    /// <summary>Maps <c>/api/roles</c>.</summary>
    public static void MapAccess(IEndpointRouteBuilder routes) => RoleEndpoints.Map(routes);

    private static void AddPolicies(AuthorizationOptions authorization)
    {
        authorization.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
        AddPolicy(authorization, Policies.SeePatients, Permissions.ReadPatients, Permissions.ReadOwn);
        AddPolicy(authorization, Policies.SeeLooks, Permissions.ReadAudit, Permissions.ReadOwn);
        AddPolicy(authorization, Policies.SeeAlerts, Permissions.ReadPatients, Permissions.TechnicalAlerts);
        AddPolicy(authorization, Policies.ActOnAnyAlerts, Permissions.ActOnAlerts, Permissions.TechnicalAlerts);
        AddPolicy(authorization, Policies.FollowLive, Permissions.ReadPatients, Permissions.ReadOwn, Permissions.TechnicalAlerts);
        AddPolicy(authorization, Policies.SeeWards, Permissions.ManageWards, Permissions.ManagePeople, Permissions.BindDevices, Permissions.UseEmergencyAccess);
        foreach (var permission in PermissionTable.All.Keys)
        {
            AddPolicy(authorization, permission, permission);
        }
    }

    private static void AddPolicy(AuthorizationOptions authorization, string name, params string[] anyOf) => authorization.AddPolicy(
        name, policy => policy.RequireAuthenticatedUser().RequireAssertion(context => context.User.FindCaller() is { } caller && Array.Exists(anyOf, caller.May)));
}
