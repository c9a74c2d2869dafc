using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.Passwords;

namespace Wardwatch.Server.Staff;

/// <summary>A new password in place of the current one.</summary>
internal sealed record ChangePasswordRequest(string? Current, string? New);

/// <summary>Changing one's own password.</summary>
internal static class PasswordEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/auth").ForSignIn();
        group.MapPut("/password", ChangeAsync).WithName("changePassword").WithSummary("Change one's password; ends all other sessions.");
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ChangeAsync(
        ChangePasswordRequest request, HttpContext context, StaffDirectory directory, SignIn signIn, PasswordCheck passwords, TenantDatabase database, IAuditTrail audit, TimeProvider time,
        CancellationToken cancellation)
    {
        if (request is not { Current: not null, New: { Length: <= AuthEndpoints.MaxLength } wanted })
        {
            return Problems.InvalidParameter($"current and new must be texts of at most {AuthEndpoints.MaxLength} characters.");
        }

        var caller = context.User.Caller();
        var account = directory.Entry(caller);
        if (await SecondFactorEndpoints.RefuseAsync(request.Current, account, signIn, context, cancellation) is { } refusal)
        {
            return refusal;
        }

        if (PasswordPolicy.Refuse(wanted, account.User, account.Name) is { } why)
        {
            return StaffProblems.WeakPassword(why);
        }

        if (string.Equals(wanted, request.Current, StringComparison.Ordinal))
        {
            return StaffProblems.WeakPassword("It is the password that you have.");
        }

        if (!passwords.TryHash(wanted, out var hashing))
        {
            return StaffProblems.TooMany(context, TimeSpan.FromSeconds(5));
        }

        var hash = await hashing;
        await using (var transaction = await database.BeginAsync(account.TenantId, cancellation))
        {
            await using (var set = transaction.Command(StaffSql.SetPasswordHash, account.Id, hash, Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString()))
            {
                await set.ExecuteNonQueryAsync(cancellation);
            }

            await using (var end = transaction.Command(StaffSql.RevokeOtherSessions, account.Id, time.GetUtcNow().UtcDateTime, caller.SessionId))
            {
                await end.ExecuteNonQueryAsync(cancellation);
            }

            await DirectoryChanges.NotifyAsync(transaction.Connection, StaffDirectory.SessionTopic, null, cancellation);
            await audit.RecordAsync(transaction.Connection, AuditEntry.Of(context, AuditActions.ChangePassword), cancellation);
            await transaction.CommitAsync(cancellation);
        }

        await directory.ReloadSessionsAsync(cancellation);
        return TypedResults.NoContent();
    }
}
