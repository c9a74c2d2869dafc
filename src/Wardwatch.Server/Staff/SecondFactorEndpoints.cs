using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using QRCoder;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.Factors;

namespace Wardwatch.Server.Staff;

/// <summary>The password, given again before the account is changed.</summary>
internal sealed record PasswordRequest(string? Password);

/// <summary>A code of the authenticator.</summary>
internal sealed record CodeRequest(string? Code);

/// <summary>Both.</summary>
internal sealed record PasswordAndCodeRequest(string? Password, string? Code);

/// <summary>What an authenticator needs.</summary>
/// <param name="Secret">To be typed, in base 32.</param>
/// <param name="Uri">The same as an address.</param>
/// <param name="Qr">The address as a picture, PNG in a <c>data:</c> address.</param>
internal sealed record EnrolmentResponse(string Secret, string Uri, string Qr);

/// <summary>Codes for when the authenticator is lost. They are shown this once.</summary>
internal sealed record RecoveryCodesResponse(IReadOnlyList<string> RecoveryCodes);

/// <summary>A PIN for locked sessions.</summary>
internal sealed record PinRequest(string? Password, string? Pin);

/// <summary>Authenticator, recovery codes and PIN of one's own account.</summary>
internal static class SecondFactorEndpoints
{
    // An authenticator shows it beside the user's name.
    private const string Issuer = "Wardwatch";
    private const int PixelsPerModule = 6;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/auth").ForSignIn();
        group.MapPost("/second-factor", BeginAsync).WithName("beginSecondFactor").WithSummary("Begin to set up an authenticator.");
        group.MapPost("/second-factor/confirm", ConfirmAsync).WithName("confirmSecondFactor").WithSummary("Put the authenticator in force with its first code; ends all other sessions.");
        group.MapPost("/second-factor/recovery-codes", DrawAsync).WithName("drawRecoveryCodes").WithSummary("Ten new recovery codes in place of the old ones.");
        group.MapDelete("/second-factor", RemoveAsync).WithName("removeSecondFactor").WithSummary("Remove the authenticator.").Accepts<PasswordAndCodeRequest>("application/json");
        group.MapPut("/pin", SetPinAsync).WithName("setPin").WithSummary("Set the PIN that opens locked sessions.");
        group.MapDelete("/pin", RemovePinAsync).WithName("removePin").WithSummary("Remove the PIN.");
    }

    private static async Task<Results<Ok<EnrolmentResponse>, ProblemHttpResult>> BeginAsync(
        PasswordRequest request, HttpContext context, StaffDirectory directory, SignIn signIn, Authenticators authenticators, CancellationToken cancellation)
    {
        var account = directory.Entry(context.User.Caller());
        if (await RefuseAsync(request.Password, account, signIn, context, cancellation) is { } refusal)
        {
            return refusal;
        }

        var secret = Totp.ToBase32(await authenticators.BeginAsync(account, cancellation));
        var uri = Totp.Uri(Issuer, account.User, secret);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new EnrolmentResponse(secret, uri, Picture(uri)));
    }

    private static async Task<Results<Ok<RecoveryCodesResponse>, ProblemHttpResult>> ConfirmAsync(
        CodeRequest request, HttpContext context, StaffDirectory directory, Authenticators authenticators, CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        if (request.Code is not { Length: <= AuthEndpoints.MaxLength } code)
        {
            return Problems.InvalidParameter("code must be a text.");
        }

        var entry = AuditEntry.Of(context, AuditActions.SetUpSecondFactor);
        var codes = await authenticators.ConfirmAsync(directory.Entry(caller), caller.SessionId, code.Trim(), entry, cancellation);
        return Answer(codes, context);
    }

    private static async Task<Results<Ok<RecoveryCodesResponse>, ProblemHttpResult>> DrawAsync(
        CodeRequest request, HttpContext context, StaffDirectory directory, OwnCodes codes, CancellationToken cancellation)
    {
        if (request.Code is not { Length: <= AuthEndpoints.MaxLength } code)
        {
            return Problems.InvalidParameter("code must be a text.");
        }

        var account = directory.Entry(context.User.Caller());
        if (codes.Refuse(account) is { } wait)
        {
            return StaffProblems.TooMany(context, wait);
        }

        return Answer(await codes.DrawRecoveryCodesAsync(account, code, context, cancellation), context);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(
        [Microsoft.AspNetCore.Mvc.FromBody] PasswordAndCodeRequest request, HttpContext context, StaffDirectory directory, SecondFactorPolicy policy, SignIn signIn, OwnCodes codes,
        CancellationToken cancellation)
    {
        var account = directory.Entry(context.User.Caller());
        if (request.Code is not { Length: <= AuthEndpoints.MaxLength } code)
        {
            return Problems.InvalidParameter("password and code must be given.");
        }

        if (await RefuseAsync(request.Password, account, signIn, context, cancellation) is { } refusal)
        {
            return refusal;
        }

        if (account.Passkeys == 0 && policy.IsRequiredOf(account.Role))
        {
            return StaffProblems.SecondFactorRequiredByPolicy();
        }

        if (codes.Refuse(account) is { } wait)
        {
            return StaffProblems.TooMany(context, wait);
        }

        return await codes.RemoveAsync(account, code, context, cancellation) ? TypedResults.NoContent() : StaffProblems.WrongCode();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> SetPinAsync(
        PinRequest request, HttpContext context, StaffDirectory directory, SignIn signIn, Pins pins, CancellationToken cancellation)
    {
        if (request.Pin is not { Length: <= AuthEndpoints.MaxLength } pin)
        {
            return Problems.InvalidParameter("password and pin must be given.");
        }

        if (PinRules.Refuse(pin) is { } why)
        {
            return StaffProblems.WeakPin(why);
        }

        var account = directory.Entry(context.User.Caller());
        if (await RefuseAsync(request.Password, account, signIn, context, cancellation) is { } refusal)
        {
            return refusal;
        }

        return await pins.SetAsync(account, pin, AuditEntry.Of(context, AuditActions.SetPin), cancellation)
            ? TypedResults.NoContent()
            : StaffProblems.TooMany(context, TimeSpan.FromSeconds(5));
    }

    private static async Task<NoContent> RemovePinAsync(HttpContext context, ClaimsPrincipal user, StaffDirectory directory, Pins pins, CancellationToken cancellation)
    {
        await pins.RemoveAsync(directory.Entry(user.Caller()), AuditEntry.Of(context, AuditActions.RemovePin), cancellation);
        return TypedResults.NoContent();
    }

    /// <summary>Why the password that is asked for again is not accepted; null if it is.</summary>
    public static async Task<ProblemHttpResult?> RefuseAsync(string? password, StaffEntry account, SignIn signIn, HttpContext context, CancellationToken cancellation)
    {
        if (password is not { Length: <= AuthEndpoints.MaxLength })
        {
            return Problems.InvalidParameter($"password must be a text of at most {AuthEndpoints.MaxLength} characters.");
        }

        return await signIn.RefuseOwnPasswordAsync(account, password, context, cancellation) is { } refused ? AuthEndpoints.Refusal(context, refused) : null;
    }

    private static Results<Ok<RecoveryCodesResponse>, ProblemHttpResult> Answer(IReadOnlyList<string>? codes, HttpContext context)
    {
        if (codes is null)
        {
            return StaffProblems.WrongCode();
        }

        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new RecoveryCodesResponse(codes));
    }

    private static string Picture(string uri)
    {
        using var data = QRCodeGenerator.GenerateQrCode(uri, QRCodeGenerator.ECCLevel.M);
        using var code = new PngByteQRCode(data);
        return $"data:image/png;base64,{Convert.ToBase64String(code.GetGraphic(PixelsPerModule))}";
    }
}
