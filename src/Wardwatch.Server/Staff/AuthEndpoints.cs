using System.Security.Claims;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.Sessions;

namespace Wardwatch.Server.Staff;

/// <summary>What somebody signs in with.</summary>
/// <param name="User">The account's name.</param>
/// <param name="Password">Its password.</param>
/// <param name="Code">Six digits of the authenticator, or a recovery code.</param>
internal sealed record LoginRequest(string? User, string? Password, string? Code);

/// <summary>A sign-in that worked.</summary>
/// <param name="AccessToken">Goes into <c>Authorization: Bearer …</c>.</param>
/// <param name="ExpiresIn">Seconds for which it is good.</param>
/// <param name="Role">The role.</param>
/// <param name="Name">The name to be shown.</param>
/// <param name="MustEnrol">True: a second factor must be set up before anything else; otherwise left out.</param>
internal sealed record LoginResponse(
    [property: JsonPropertyName("access_token")] string AccessToken, [property: JsonPropertyName("expires_in")] int ExpiresIn, string Role, string Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? MustEnrol);

/// <summary>A ward by its name.</summary>
internal sealed record WardName(string Id, string Name);

/// <summary>Who is signed in.</summary>
/// <param name="User">The name to sign in with.</param>
/// <param name="Name">The name to be shown.</param>
/// <param name="Role">The role.</param>
/// <param name="Permissions">What the role may do at all.</param>
/// <param name="Wards">The wards on which the account works.</param>
/// <param name="SecondFactor">Whether an authenticator is set up.</param>
/// <param name="Passkeys">How many passkeys there are.</param>
/// <param name="Pin">Whether a PIN opens locked sessions.</param>
/// <param name="MustEnrol">Whether a second factor must be set up before anything else.</param>
/// <param name="Locked">Whether this session is locked.</param>
/// <param name="IdleLockSeconds">After how long without a touch the page is to lock the session; 0 never.</param>
internal sealed record MeResponse(
    Guid Id, string User, string Name, string Role, IReadOnlyList<string> Permissions, IReadOnlyList<WardName> Wards, bool SecondFactor, int Passkeys, bool Pin, bool MustEnrol, bool Locked,
    int IdleLockSeconds);

