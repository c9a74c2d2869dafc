using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.Guessing;
using Wardwatch.Server.Staff.Passkeys;
using Wardwatch.Server.Staff.Sessions;

namespace Wardwatch.Server.Staff;

/// <summary>What a passkey has answered: <c>toJSON()</c> of the browser's credential.</summary>
internal sealed record CredentialRequest(JsonElement? Credential);

/// <summary>A new passkey.</summary>
/// <param name="Name">How its owner calls it.</param>
/// <param name="Credential"><c>toJSON()</c> of the browser's credential.</param>
internal sealed record NewPasskeyRequest(string? Name, JsonElement? Credential);

/// <summary>A passkey of one's own.</summary>
internal sealed record PasskeyResponse(Guid Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);

/// <summary>Every passkey of an account.</summary>
internal sealed record PasskeyPage(IReadOnlyList<PasskeyResponse> Items, string? Next);

/// <summary>Signing in with passkeys, and looking after one's own.</summary>
internal static class PasskeyEndpoints
{
    private const int MaxNameLength = 60;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/auth").ForSignIn();
        group.MapPost("/passkey/options", BeginSignInAsync).AllowAnonymous().WithName("passkeyOptions").WithSummary("What to ask a passkey for, to sign in or to unlock.");
        group.MapPost("/passkey/login", LoginAsync).AllowAnonymous().WithName("passkeyLogin").WithSummary("Sign in with a passkey.");
        group.MapGet("/passkeys", ListAsync).WithName("listPasskeys").WithSummary("One's own passkeys.");
        group.MapPost("/passkeys/options", BeginAsync).WithName("newPasskeyOptions").WithSummary("What to make a passkey from.");
        group.MapPost("/passkeys", AddAsync).WithName("addPasskey").WithSummary("Register a passkey.");
        group.MapDelete("/passkeys/{id}", RemoveAsync).WithName("removePasskey").WithSummary("Remove a passkey.");
    }

    private static async Task<ContentHttpResult> BeginSignInAsync(HttpContext context, PasskeySignIn passkeys) => Json(context, await passkeys.BeginAsync(context));

    private static async Task<Results<Ok<LoginResponse>, ProblemHttpResult>> LoginAsync(
        CredentialRequest request, HttpContext context, PasskeySignIn passkeys, SessionOpener opener, StaffMetrics metrics, CancellationToken cancellation)
    {
        if (request.Credential is not { } credential)
        {
            return Problems.InvalidParameter("credential must be given.");
        }

        // An answer cannot be guessed: it is not counted with passwords, or somebody's failures would keep a whole ward from its passkeys.
        if (await passkeys.CheckAsync(credential, context, cancellation) is not { } account)
        {
            metrics.SignIn("failed");
            return StaffProblems.SignInFailed();
        }

        metrics.SignIn("done");
        return await opener.OpenAsync(account, context, "with a passkey", cancellation);
    }

    private static async Task<Ok<PasskeyPage>> ListAsync(ClaimsPrincipal user, StaffDirectory directory, PasskeyRegistry registry, CancellationToken cancellation) =>
        TypedResults.Ok(new PasskeyPage([.. (await registry.ListAsync(directory.Entry(user.Caller()), cancellation)).Select(Of)], Next: null));

    private static async Task<Results<ContentHttpResult, ProblemHttpResult>> BeginAsync(
        PasswordRequest request, HttpContext context, StaffDirectory directory, SignIn signIn, PasskeyRegistry registry, CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        var account = directory.Entry(caller);
        if (await SecondFactorEndpoints.RefuseAsync(request.Password, account, signIn, context, cancellation) is { } refusal)
        {
            return refusal;
        }

        return Json(context, await registry.BeginAsync(account, caller.SessionId, context));
    }

    private static async Task<Results<Created<PasskeyResponse>, ProblemHttpResult>> AddAsync(
        NewPasskeyRequest request, HttpContext context, StaffDirectory directory, PasskeyRegistry registry, CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        if (request.Name?.Trim() is not { Length: > 0 and <= MaxNameLength } name || name.Any(char.IsControl) || request.Credential is not { } credential)
        {
            return Problems.InvalidParameter($"name must be a text of 1 to {MaxNameLength} characters, and credential must be given.");
        }

        return await registry.AddAsync(directory.Entry(caller), caller.SessionId, name, credential, context, cancellation) is { } row
            ? TypedResults.Created($"/api/auth/passkeys/{row.Id}", Of(row))
            : StaffProblems.PasskeyRefused();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(
        string id, HttpContext context, StaffDirectory directory, PasskeyRegistry registry, CancellationToken cancellation)
    {
        var account = directory.Entry(context.User.Caller());
        var removal = Guid.TryParse(id, out var passkey)
            ? await registry.RemoveAsync(account, passkey, AuditEntry.Of(context, AuditActions.RemovePasskey), cancellation)
            : PasskeyRegistry.Removal.NotFound;
        return removal switch
        {
            PasskeyRegistry.Removal.Done => TypedResults.NoContent(),
            PasskeyRegistry.Removal.LastFactor => StaffProblems.SecondFactorRequiredByPolicy(),
            _ => StaffProblems.PasskeyNotFound(),
        };
    }

    private static PasskeyResponse Of(PasskeyRow row) => new(row.Id, row.Name, row.CreatedAt, row.LastUsedAt);

    private static ContentHttpResult Json(HttpContext context, string json)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Content(json, "application/json");
    }
}
