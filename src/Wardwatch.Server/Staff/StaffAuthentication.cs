using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Staff.Tokens;

namespace Wardwatch.Server.Staff;

/// <summary>
/// Recognises members of staff by their access token: in <c>Authorization: Bearer</c>, or, where a browser cannot set headers (sockets, event
/// streams, the hub), in the query's <c>access_token</c>.
/// </summary>
internal sealed class StaffAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, SigningKeys keys, StaffDirectory directory, SecondFactorPolicy policy,
    IAuditTrail audit)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public const string SchemeName = AccountTokens.Scheme;

    private const string Prefix = "Bearer ";
    private static readonly PathString[] QueryPaths = ["/ws", "/sse", "/hubs"];

    // Why a token that is good is not enough here; the challenge says so.
    private ProblemHttpResult? _refusal;

    /// <inheritdoc />
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Presented() is not { } text)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        if (AccessTokens.Read(text, keys.FindByHeader, TimeProvider.GetUtcNow()) is not { } token
            || directory.IsRevoked(token.Session)
            || directory.Find(token.Account) is not { IsDisabled: false } account
            || account.TenantId != token.TenantId)
        {
            return Task.FromResult(AuthenticateResult.Fail("The access token is not good."));
        }

        var rule = Context.GetEndpoint()?.Metadata.GetMetadata<SessionRule>() ?? SessionRule.Strict;
        _refusal = directory.IsLocked(token.Session) && !rule.WhileLocked ? StaffProblems.SessionLocked()
            : policy.MustEnrol(account) && !rule.WhileUnenrolled ? StaffProblems.EnrolmentRequired()
            : null;
        if (_refusal is not null)
        {
            return Task.FromResult(AuthenticateResult.Fail("The session is not in good order."));
        }

        // Name, role and wards come from the account as it is now, not from the token as it was issued.
        var principal = new CallerPrincipal(account.CallerIn(token.Session, TimeProvider.GetUtcNow(), DateTimeOffset.FromUnixTimeSeconds(token.Expires)), SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new(principal, SchemeName)));
    }

    /// <inheritdoc />
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (_refusal is not null)
        {
            return _refusal.ExecuteAsync(Context);
        }

        return StaffProblems.SignInRequired(Context).ExecuteAsync(Context);
    }

    /// <inheritdoc />
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        if (Context.User.FindCaller() is { } caller)
        {
            audit.Note(AuditEntry.Of(Context, caller, AuditActions.Refused) with { Done = false, Detail = $"{Request.Method} {(Context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText}" });
        }

        return TypedResults.Problem(statusCode: 403, type: "urn:wardwatch:not-permitted", title: "Your role does not permit this").ExecuteAsync(Context);
    }

    private string? Presented()
    {
        var header = Request.Headers[HeaderNames.Authorization].ToString();
        if (header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return header[Prefix.Length..].Trim();
        }

        return Array.Exists(QueryPaths, path => Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase)) && Request.Query["access_token"] is [{ Length: > 0 } token]
            ? token
            : null;
    }
}
