using System.Text.Json;
using Microsoft.AspNetCore.Identity;

namespace Wardwatch.Server.Staff.Passkeys;

/// <summary>Signing in with a passkey, and opening a locked session with one: the authenticator has verified its owner, so that it is both factors.</summary>
internal sealed class PasskeySignIn(IPasskeyHandler<StaffAccount> handler, StaffStore store, PasskeyChallenges challenges, StaffDirectory directory)
{
    /// <summary>What the browser is to ask a passkey for; the challenge goes into a cookie. It names no account, so that it tells nothing of any.</summary>
    public async Task<string> BeginAsync(HttpContext context)
    {
        var made = await handler.MakeRequestOptionsAsync(user: null, context);
        challenges.Give(context, ChallengePurpose.SignIn, session: null, made.AssertionState ?? throw new InvalidOperationException("The handler keeps no state."));
        return made.RequestOptionsJson;
    }

    /// <summary>Whose passkey has answered; null: nobody's, or not this challenge, or not in order.</summary>
    public async Task<StaffEntry?> CheckAsync(JsonElement credential, HttpContext context, CancellationToken cancellation)
    {
        if (challenges.Take(context, ChallengePurpose.SignIn, session: null) is not { } state)
        {
            return null;
        }

        var result = await handler.PerformAssertionAsync(new() { HttpContext = context, CredentialJson = credential.GetRawText(), AssertionState = state });
        if (!result.Succeeded || directory.Find(result.User.Id) is not { IsDisabled: false } account || !await challenges.UseUpAsync(account.TenantId, state, cancellation))
        {
            return null;
        }

        // The counter is compared once more as it is written: of two answers with the same one, one is a copy's.
        return await store.UseAsync(account.Id, result.Passkey, cancellation) ? account : null;
    }
}
