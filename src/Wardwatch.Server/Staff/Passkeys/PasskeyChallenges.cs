using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Npgsql;

namespace Wardwatch.Server.Staff.Passkeys;

/// <summary>What a passkey is asked for.</summary>
internal enum ChallengePurpose
{
    /// <summary>To be registered.</summary>
    Register,

    /// <summary>To sign in, or to open a locked session.</summary>
    SignIn,
}

/// <summary>
/// Challenges that were given out and not answered yet: sealed in a cookie for five minutes, so that nothing is kept for whoever only asks, and good for one
/// answer, which is kept.
/// </summary>
internal sealed class PasskeyChallenges(IDataProtectionProvider protection, NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>How long there is to answer.</summary>
    public static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(5);

    // A sealed state has some hundred characters; longer ones are not looked at.
    private const int MaxLength = 4000;

    private const string Answer =
        """
        with gone as (delete from staff_answered_challenges where expires_at < $4)
        insert into staff_answered_challenges (challenge_hash, tenant_id, expires_at) values ($1, $2, $3) on conflict do nothing
        """;

    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("wardwatch/staff/passkey-challenge/1").ToTimeLimitedDataProtector();

    /// <summary>Gives the client the state of a challenge to bring back.</summary>
    /// <param name="context">The request.</param>
    /// <param name="purpose">What for.</param>
    /// <param name="session">In which session it was asked for, or null before one.</param>
    /// <param name="state">What the answer is checked against.</param>
    public void Give(HttpContext context, ChallengePurpose purpose, Guid? session, string state)
    {
        var until = time.GetUtcNow() + GoodFor;
        var content = JsonSerializer.Serialize(new State(purpose, session, state));
        context.Response.Cookies.Append(AuthCookies.Challenge, _protector.Protect(content, until), AuthCookies.Options(until));
    }

    /// <summary>The state that a client brings back, or null: none, not ours, too late, or for something else. The cookie is taken away.</summary>
    public string? Take(HttpContext context, ChallengePurpose purpose, Guid? session)
    {
        if (context.Request.Cookies[AuthCookies.Challenge] is not { Length: > 0 and <= MaxLength } sealedState)
        {
            return null;
        }

        context.Response.Cookies.Delete(AuthCookies.Challenge, AuthCookies.Options(null));
        try
        {
            var given = JsonSerializer.Deserialize<State>(_protector.Unprotect(sealedState));
            return given is not null && given.Purpose == purpose && given.Session == session ? given.Content : null;
        }
        catch (Exception failure) when (failure is CryptographicException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Uses a challenge up. False: it was answered before.</summary>
    public async Task<bool> UseUpAsync(int tenantId, string state, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Answer);
        command.Parameters.Add(new() { Value = SHA256.HashData(Encoding.UTF8.GetBytes(state)) });
        command.Parameters.Add(new() { Value = tenantId });

        // Kept for longer than the cookie is good.
        command.Parameters.Add(new() { Value = (time.GetUtcNow() + (2 * GoodFor)).UtcDateTime });
        command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    private sealed record State(ChallengePurpose Purpose, Guid? Session, string Content);
}
