using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Staff.Tokens;

namespace Wardwatch.Server.Staff.Sessions;

/// <summary>Opens a session for somebody who has shown who they are, and hands out its tokens.</summary>
internal sealed class SessionOpener(RefreshTokens refresh, TokenIssuer issuer, SecondFactorPolicy policy, TimeProvider time)
{
    /// <summary>Opens one; it is on record before anything is handed out.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="context">The request.</param>
    /// <param name="how">With what they have shown it.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Ok<LoginResponse>> OpenAsync(StaffEntry account, HttpContext context, string? how, CancellationToken cancellation)
    {
        var caller = account.CallerIn(Guid.Empty, time.GetUtcNow(), time.GetUtcNow());
        var entry = AuditEntry.Of(context, caller, AuditActions.SignIn) with { Detail = how };
        return await AnswerAsync(account, await refresh.OpenSessionAsync(account, ClientOf.Request(context), entry, cancellation), context, cancellation);
    }

    /// <summary>Hands out a session's tokens.</summary>
    public async Task<Ok<LoginResponse>> AnswerAsync(StaffEntry account, IssuedRefreshToken token, HttpContext context, CancellationToken cancellation)
    {
        var (access, lifetime) = await issuer.IssueAsync(account, token.Session, cancellation);
        context.Response.Headers.CacheControl = "no-store";
        AuthCookies.Append(context, token.Token, token.Expires);
        return TypedResults.Ok(new LoginResponse(access, (int)lifetime.TotalSeconds, account.Role, account.Name, policy.MustEnrol(account) ? true : null));
    }
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
