using System.Globalization;
using System.Security.Claims;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Staff.Tokens;

namespace Wardwatch.Server.Staff;

/// <summary>What somebody signs in with.</summary>
/// <param name="User">The account's name.</param>
/// <param name="Password">Its password.</param>
internal sealed record LoginRequest(string? User, string? Password);

/// <summary>A sign-in that worked.</summary>
/// <param name="AccessToken">Goes into <c>Authorization: Bearer …</c>.</param>
/// <param name="ExpiresIn">Seconds for which it is good.</param>
/// <param name="Role">The role.</param>
/// <param name="Name">The name to be shown.</param>
internal sealed record LoginResponse(
    [property: JsonPropertyName("access_token")] string AccessToken, [property: JsonPropertyName("expires_in")] int ExpiresIn, string Role, string Name);

/// <summary>Who is signed in.</summary>
internal sealed record MeResponse(string User, string Name, string Role);

/// <summary>Signing in, staying signed in, signing out.</summary>
internal static class AuthEndpoints
{
    /// <summary>The cookie with the refresh token.</summary>
    public const string Cookie = "wardwatch_refresh";

    /// <summary>
    /// Tells the page that there is a refresh cookie, which it cannot see: without it there is nothing to renew and nothing to ask. It carries no secret.
    /// </summary>
    public const string HintCookie = "wardwatch_signed_in";

    private const string Path = "/api/auth";
    private const int MaxLength = 256;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Path).WithTags("Sign-in");
        group.MapPost("/login", LoginAsync).AllowAnonymous().WithName("login").WithSummary("Sign in with user and password.");
        group.MapPost("/refresh", RefreshAsync).AllowAnonymous().WithName("refresh").WithSummary("A new access token for the refresh token in the cookie, which is replaced.");
        group.MapPost("/logout", LogoutAsync).WithName("logout").WithSummary("End the session; its tokens are no longer good.");
        group.MapGet("/me", Me).WithName("me").WithSummary("Who is signed in.");
    }

    private static async Task<Results<Ok<LoginResponse>, ProblemHttpResult>> LoginAsync(
        LoginRequest request, HttpContext context, SignInLimiter limiter, SignIn signIn, RefreshTokens refresh, TokenIssuer issuer, CancellationToken cancellation)
    {
        if (request is not { User: { } user, Password: { } password } || user.Length > MaxLength || password.Length > MaxLength)
        {
            return Problems.InvalidParameter($"user and password must be texts of at most {MaxLength} characters.");
        }

        if (limiter.Refuse(user, context.Connection.RemoteIpAddress) is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return TypedResults.Problem(statusCode: 429, type: "urn:wardwatch:too-many-sign-ins", title: "Too many attempts to sign in; wait a minute");
        }

        if (await signIn.CheckAsync(user, password) is not { } account)
        {
            return TypedResults.Problem(statusCode: 401, type: "urn:wardwatch:sign-in-failed", title: "User or password is wrong");
        }

        var token = await refresh.OpenSessionAsync(account.TenantId, account.Id, cancellation);
        return await AnswerAsync(context, issuer, token, new(account.Id, account.TenantId, account.UserName!, account.Name, account.Role), cancellation);
    }

    private static async Task<Results<Ok<LoginResponse>, ProblemHttpResult>> RefreshAsync(
        HttpContext context, RefreshTokens refresh, StaffDirectory directory, TokenIssuer issuer, CancellationToken cancellation)
    {
        if (context.Request.Cookies[Cookie] is { Length: > 0 and <= MaxLength } presented
            && await refresh.RotateAsync(presented, cancellation) is { } token
            && directory.Find(token.Account) is { IsDisabled: false } account)
        {
            return await AnswerAsync(context, issuer, token, account, cancellation);
        }

        DeleteCookie(context);
        return TypedResults.Problem(statusCode: 401, type: "urn:wardwatch:session-ended", title: "The session has ended; sign in again");
    }

    private static async Task<NoContent> LogoutAsync(HttpContext context, ClaimsPrincipal user, RefreshTokens refresh, CancellationToken cancellation)
    {
        await refresh.EndSessionAsync(user.Caller().SessionId, cancellation);
        DeleteCookie(context);
        return TypedResults.NoContent();
    }

    private static Ok<MeResponse> Me(ClaimsPrincipal user) => TypedResults.Ok(new MeResponse(
        user.Caller().User, user.Caller().Name, user.Caller().Role));

    private static async Task<Ok<LoginResponse>> AnswerAsync(
        HttpContext context, TokenIssuer issuer, IssuedRefreshToken token, StaffEntry account, CancellationToken cancellation)
    {
        var (access, lifetime) = await issuer.IssueAsync(account, token.Session, cancellation);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Cookies.Append(Cookie, token.Token, CookieOf(context, token.Expires));
        context.Response.Cookies.Append(HintCookie, "1", HintOf(context, token.Expires));
        return TypedResults.Ok(new LoginResponse(access, (int)lifetime.TotalSeconds, account.Role, account.Name));
    }

    private static void DeleteCookie(HttpContext context)
    {
        context.Response.Cookies.Delete(Cookie, CookieOf(context, null));
        context.Response.Cookies.Delete(HintCookie, HintOf(context, null));
    }

    private static CookieOptions HintOf(HttpContext context, DateTimeOffset? expires)
    {
        var options = CookieOf(context, expires);
        (options.HttpOnly, options.Path) = (false, "/");
        return options;
    }

    private static CookieOptions CookieOf(HttpContext context, DateTimeOffset? expires) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = Path,
        Expires = expires,
        IsEssential = true,
    };
}

/// <summary>Issues access tokens.</summary>
internal sealed class TokenIssuer(SigningKeys keys, IOptions<StaffOptions> options, TimeProvider time)
{
    /// <summary>A token for an account in a session, and how long it is good.</summary>
    public async Task<(string Token, TimeSpan Lifetime)> IssueAsync(StaffEntry account, Guid session, CancellationToken cancellation)
    {
        var lifetime = TimeSpan.FromMinutes(options.Value.AccessTokenMinutes);
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var token = new AccessToken
        {
            Issuer = AccessToken.OurIssuer,
            Audience = AccessToken.OurAudience,
            Account = account.Id,
            Session = session,
            TenantId = account.TenantId,
            NotBefore = now,
            Expires = now + (long)lifetime.TotalSeconds,
        };
        return (AccessTokens.Write(token, await keys.OfAsync(account.TenantId, cancellation)), lifetime);
    }
}
