using Wardwatch.Server.Access.Contracts;

namespace Wardwatch.Server.Staff.Sessions;

/// <summary>
/// The session of a request by its refresh cookie alone: a locked session gets no new access token, and must still be opened or ended after its last one has
/// run out.
/// </summary>
internal sealed class CookieSession(RefreshTokens refresh, StaffDirectory directory, TimeProvider time)
{
    /// <summary>Whose it is, or null.</summary>
    public async Task<(StaffEntry Account, Caller Caller)?> FindAsync(HttpContext context, CancellationToken cancellation) =>
        AuthCookies.Presented(context) is { } token && await refresh.FindAsync(token, cancellation) is { } found
            && directory.Find(found.Account) is { IsDisabled: false } account && !directory.IsRevoked(found.Session)
            ? (account, account.CallerIn(found.Session, time.GetUtcNow(), found.Until))
            : null;
}
