using Microsoft.AspNetCore.Identity;
using Npgsql;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Staff.Factors;
using Wardwatch.Server.Staff.Guessing;
using Wardwatch.Server.Staff.Passwords;

namespace Wardwatch.Server.Staff;

/// <summary>What came of an attempt to sign in.</summary>
internal enum SignInOutcome
{
    /// <summary>Anything was wrong; what exactly is told to nobody.</summary>
    Failed,

    /// <summary>Everything is right.</summary>
    Done,

    /// <summary>The password is right, and a code is missing.</summary>
    CodeMissing,

    /// <summary>The password is right, and of this account a passkey is asked.</summary>
    PasskeyNeeded,

    /// <summary>Not now.</summary>
    TooMany,
}

/// <summary>An attempt to sign in, judged.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="Account">The account, if it is signed in.</param>
/// <param name="Wait">When it may be tried again.</param>
/// <param name="Detail">What is put on record.</param>
internal sealed record SignInResult(SignInOutcome Outcome, StaffEntry? Account = null, TimeSpan Wait = default, string? Detail = null);

/// <summary>Checks user, password and second factor.</summary>
internal sealed class SignIn(
    UserManager<StaffAccount> users, PasswordCheck passwords, SignInLimiter limiter, SignInGuard guard, KnownAddresses known, Authenticators authenticators,
    SecondFactorPolicy policy, StaffDirectory directory, NpgsqlDataSource database, IAuditTrail audit, StaffMetrics metrics, TimeProvider time)
{
    private static readonly TimeSpan WhenBusy = TimeSpan.FromSeconds(5);

    /// <summary>Judges an attempt. An unknown user takes the same steps and the same time as a known one.</summary>
    public async Task<SignInResult> CheckAsync(string user, string password, string? code, HttpContext context, CancellationToken cancellation)
    {
        var address = context.Connection.RemoteIpAddress;
        if (limiter.Refuse(user, address) is { } wait)
        {
            return Refuse("too-many", wait);
        }

        // PostgreSQL takes no zero in a text, and no account has one; the query is made all the same.
        var account = await users.FindByNameAsync(user.Replace('\0', '?'));
        var isKnown = await known.IsKnownAsync(account?.Id, address, cancellation);
        var verdict = guard.Look(user, address, isKnown);
        if (verdict.Refused is { } left)
        {
            return Refuse("address-limited", left);
        }

        await Task.Delay(verdict.Delay, time, cancellation);
        var (outcome, better) = await passwords.CheckAsync(account?.PasswordHash, password);
        if (outcome == PasswordOutcome.Busy)
        {
            return Refuse("busy", WhenBusy);
        }

        if (account is null || outcome != PasswordOutcome.Right)
        {
            return await FailAsync(user, account, "the password was wrong", "failed", context, cancellation);
        }

        if (await EntryAsync(account.Id, cancellation) is not { IsDisabled: false } entry)
        {
            return await FailAsync(user, account, "the account is disabled", "failed", context, cancellation);
        }

        var result = await CheckCodeAsync(user, account, entry, code, isKnown, context, cancellation);
        if (result.Outcome == SignInOutcome.Done)
        {
            await RehashAsync(account, better, cancellation);
            guard.Succeeded(user, address);
            metrics.SignIn("done");
        }

        return result;
    }

    /// <summary>
    /// Whether somebody who is signed in knows their password: asked again before the account itself is changed, under the limits of signing in. Null: yes.
    /// </summary>
    public async Task<SignInResult?> RefuseOwnPasswordAsync(StaffEntry entry, string password, HttpContext context, CancellationToken cancellation)
    {
        var address = context.Connection.RemoteIpAddress;
        if (limiter.Refuse(entry.User, address) is { } wait)
        {
            return Refuse("too-many", wait);
        }

        await Task.Delay(guard.Look(entry.User, address, known: true).Delay, time, cancellation);
        var account = await users.FindByIdAsync(entry.Id.ToString());
        var (outcome, _) = await passwords.CheckAsync(account?.PasswordHash, password);
        return outcome switch
        {
            PasswordOutcome.Right => null,
            PasswordOutcome.Busy => Refuse("busy", WhenBusy),
            _ => await FailAsync(entry.User, account, "the password was wrong when it was asked for again", "failed", context, cancellation),
        };
    }

    /// <summary>Whether a password opens a locked session. Null: it cannot be checked at this moment.</summary>
    public async Task<bool?> IsOwnPasswordAsync(StaffEntry entry, string password)
    {
        var account = await users.FindByIdAsync(entry.Id.ToString());
        var (outcome, _) = await passwords.CheckAsync(account?.PasswordHash, password);
        return outcome == PasswordOutcome.Busy ? null : outcome == PasswordOutcome.Right;
    }

    private async Task<SignInResult> CheckCodeAsync(
        string user, StaffAccount account, StaffEntry entry, string? code, bool isKnown, HttpContext context, CancellationToken cancellation)
    {
        if (!await authenticators.ExistsAsync(account.TenantId, account.Id, cancellation))
        {
            if (entry.Passkeys > 0 && policy.IsRequiredOf(entry.Role))
            {
                metrics.SignIn("code-missing");
                return new(SignInOutcome.PasskeyNeeded);
            }

            return new(SignInOutcome.Done, entry, Detail: "with the password");
        }

        if (guard.RefuseCode(account.Id, isKnown) is { } left)
        {
            return Refuse("too-many", left);
        }

        if (string.IsNullOrWhiteSpace(code))
        {
            metrics.SignIn("code-missing");
            return new(SignInOutcome.CodeMissing);
        }

        switch (await authenticators.UseAsync(account.TenantId, account.Id, code, cancellation))
        {
            case CodeOutcome.Authenticator:
                return new(SignInOutcome.Done, entry, Detail: "with password and authenticator");
            case CodeOutcome.Recovery:
                return new(SignInOutcome.Done, entry, Detail: "with password and recovery code");
            default:
                guard.WrongCode(account.Id);
                return await FailAsync(user, account, "the password was right and the code wrong", "wrong-code", context, cancellation);
        }
    }

    private async Task<StaffEntry?> EntryAsync(Guid account, CancellationToken cancellation)
    {
        if (directory.Find(account) is { } entry)
        {
            return entry;
        }

        // An account that was made a moment ago: the notice of it is on its way.
        await directory.ReloadAsync(cancellation);
        return directory.Find(account);
    }

    private SignInResult Refuse(string outcome, TimeSpan wait)
    {
        metrics.SignIn(outcome);
        return new(SignInOutcome.TooMany, Wait: wait);
    }

    private async Task<SignInResult> FailAsync(string user, StaffAccount? account, string why, string outcome, HttpContext context, CancellationToken cancellation)
    {
        guard.Failed(user, context.Connection.RemoteIpAddress);
        metrics.SignIn(outcome);
        if (account is not null)
        {
            audit.Note(new()
            {
                TenantId = account.TenantId,
                Action = AuditActions.SignIn,
                AccountId = account.Id,
                User = account.UserName,
                Role = account.Role,
                Done = false,
                Detail = why,
                Address = context.Connection.RemoteIpAddress,
                RequestId = context.TraceIdentifier,
            });
        }

        return new(SignInOutcome.Failed);
    }

    private async Task RehashAsync(StaffAccount account, string? better, CancellationToken cancellation)
    {
        if (better is null)
        {
            return;
        }

        await using var command = database.CreateCommand(StaffSql.ReplacePasswordHash);
        command.Parameters.Add(new() { Value = account.Id });
        command.Parameters.Add(new() { Value = account.PasswordHash! });
        command.Parameters.Add(new() { Value = better });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
