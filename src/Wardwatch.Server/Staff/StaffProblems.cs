using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Wardwatch.Server.Staff;

/// <summary>What signing in is refused with.</summary>
internal static class StaffProblems
{
    public static ProblemHttpResult SignInRequired(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = StaffAuthentication.SchemeName;
        return TypedResults.Problem(statusCode: 401, type: "urn:wardwatch:sign-in-required", title: "Sign in first, or again");
    }

    public static ProblemHttpResult SignInFailed() =>
        TypedResults.Problem(statusCode: 401, type: "urn:wardwatch:sign-in-failed", title: "User, password or code is wrong");

    public static ProblemHttpResult SessionEnded() =>
        TypedResults.Problem(statusCode: 401, type: "urn:wardwatch:session-ended", title: "The session has ended; sign in again");

    public static ProblemHttpResult SessionLocked() =>
        TypedResults.Problem(statusCode: 401, type: "urn:wardwatch:session-locked", title: "The session is locked");

    public static ProblemHttpResult EnrolmentRequired() =>
        TypedResults.Problem(statusCode: 403, type: "urn:wardwatch:second-factor-enrolment-required", title: "Set up a second factor first");

    public static ProblemHttpResult SecondFactorRequired(bool byPasskey) =>
        TypedResults.Problem(statusCode: 403, type: "urn:wardwatch:second-factor-required", title: "A second factor is needed",
            detail: byPasskey ? "Sign in with a passkey." : "Give the code of your authenticator, or a recovery code.");

    public static ProblemHttpResult SecondFactorRequiredByPolicy() =>
        TypedResults.Problem(statusCode: 403, type: "urn:wardwatch:second-factor-required-by-policy", title: "The hospital requires a second factor",
            detail: "Set another one up before you remove the last.");

    public static ProblemHttpResult WrongCode() =>
        TypedResults.Problem(statusCode: 400, type: "urn:wardwatch:wrong-code", title: "The code is not right", detail: "Codes change every 30 seconds and are good once.");

    public static ProblemHttpResult WeakPassword(string why) =>
        TypedResults.Problem(statusCode: 400, type: "urn:wardwatch:weak-password", title: "This password cannot be used", detail: why);

    public static ProblemHttpResult WeakPin(string why) =>
        TypedResults.Problem(statusCode: 400, type: "urn:wardwatch:weak-pin", title: "This PIN cannot be used", detail: why);

    public static ProblemHttpResult UnlockFailed(int attemptsLeft) =>
        TypedResults.Problem(statusCode: 401, type: "urn:wardwatch:unlock-failed", title: "The session stays locked",
            extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["attemptsLeft"] = attemptsLeft });

    public static ProblemHttpResult PasskeyRefused() =>
        TypedResults.Problem(statusCode: 400, type: "urn:wardwatch:passkey-refused", title: "The passkey cannot be used",
            detail: "It was not made for this server or this request, or is registered already. Begin again.");

    public static ProblemHttpResult PasskeyNotFound() =>
        TypedResults.Problem(statusCode: 404, type: "urn:wardwatch:passkey-not-found", title: "There is no such passkey");

    public static ProblemHttpResult SessionNotFound() =>
        TypedResults.Problem(statusCode: 404, type: "urn:wardwatch:session-not-found", title: "There is no such session");

    /// <summary>429, with the time to wait.</summary>
    public static ProblemHttpResult TooMany(HttpContext context, TimeSpan wait)
    {
        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return TypedResults.Problem(statusCode: 429, type: "urn:wardwatch:too-many-sign-ins", title: "Too many attempts to sign in; wait a minute");
    }
}
