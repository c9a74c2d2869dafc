using System.Net;
using Microsoft.AspNetCore.Identity;

namespace Wardwatch.Server.Staff.Passkeys;

/// <summary>From which pages a passkey may answer: this server's own, over HTTPS, or over HTTP on this machine.</summary>
internal static class PasskeyOrigins
{
    /// <summary>Passkeys with a verified owner, that can sign in without a user name, for the host under which the server is reached.</summary>
    public static void Configure(IdentityPasskeyOptions options)
    {
        options.UserVerificationRequirement = "required";
        options.ResidentKeyRequirement = "required";
        options.AttestationConveyancePreference = "none";
        options.AuthenticatorTimeout = PasskeyChallenges.GoodFor;
        options.ValidateOrigin = context => ValueTask.FromResult(!context.CrossOrigin && string.IsNullOrEmpty(context.TopOrigin) && IsOwn(context.Origin, context.HttpContext.Request.Host));
    }

    /// <summary>Whether a page's origin is this server's. A proxy in front may end TLS, so that the host decides and not the scheme that arrives here.</summary>
    public static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page) && string.Equals(page.GetLeftPart(UriPartial.Authority), origin, StringComparison.OrdinalIgnoreCase)
        && string.Equals(page.Authority, WithoutDefaultPort(host, page.Scheme), StringComparison.OrdinalIgnoreCase)
        && (page.Scheme == Uri.UriSchemeHttps || (page.Scheme == Uri.UriSchemeHttp && IsThisMachine(page.Host)));

    private static string WithoutDefaultPort(HostString host, string scheme) =>
        (scheme, host.Port) is ("https", 443) or ("http", 80) ? host.Host : host.Value ?? "";

    private static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
