using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.Factors;
using Wardwatch.Server.Staff.Passkeys;
using Wardwatch.Server.Staff.Sessions;

namespace Wardwatch.Server.Staff;

/// <summary>A session of one's own.</summary>
/// <param name="Id">Its id.</param>
/// <param name="CreatedAt">When it was opened.</param>
/// <param name="LastUsedAt">When it last renewed its token.</param>
/// <param name="ExpiresAt">When it ends if nobody uses it.</param>
/// <param name="Address">From where it was last used.</param>
/// <param name="Client">With what, in a few words.</param>
/// <param name="Current">Whether it is this one.</param>
/// <param name="Locked">Whether it is locked.</param>
internal sealed record SessionResponse(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, string? Address, string? Client, bool Current, bool Locked);

/// <summary>Every session of an account.</summary>
internal sealed record SessionPage(IReadOnlyList<SessionResponse> Items, string? Next);

/// <summary>How somebody shows that they are back: with one of the three.</summary>
internal sealed record UnlockRequest(string? Pin, string? Password, System.Text.Json.JsonElement? Credential);

/// <summary>Looking after one's sessions: listing, ending, locking, unlocking.</summary>
internal static class SessionEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/auth").ForSignIn();
        group.MapGet("/sessions", ListAsync).WithName("listSessions").WithSummary("One's own sessions, on whatever device.");
        group.MapDelete("/sessions/{id}", EndAsync).WithName("endSession").WithSummary("End one of one's sessions.");
        group.MapPost("/lock", LockAsync).WithName("lockSession").WithSummary("Lock the session: until it is unlocked, it can do nothing.");
        group.MapPost("/unlock", UnlockAsync).AllowAnonymous().WhileLocked().WithName("unlockSession").WithSummary("Unlock the session with PIN, password or passkey.");
    }

    private static async Task<Ok<SessionPage>> ListAsync(HttpContext context, ClaimsPrincipal user, StaffSessions sessions, CancellationToken cancellation)
    {
        var caller = user.Caller();
        var rows = await sessions.ListAsync(caller.TenantId, caller.AccountId, cancellation);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new SessionPage(
            [.. rows.Select(row => new SessionResponse(row.Id, row.CreatedAt, row.LastUsedAt, row.ExpiresAt, row.Address, row.Client, row.Id == caller.SessionId, row.IsLocked))], Next: null));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> EndAsync(
        string id, HttpContext context, ClaimsPrincipal user, StaffSessions sessions, CancellationToken cancellation) =>
        Guid.TryParse(id, out var session)
            && await sessions.EndAsync(user.Caller().AccountId, session, AuditEntry.Of(context, AuditActions.SignOut) with { Detail = $"session {session}" }, cancellation)
            ? TypedResults.NoContent()
            : StaffProblems.SessionNotFound();

    private static async Task<NoContent> LockAsync(HttpContext context, ClaimsPrincipal user, StaffSessions sessions, CancellationToken cancellation)
    {
        await sessions.LockAsync(user.Caller().SessionId, AuditEntry.Of(context, AuditActions.LockSession), cancellation);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> UnlockAsync(
        UnlockRequest request, HttpContext context, CookieSession cookie, StaffDirectory directory, StaffSessions sessions, SignIn signIn, Pins pins, PasskeySignIn passkeys,
        CancellationToken cancellation)
    {
        if (request.Pin?.Length > AuthEndpoints.MaxLength || request.Password?.Length > AuthEndpoints.MaxLength || (request.Pin ?? request.Password) is null && request.Credential is null)
        {
            return Problems.InvalidParameter("pin, password or credential must be given.");
        }

        // The access token, or the cookie when that one has run out behind the lock.
        var caller = context.User.FindCaller() ?? (await cookie.FindAsync(context, cancellation))?.Caller;
        if (caller is null || directory.Find(caller.AccountId) is not { IsDisabled: false } account)
        {
            return StaffProblems.SessionEnded();
        }

        var (with, check) = request switch
        {
            { Pin: { } pin } => ("PIN", (Func<CancellationToken, Task<bool?>>)(stop => pins.CheckAsync(account.TenantId, account.Id, pin, stop))),
            { Password: { } password } => ("password", _ => signIn.IsOwnPasswordAsync(account, password)),
            { Credential: var credential } => ("passkey", async stop => (await passkeys.CheckAsync(credential!.Value, context, stop))?.Id == account.Id),
        };
        var entry = AuditEntry.Of(context, caller, AuditActions.UnlockSession) with { Detail = $"with {with}" };
        var (outcome, left) = await sessions.UnlockAsync(account, caller.SessionId, check, entry, cancellation);
        switch (outcome)
        {
            case UnlockOutcome.Done:
                return TypedResults.NoContent();
            case UnlockOutcome.Busy:
                return StaffProblems.TooMany(context, TimeSpan.FromSeconds(5));
            case UnlockOutcome.Failed:
                return StaffProblems.UnlockFailed(left);
            default:
                AuthCookies.Delete(context);
                return StaffProblems.SessionEnded();
        }
    }
}
