using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Staff.Guessing;

namespace Wardwatch.Server.Staff.Factors;

/// <summary>What somebody who is signed in does with a code of their own: whoever has taken their place must not try all of them.</summary>
internal sealed class OwnCodes(Authenticators authenticators, SignInGuard guard, IAuditTrail audit)
{
    /// <summary>How long codes of the account are not looked at; null: they are.</summary>
    public TimeSpan? Refuse(StaffEntry account) => guard.RefuseCode(account.Id, known: false);

    /// <summary>New recovery codes; null: the code is wrong.</summary>
    public async Task<IReadOnlyList<string>?> DrawRecoveryCodesAsync(StaffEntry account, string code, HttpContext context, CancellationToken cancellation)
    {
        var entry = AuditEntry.Of(context, AuditActions.DrawRecoveryCodes);
        var codes = await authenticators.DrawRecoveryCodesAsync(account, code, entry, cancellation);
        await RefusedAsync(account, codes is null, entry, cancellation);
        return codes;
    }

    /// <summary>Takes the authenticator away. False: the code is wrong.</summary>
    public async Task<bool> RemoveAsync(StaffEntry account, string code, HttpContext context, CancellationToken cancellation)
    {
        var entry = AuditEntry.Of(context, AuditActions.RemoveSecondFactor);
        var removed = await authenticators.RemoveAsync(account, code, entry, cancellation);
        await RefusedAsync(account, !removed, entry, cancellation);
        return removed;
    }

    private async Task RefusedAsync(StaffEntry account, bool refused, AuditEntry entry, CancellationToken cancellation)
    {
        if (refused)
        {
            guard.WrongCode(account.Id);
            await audit.RecordAsync(entry with { Done = false }, cancellation);
        }
    }
}