/// <summary>Signing in, staying signed in, signing out.</summary>
internal static class AuthEndpoints
{
    /// <summary>The most characters of a text that somebody gives.</summary>
    public const int MaxLength = 256;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/auth").ForSignIn();
        group.MapPost("/login", LoginAsync).AllowAnonymous().WithName("login").WithSummary("Sign in with user and password, and the second factor where there is one.");
        group.MapPost("/refresh", RefreshAsync).AllowAnonymous().WithName("refresh").WithSummary("A new access token for the refresh token in the cookie, which is replaced.");
        group.MapPost("/logout", LogoutAsync).AllowAnonymous().WhileLocked().WithName("logout").WithSummary("End the session; its tokens are no longer good.");
        group.MapPost("/logout-everywhere", LogoutEverywhereAsync).WithName("logoutEverywhere").WithSummary("End every session of the account, this one too.");
        group.MapGet("/me", MeAsync).AllowAnonymous().WhileLocked().WithName("me").WithSummary("Who is signed in, and what they may do.");
    }

    private static async Task<Results<Ok<LoginResponse>, ProblemHttpResult>> LoginAsync(
        LoginRequest request, HttpContext context, SignIn signIn, SessionOpener opener, CancellationToken cancellation)
    {
        if (request is not { User: { } user, Password: { } password } || user.Length > MaxLength || password.Length > MaxLength || request.Code?.Length > MaxLength)
        {
            return Problems.InvalidParameter($"user and password must be texts of at most {MaxLength} characters.");
        }

        var result = await signIn.CheckAsync(user, password, request.Code, context, cancellation);
        return result switch
        {
            { Outcome: SignInOutcome.Done, Account: { } account } => await opener.OpenAsync(account, context, result.Detail, cancellation),
            { Outcome: SignInOutcome.CodeMissing } => StaffProblems.SecondFactorRequired(byPasskey: false),
            { Outcome: SignInOutcome.PasskeyNeeded } => StaffProblems.SecondFactorRequired(byPasskey: true),
            _ => Refusal(context, result),
        };
    }

    /// <summary>What a refused attempt is answered with.</summary>
    public static ProblemHttpResult Refusal(HttpContext context, SignInResult result) =>
        result.Outcome == SignInOutcome.TooMany ? StaffProblems.TooMany(context, result.Wait) : StaffProblems.SignInFailed();

    private static async Task<Results<Ok<LoginResponse>, ProblemHttpResult>> RefreshAsync(
        HttpContext context, RefreshTokens refresh, StaffDirectory directory, SessionOpener opener, CancellationToken cancellation)
    {
        if (AuthCookies.Presented(context) is { } presented)
        {
            var rotation = await refresh.RotateAsync(presented, ClientOf.Request(context), context, cancellation);
            if (rotation.IsLocked)
            {
                return StaffProblems.SessionLocked();
            }

            if (rotation.Next is { } token && directory.Find(token.Account) is { IsDisabled: false } account)
            {
                return await opener.AnswerAsync(account, token, context, cancellation);
            }
        }

        AuthCookies.Delete(context);
        return StaffProblems.SessionEnded();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> LogoutAsync(HttpContext context, CookieSession cookie, StaffSessions sessions, CancellationToken cancellation)
    {
        if (context.User.FindCaller() is not { } caller)
        {
            // A session whose access token has run out, or that is locked, can be left as well.
            if (await cookie.FindAsync(context, cancellation) is not { } found)
            {
                return StaffProblems.SignInRequired(context);
            }

            caller = found.Caller;
        }

        await sessions.EndAsync(caller.AccountId, caller.SessionId, AuditEntry.Of(context, caller, AuditActions.SignOut), cancellation);
        AuthCookies.Delete(context);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> LogoutEverywhereAsync(HttpContext context, ClaimsPrincipal user, StaffSessions sessions, CancellationToken cancellation)
    {
        await sessions.EndAllAsync(user.Caller().AccountId, AuditEntry.Of(context, AuditActions.SignOutEverywhere), cancellation);
        AuthCookies.Delete(context);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<MeResponse>, ProblemHttpResult>> MeAsync(
        HttpContext context, CookieSession cookie, StaffDirectory directory, SecondFactorPolicy policy, TenantDatabase database, IOptions<StaffOptions> options,
        CancellationToken cancellation)
    {
        // A locked page whose access token has run out may still say whose it is; any other one gets a new token first.
        var caller = context.User.FindCaller() ?? (await cookie.FindAsync(context, cancellation))?.Caller;
        if (caller is null || (context.User.FindCaller() is null && !directory.IsLocked(caller.SessionId)) || directory.Find(caller.AccountId) is not { } account)
        {
            return StaffProblems.SignInRequired(context);
        }

        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new MeResponse(
            caller.AccountId, account.User, account.Name, account.Role, [.. Permissions.All.Where(caller.May)], await WardNamesAsync(database, account, cancellation), account.HasAuthenticator, account.Passkeys,
            account.HasPin, policy.MustEnrol(account), directory.IsLocked(caller.SessionId), options.Value.IdleLockSeconds));
    }

    private static async Task<List<WardName>> WardNamesAsync(TenantDatabase database, StaffEntry account, CancellationToken cancellation)
    {
        var wards = new List<WardName>();
        if (account.Wards.Count == 0)
        {
            return wards;
        }

        await using var transaction = await database.BeginAsync(account.TenantId, cancellation);
        await using var command = transaction.Command(StaffSql.WardNames, [account.Wards.ToArray()]);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            wards.Add(new(reader.GetString(0), reader.GetString(1)));
        }

        return wards;
    }
}
