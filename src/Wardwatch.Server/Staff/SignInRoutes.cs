using System.Diagnostics;
using Microsoft.Net.Http.Headers;
using Wardwatch.Server.Access.Contracts;

namespace Wardwatch.Server.Staff;

/// <summary>What all endpoints under <c>/api/auth</c> have in common.</summary>
internal static class SignInRoutes
{
    /// <summary>Open to those who must set up a second factor first; what comes with a session's cookie from a page of another address is refused.</summary>
    public static RouteGroupBuilder ForSignIn(this RouteGroupBuilder group) =>
        group.WithTags("Sign-in").WithMetadata(new SessionRule(WhileLocked: false, WhileUnenrolled: true)).AddEndpointFilter(RefuseForeignOriginsAsync);

    /// <summary>Open to a session that is locked, too.</summary>
    public static RouteHandlerBuilder WhileLocked(this RouteHandlerBuilder endpoint) => endpoint.WithMetadata(new SessionRule(WhileLocked: true, WhileUnenrolled: true));

    /// <summary>Whether a request comes from a page of this server, or from what is no page: browsers send <c>Origin</c> with everything that changes something.</summary>
    public static bool IsOwnOrigin(HttpRequest request)
    {
        // Host and port decide: a proxy in front ends TLS, so that the scheme which arrives here may not be the page's.
        var origin = request.Headers[HeaderNames.Origin].ToString();
        return origin.Length == 0
            || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && string.Equals(page.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The account of a caller as it is now.</summary>
    public static StaffEntry Entry(this StaffDirectory directory, Caller caller) =>
        directory.Find(caller.AccountId) ?? throw new UnreachableException("The check of the token found the account.");

    private static async ValueTask<object?> RefuseForeignOriginsAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var request = invocation.HttpContext.Request;
        if (HttpMethods.IsGet(request.Method) || !AuthCookies.HasAny(request) || IsOwnOrigin(request))
        {
            return await next(invocation);
        }

        invocation.HttpContext.RequestServices.GetRequiredService<StaffMetrics>().ForeignOrigin();
        return TypedResults.Problem(statusCode: StatusCodes.Status403Forbidden, type: "urn:wardwatch:foreign-origin", title: "A page of another address may not do this");
    }
}
